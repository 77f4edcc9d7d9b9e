"""Work owed survives, is tried again with growing delay, and is never lost while it runs."""

import sqlite3
from pathlib import Path

import pytest

import node.kernel
from node.kernel import events, jobs

SCRIPT = Path(node.kernel.__file__).parent.parent / "migrations" / "0002_kernel.sql"


@pytest.fixture
def tx():
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.executescript(SCRIPT.read_text())
    yield connection
    connection.close()


def test_a_job_is_taken_once_it_is_due(tx):
    jobs.enqueue(tx, "seal", {}, 100)
    assert jobs.take(tx, 99) is None
    assert jobs.take(tx, 100).kind == "seal"
    assert jobs.take(tx, 100) is None


def test_equal_work_is_owed_once(tx):
    jobs.enqueue(tx, "seal", {"a": 1, "b": 2}, 100)
    jobs.enqueue(tx, "seal", {"b": 2, "a": 1}, 50)
    assert jobs.take(tx, 60).payload == {"a": 1, "b": 2}
    assert jobs.counts(tx) == {"waiting": 1, "failed": 0}


def test_a_job_owed_again_while_it_runs_runs_again(tx):
    jobs.enqueue(tx, "seal", {}, 0)
    running = jobs.take(tx, 0)
    jobs.enqueue(tx, "seal", {}, 5)
    jobs.finish(tx, running)
    again = jobs.take(tx, 5)
    jobs.finish(tx, again)
    assert jobs.take(tx, 10**12) is None


def test_a_lost_lease_makes_a_job_due_again(tx):
    jobs.enqueue(tx, "seal", {}, 0)
    jobs.take(tx, 0)
    assert jobs.take(tx, jobs.LEASE_MS).tries == 1


def test_a_failing_job_waits_longer_each_time_and_is_kept_in_the_end(tx):
    jobs.enqueue(tx, "seal", {}, 0)
    now, waits = 0, []
    while job := jobs.take(tx, now):
        jobs.fail(tx, job, "no disk", now)
        due = jobs.next_due(tx)
        if due is None:
            break
        waits.append(due - now)
        now = due
    assert len(waits) == jobs.TRIES - 1
    assert waits == sorted(set(waits))
    assert jobs.counts(tx) == {"waiting": 0, "failed": 1}


def test_a_subscriber_goes_on_after_its_cursor(tx):
    for n in range(5):
        events.append(tx, "landing.landed", 1, {"position": n}, n)
    first = events.after(tx, events.cursor(tx, "feeds"), 3)
    events.advance(tx, "feeds", first[-1].seq)
    rest = events.after(tx, events.cursor(tx, "feeds"))
    assert [e.data["position"] for e in first + rest] == [0, 1, 2, 3, 4]
