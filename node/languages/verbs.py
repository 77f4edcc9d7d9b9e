"""What one can ask about languages, and how they are counted: behind each landing, by a job.

The sums and the position they stand for are written together, so that nothing counts twice,
however often the work is done again.
"""

from collections import Counter

from node.access.model import Action
from node.kernel import events, jobs
from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.kernel.jobs import Job
from node.kernel.parties import Party
from node.landings import reading
from node.landings.bulk import IMPORTED
from node.languages import rows, rules
from node.languages.model import Share
from node.projects import identity
from node.projects.model import Project
from node.projects.rules import require
from store.database import Tx

COUNT = "languages.count"
STEP = 200
"""Landings that are counted in one transaction."""

_FORGOTTEN = "landing.forgotten"


async def shares(forge: Forge, who: Party, project: Project) -> list[Share]:
    """Return the languages of a project, the largest first."""
    require(who, Action.READ, project)
    return rules.shares(await forge.db.read(lambda tx: rows.sums(tx, project.key)))


def inherit(tx: Tx, origin: int, project: int) -> None:
    """Let a fork be counted as far as what it goes on from."""
    rows.inherit(tx, origin, project)


async def count(forge: Forge, project: int) -> None:
    """Count the landings of a project that are not counted yet."""
    while await _step(forge, project):
        pass


async def _step(forge: Forge, project: int) -> bool:
    """Count some landings; return whether there may be more."""
    start, last, moved = await forge.db.read(lambda tx: _moved(forge, tx, project))
    if last <= start:
        return False

    def write(tx: Tx) -> None:
        if rows.counted(tx, project) == start and identity.of_key(tx, project) is not None:
            rows.add(tx, project, moved, last)

    await forge.db.write(write)
    return last - start == STEP


def _moved(forge: Forge, tx: Tx, project: int) -> tuple[int, int, Counter[str]]:
    """Return the position that is counted, the one that will be, and what lies between."""
    start = rows.counted(tx, project)
    last = min(start + STEP, reading.height(tx, project))
    moved: Counter[str] = Counter()
    for landing in reading.between(tx, project, start + 1, last):
        moved.update(rules.moved(reading.changes_of(forge, tx, landing)))
    return start, last, moved


async def _happened(forge: Forge, event: events.Event) -> None:
    if event.kind not in {"landing.landed", IMPORTED, _FORGOTTEN} or event.project is None:
        return
    project, owed = event.project, {"project": event.project}

    def write(tx: Tx) -> None:
        if event.kind == _FORGOTTEN:
            rows.forget(tx, project)
        jobs.enqueue(tx, COUNT, owed, forge.now())

    await forge.db.write(write)


async def _count(forge: Forge, job: Job) -> None:
    await count(forge, int(str(job.payload["project"])))


FEATURE = Feature("languages", subscribers={"languages": _happened}, jobs={COUNT: _count})
