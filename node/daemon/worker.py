"""Does the work that is owed: one job after another, and the periodic ones in their time.

Jobs are leased in the database, so that a killed node takes them up again at its next start. One
at a time is enough on one machine and keeps background work from starving requests.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping

from node.daemon import steady
from node.kernel import jobs
from node.kernel.feature import Feature, Worker
from node.kernel.forge import Forge
from node.kernel.jobs import Job

log = logging.getLogger(__name__)

LONGEST_NAP = 60.0


async def run(forge: Forge, features: Iterable[Feature], woken: asyncio.Event) -> None:
    """Work until cancelled; `woken` says that something may have become due."""
    features = tuple(features)
    workers = {kind: worker for feature in features for kind, worker in feature.jobs.items()}
    async with asyncio.TaskGroup() as group:
        group.create_task(_work(forge, workers, woken), name="jobs")
        for feature in features:
            for kind, pause_ms in feature.periodic.items():
                group.create_task(_repeat(forge, kind, pause_ms, woken), name=kind)


async def _repeat(forge: Forge, kind: str, pause_ms: int, woken: asyncio.Event) -> None:
    async def step() -> None:
        await asyncio.sleep(pause_ms / 1000)
        await forge.db.write(lambda tx: jobs.enqueue(tx, kind, {}, forge.now()))
        woken.set()

    await steady.repeat(kind, step)


async def _work(forge: Forge, workers: Mapping[str, Worker], woken: asyncio.Event) -> None:
    async def step() -> None:
        woken.clear()
        if await _nothing_is_due(forge):
            await _nap(forge, woken)
        elif job := await forge.db.write(lambda tx: jobs.take(tx, forge.now())):
            await _do(forge, workers, job)

    await steady.repeat("jobs", step)


async def _nothing_is_due(forge: Forge) -> bool:
    due = await forge.db.read(jobs.next_due)
    return due is None or due > forge.now()


async def _nap(forge: Forge, woken: asyncio.Event) -> None:
    due = await forge.db.read(jobs.next_due)
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
