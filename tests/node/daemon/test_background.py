"""Events reach every subscriber in order, and jobs are done, whatever fails in between."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from node.daemon import config, dispatcher, peering, steady, worker
from node.daemon.health import Metrics
from node.kernel import events, jobs, periodic
from node.kernel.feature import Feature
from store.errors import DiskFull

DAY_MS = 86_400_000


@asynccontextmanager
async def running(forge, *features):
    async with asyncio.TaskGroup() as group:
        woken = asyncio.Event()
        tasks = [
            group.create_task(dispatcher.run(forge, features, woken)),
            group.create_task(worker.run(forge, features, woken)),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


@pytest.fixture
def quick(monkeypatch):
    """Failed subscribers are asked again at once."""
    monkeypatch.setattr(steady, "FIRST_PAUSE", 0.0)


async def append(forge, *kinds):
    for kind in kinds:
        await forge.db.write(lambda tx, kind=kind: events.append(tx, kind, None, {}, forge.now()))


async def until(condition):
    """Let the background run until `condition`, a plain or an awaitable one, holds."""
    async with asyncio.timeout(5):
        while not (answer := condition()) or (hasattr(answer, "__await__") and not await answer):  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_a_subscriber_sees_every_event_in_order(forge):
    seen = []

    async def note(_forge, event):
        seen.append(event.kind)

    await append(forge, "before")
    async with running(forge, Feature("f", subscribers={"noting": note})):
        await append(forge, *"abc")
        await until(lambda: len(seen) == 4)
    assert seen == ["before", "a", "b", "c"]
    assert await forge.db.read(lambda tx: events.cursor(tx, "noting")) > 0


@pytest.mark.usefixtures("quick")
async def test_a_subscriber_that_fails_is_asked_again_and_misses_nothing(forge):
    seen, failures = [], iter([True, True])

    async def stumble(_forge, event):
        if event.kind == "b" and next(failures, False):
            raise ValueError("not now")
        seen.append(event.kind)

    async with running(forge, Feature("f", subscribers={"stumbling": stumble})):
        await append(forge, *"abc")
        await until(lambda: len(seen) == 3)
    assert seen == ["a", "b", "c"]


async def test_after_a_restart_a_subscriber_goes_on_from_its_cursor(forge):
    seen = []

    async def note(_forge, event):
        seen.append(event.kind)

    feature = Feature("f", subscribers={"noting": note})
    await append(forge, "a")
    async with running(forge, feature):
        await until(lambda: seen == ["a"])
        await append(forge, "b")
        await until(lambda: seen == ["a", "b"])
        last = (await forge.db.read(lambda tx: events.after(tx, 0)))[-1].seq

        async def caught_up():
            return await forge.db.read(lambda tx: events.cursor(tx, "noting")) == last

        await until(caught_up)
    await append(forge, "c")
    async with running(forge, feature):
        await until(lambda: len(seen) == 3)
    assert seen == ["a", "b", "c"]


async def test_a_job_is_done_once_and_forgotten(forge):
    done = []

    async def work(_forge, job):
        done.append(job.payload["n"])

    async with running(forge, Feature("f", jobs={"work": work})):
        for n in (1, 1, 2):
            await forge.db.write(lambda tx, n=n: jobs.enqueue(tx, "work", {"n": n}, 0))
        await until(lambda: {1, 2} <= set(done))

        async def forgotten():
            return not (await forge.db.read(jobs.counts))["waiting"]

        await until(forgotten)


async def test_a_job_that_fails_is_kept_for_later_with_its_reason(forge, clock):
    tried = []

    async def fail(_forge, job):
        tried.append(job.tries)
        raise ValueError("no luck")

    await forge.db.write(lambda tx: jobs.enqueue(tx, "fail", {}, 0))
    async with running(forge, Feature("f", jobs={"fail": fail})):
        await until(lambda: tried == [0])

        async def put_off():
            due = await forge.db.read(jobs.next_due)
            return due is not None and due <= clock.now_ms + jobs.FIRST_DELAY_MS

        await until(put_off)
    assert (await forge.db.read(jobs.counts))["waiting"] == 1


def a_round(pause_ms):
    """A feature of one periodic job, and the times of its rounds."""
    rounds = []

    async def work(forge, _job):
        rounds.append(forge.now())

    return Feature("f", jobs={"round": work}, periodic={"round": pause_ms}), rounds


@pytest.fixture
def watchful(monkeypatch):
    """The worker looks at the held clock often."""
    monkeypatch.setattr(worker, "LONGEST_NAP", 0.001)


@pytest.mark.usefixtures("watchful")
async def test_a_periodic_job_comes_round(forge, clock):
    feature, rounds = a_round(1000)
    async with running(forge, feature):
        await until(lambda: clock.move(500) or len(rounds) >= 2)


async def counted(forge):
    """Whether the clock of the periodic job has begun to run."""
    return await forge.db.read(lambda tx: periodic.last(tx, "round")) is not None


@pytest.mark.usefixtures("watchful")
async def test_what_a_stopped_node_missed_is_done_soon_after_its_start(forge, clock):
    feature, rounds = a_round(DAY_MS)
    async with running(forge, feature):
        await until(lambda: counted(forge))
    clock.move(3 * DAY_MS)
    started = clock.now_ms

    async def a_moment_later():
        clock.move(100)
        await forge.db.write(lambda _tx: None)  # behind what the worker writes: it keeps pace
        return rounds

    async with running(forge, feature):
        await until(a_moment_later)
    assert len(rounds) == 1
    assert rounds[0] - started <= 2 * periodic.LONGEST_SPREAD_MS


@pytest.mark.usefixtures("watchful")
async def test_a_node_that_restarts_more_often_than_the_pause_still_does_it(forge, clock):
    feature, rounds = a_round(DAY_MS)
    for _ in range(5):
        async with running(forge, feature):
            await until(lambda: counted(forge))
        assert rounds == []
        clock.move(DAY_MS // 5)
    async with running(forge, feature):
        await until(lambda: clock.move(1000) or rounds)


@pytest.mark.usefixtures("watchful")
async def test_a_clock_that_was_set_back_holds_nothing_up(forge, clock):
    feature, rounds = a_round(DAY_MS)
    await forge.db.write(lambda tx: periodic.owed(tx, "round", clock.now_ms + 900 * DAY_MS))
    async with running(forge, feature):
        await until(lambda: clock.move(DAY_MS // 100) or rounds)


def test_what_was_missed_is_spread_over_a_minute_at_most():
    for pause_ms in (1, 1000, 3_600_000, DAY_MS):
        delays = {periodic.spread(f"node {n}", "round", pause_ms) for n in range(50)}
        assert max(delays) <= min(pause_ms / 10, periodic.LONGEST_SPREAD_MS)
        assert len(delays) > 25 or pause_ms < 1000


async def test_a_job_of_a_kind_that_nobody_does_is_kept(forge):
    await forge.db.write(lambda tx: jobs.enqueue(tx, "unknown", {}, 0))
    async with running(forge, Feature("f")):

        async def put_off():
            return (await forge.db.read(jobs.next_due)) >= forge.now()

        await until(put_off)
    assert (await forge.db.read(jobs.counts))["waiting"] == 1


@pytest.mark.usefixtures("quick")
async def test_a_full_disk_holds_background_work_up_and_does_not_end_it(caplog):
    outcomes = iter([DiskFull("no room"), DiskFull("no room"), None])
    done = asyncio.Event()

    async def step():
        if (fault := next(outcomes)) is not None:
            raise fault
        done.set()
        await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(steady.repeat("sealing", step))
        async with asyncio.timeout(5):
            await done.wait()
        task.cancel()
    assert [record.work for record in caplog.records] == ["sealing", "sealing"]


@pytest.mark.usefixtures("quick")
async def test_what_ends_among_peers_ends_nothing_else(forge, tmp_path, caplog):
    await forge.db.write(lambda tx: tx.execute("drop table seeds"))
    settings = config.read({"data": str(tmp_path), "no_p2p": True}, {}, tmp_path)
    run = peering.run(forge, settings, "127.0.0.1", Metrics(), asyncio.Event())
    async with asyncio.TaskGroup() as group:
        task = group.create_task(run)
        await until(lambda: caplog.text.count("background work failed") > 1)
        assert not task.done()
        task.cancel()
