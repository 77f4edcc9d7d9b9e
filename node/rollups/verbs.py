"""What one can do with rollups: build those that are due, and read those that are published."""

from collections.abc import Iterator

from node.access.model import Action
from node.kernel import events, jobs
from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.kernel.jobs import Job
from node.kernel.parties import Party
from node.landings import reading
from node.landings.bulk import IMPORTED
from node.projects.model import Project
from node.projects.rules import require
from node.rollups import rows, rules
from node.rollups.model import LEVELS, Rollup
from store.bloom import Bloom
from store.database import Tx
from store.digest import Digest
from store.records import Kind

STEP = LEVELS[1]
FALSE_POSITIVES = 0.01


async def published(forge: Forge, who: Party, project: Project) -> list[Rollup]:
    """Return the published rollups of `project`, the largest blocks first."""
    require(who, Action.READ, project)
    return await forge.db.read(lambda tx: rows.listed(tx, project.key))


async def build(forge: Forge, project: int) -> int:
    """Build every block of `project` that is complete and missing; return how many were."""
    made = 0
    for level in LEVELS:
        head, done = await forge.db.read(
            lambda tx, n=level: (reading.height(tx, project), rows.built(tx, project, n))  # type: ignore[misc]
        )
        for start in rules.due(level, head, done):
            await _build_block(forge, project, level, start)
            made += 1
    return made


async def _build_block(forge: Forge, project: int, level: int, start: int) -> None:
    """Fill one filter, a hundred landings to a read, and publish it."""
    size = LEVELS[level]
    count = await forge.db.read(lambda tx: reading.changed_between(tx, project, start, size))
    bloom = Bloom.sized(count * 3, FALSE_POSITIVES)
    for first in range(start, start + size, STEP):
        keys = await forge.db.read(lambda tx, n=first: _keys(forge, tx, project, n))  # type: ignore[misc]
        for key in keys:
            bloom.add(key)
    raw = bloom.encode()

    def publish(tx: Tx) -> None:
        rollup = Rollup(level, start, forge.objects.put(tx, Kind.DOCUMENT, raw))
        rows.add(tx, project, rollup)

    await forge.db.write(publish)


def _keys(forge: Forge, tx: Tx, project: int, first: int) -> set[bytes]:
    keys: set[bytes] = set()
    for landing in reading.between(tx, project, first, first + STEP - 1):
        keys |= rules.keys_of(reading.changes_of(forge, tx, landing))
    return keys


def filters(tx: Tx) -> Iterator[Digest]:
    """Return the filters of every project: the collector keeps these objects."""
    return rows.filters(tx)


async def _landed(forge: Forge, event: events.Event) -> None:
    many = event.kind == IMPORTED
    if many or (event.kind == "landing.landed" and int(str(event.data["position"])) % STEP == 0):
        owed = {"project": event.project}
        await forge.db.write(lambda tx: jobs.enqueue(tx, "rollups.build", owed, forge.now()))


async def _build(forge: Forge, job: Job) -> None:
    await build(forge, int(str(job.payload["project"])))


FEATURE = Feature(
    "rollups",
    subscribers={"rollups": _landed},
    jobs={"rollups.build": _build},
)
