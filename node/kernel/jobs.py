"""Work owed: a queue in the database that survives a crash.

A job is leased while it runs; a lease that runs out (the node was killed) makes it due again, so
jobs are idempotent. One that fails is tried again with growing delay, then kept as `failed`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import msgspec

from store.database import Tx

LEASE_MS = 10 * 60_000
TRIES = 8
FIRST_DELAY_MS = 1_000


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work: its kind, its plain JSON payload and how often it was tried before."""

    key: int
    kind: str
    payload: Mapping[str, object]
    tries: int
    lease: int


def enqueue(tx: Tx, kind: str, payload: Mapping[str, object], run_at: int) -> None:
    """Owe a job from `run_at` (Unix ms) on; one that is owed already with this payload stays one.

    If it runs at this moment it is run once more afterwards; if it had failed for good it is tried
    again.
    """
    tx.execute(
        "insert into jobs (kind, payload, run_at) values (?, ?, ?)"
        " on conflict (kind, payload) do update"
        " set run_at = min(run_at, excluded.run_at), failed = 0",
        (kind, msgspec.json.encode(payload, order="sorted").decode(), run_at),
    )


def take(
    tx: Tx, now: int, of: Collection[str] | None = None, without: Collection[str] = ()
) -> Job | None:
    """Lease the job that has been due longest, if there is one: of some kinds, or without some."""
    chosen, kinds = _chosen(of, without)
    row = tx.execute(
        "select key, kind, payload, tries from jobs where failed = 0 and run_at <= ?"  # noqa: S608
        f" and {chosen} order by run_at, key limit 1",
        (now, *kinds),
    ).fetchone()
    if row is None:
        return None
    key, kind, payload, tries = row
    lease = now + LEASE_MS
    tx.execute("update jobs set run_at = ?, tries = tries + 1 where key = ?", (lease, key))
    return Job(key, kind, msgspec.json.decode(payload), tries, lease)


def finish(tx: Tx, job: Job) -> None:
    """Forget a job that is done, unless it was owed again while it ran."""
    tx.execute("delete from jobs where key = ? and run_at = ?", (job.key, job.lease))
    tx.execute("update jobs set tries = 0 where key = ?", (job.key,))


def fail(tx: Tx, job: Job, reason: str, now: int) -> None:
    """Try again later, or keep it as failed after its last try."""
    tx.execute(
        "update jobs set run_at = ?, failed = ?, reason = ? where key = ?",
        (now + (FIRST_DELAY_MS << (2 * job.tries)), job.tries + 1 >= TRIES, reason[:500], job.key),
    )


def next_due(
    tx: Tx, of: Collection[str] | None = None, without: Collection[str] = ()
) -> int | None:
    """Return when the next job is due, in Unix ms: of some kinds, or without some."""
    chosen, kinds = _chosen(of, without)
    row = tx.execute(
        f"select min(run_at) from jobs where failed = 0 and {chosen}",  # noqa: S608
        kinds,
    ).fetchone()
    return row[0] if row else None


def _chosen(of: Collection[str] | None, without: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """Return the condition that chooses kinds, and its values."""
    kinds = tuple(without if of is None else of)
    marks = ", ".join("?" * len(kinds))
    return f"kind {'not in' if of is None else 'in'} ({marks})", kinds


def release(tx: Tx, now: int) -> None:
    """Let what was under way when the node was killed be due now."""
    tx.execute(
        "update jobs set run_at = ? where failed = 0 and tries > 0 and run_at > ?", (now, now)
    )


def counts(tx: Tx) -> dict[str, int]:
    """Return how many jobs wait and how many failed for good."""
    rows = dict(tx.execute("select failed, count(*) from jobs group by failed"))
    return {"waiting": rows.get(0, 0), "failed": rows.get(1, 0)}


def given_up(tx: Tx, limit: int = 10) -> list[tuple[str, str]]:
    """Return kind and reason of jobs that failed for good, the newest first."""
    return tx.execute(
        "select kind, coalesce(reason, '') from jobs where failed = 1 order by key desc limit ?",
        (limit,),
    ).fetchall()
