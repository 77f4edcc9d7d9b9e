"""What features do in the background, done now and to the end, one after the other."""

from node.kernel import events, jobs
from node.kernel.feature import Feature
from node.kernel.forge import Forge


async def settled(forge: Forge, *features: Feature) -> None:
    """Tell all that happened to the features' subscribers, and do the jobs of theirs that are due.

    Events are told from the first on each time: a subscriber must repeat harmlessly.
    """
    for feature in features:
        for event in await forge.db.read(lambda tx: events.after(tx, 0, 10_000)):
            for subscriber in feature.subscribers.values():
                await subscriber(forge, event)
        kinds = tuple(feature.jobs)
        while job := await forge.db.write(lambda tx, of=kinds: jobs.take(tx, forge.now(), of)):
            await feature.jobs[job.kind](forge, job)
            await forge.db.write(lambda tx, done=job: jobs.finish(tx, done))
