"""Does the work that is owed: one job after another, and the periodic ones in their time.

Jobs are leased in the database, so that a killed node takes them up again at its next start. One
at a time is enough on one machine and keeps background work from starving requests; what takes
minutes stands in a line of its own.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping

from node.daemon import steady
from node.kernel import jobs, periodic
from node.kernel.feature import Feature, Worker
from node.kernel.forge import Forge
from node.kernel.jobs import Job
from store.database import Tx

log = logging.getLogger(__name__)

LONGEST_NAP = 60.0


async def run(forge: Forge, features: Iterable[Feature], woken: asyncio.Event) -> None:
    """Work until cancelled; `woken` says that something may have become due."""
    features = tuple(features)
    workers = {kind: worker for feature in features for kind, worker in feature.jobs.items()}
    long = frozenset(kind for feature in features for kind in feature.long)
    await forge.db.write(lambda tx: jobs.release(tx, forge.now()))
    bells = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(_ring(woken, bells), name="bells")
        group.create_task(_work(forge, workers, bells[0], None, long), name="jobs")
        group.create_task(_work(forge, workers, bells[1], long, ()), name="long jobs")
        for feature in features:
            for kind, pause_ms in feature.periodic.items():
                group.create_task(_repeat(forge, kind, pause_ms, woken), name=kind)


async def _repeat(forge: Forge, kind: str, pause_ms: int, woken: asyncio.Event) -> None:
    """Owe `kind` whenever its pause is over, by the clock: a machine may sleep, a node restart."""
    began, late = forge.now(), periodic.spread(forge.node.did, kind, pause_ms)

    async def step() -> None:
        now = forge.now()
        last = await forge.db.read(lambda tx: periodic.last(tx, kind))
        if last is None or last > now:  # never yet, or the clock was set back
            await forge.db.write(lambda tx: periodic.owed(tx, kind, now))
        elif (due := max(last + pause_ms, began) + late) > now:
            await asyncio.sleep(min((due - now) / 1000, LONGEST_NAP))
        else:
            await forge.db.write(lambda tx: _owe(tx, kind, now))
            woken.set()

    await steady.repeat(kind, step)


def _owe(tx: Tx, kind: str, now: int) -> None:
    jobs.enqueue(tx, kind, {}, now)
    periodic.owed(tx, kind, now)


async def _ring(woken: asyncio.Event, bells: Iterable[asyncio.Event]) -> None:
    """Pass on to each line of work that something may have become due."""
    while True:
        await woken.wait()
        woken.clear()
        for bell in bells:
            bell.set()


async def _work(
    forge: Forge,
    workers: Mapping[str, Worker],
    woken: asyncio.Event,
    of: Collection[str] | None,
    without: Collection[str],
) -> None:
    """Do the jobs of some kinds, or all without some, one after another."""

    async def step() -> None:
        woken.clear()
        due = await forge.db.read(lambda tx: jobs.next_due(tx, of, without))
        if due is None or due > forge.now():
            await _nap(forge, woken, due)
        elif job := await forge.db.write(lambda tx: jobs.take(tx, forge.now(), of, without)):
            await _do(forge, workers, job)

    await steady.repeat("jobs", step)


async def _nap(forge: Forge, woken: asyncio.Event, due: int | None) -> None:
    wait = LONGEST_NAP if due is None else min((due - forge.now()) / 1000, LONGEST_NAP)
    try:
        async with asyncio.timeout(max(wait, 0.05)):
            await woken.wait()
    except TimeoutError:
        return


async def _do(forge: Forge, workers: Mapping[str, Worker], job: Job) -> None:
    worker = workers.get(job.kind)
    try:
        if worker is None:
            raise LookupError(job.kind)  # noqa: TRY301  the fence below records it
        await worker(forge, job)
    except Exception as fault:
        log.exception("job failed", extra={"kind": job.kind, "tries": job.tries})
        reason = f"{type(fault).__name__}: {fault}"
        await forge.db.write(lambda tx: jobs.fail(tx, job, reason, forge.now()))
    else:
        await forge.db.write(lambda tx: jobs.finish(tx, job))
