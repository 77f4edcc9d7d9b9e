"""What keeps the store small: sealing what landings wrote, removing what nobody refers to.

Landings keep their small objects in the database; sealing moves them to packs with their older
versions as bases. It follows every so many landings and, for quiet projects, the clock.
"""

from node.kernel import jobs
from node.kernel.events import Event
from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.kernel.jobs import Job

SEAL = "store.seal"
EVERY_LANDINGS = 200
EVERY_MS = 10 * 60_000


async def after_landings(forge: Forge, event: Event) -> None:
    """Owe a sealing after every so many landings of a project."""
    if event.kind == "landing.landed" and int(str(event.data["position"])) % EVERY_LANDINGS == 0:
        await forge.db.write(lambda tx: jobs.enqueue(tx, SEAL, {}, forge.now()))


async def seal(forge: Forge, _job: Job) -> None:
    """Move small objects to packs until none wait."""
    while await forge.objects.seal():
        pass


FEATURE = Feature(
    "housekeeping",
    subscribers={"housekeeping": after_landings},
    jobs={SEAL: seal},
    periodic={SEAL: EVERY_MS},
)
