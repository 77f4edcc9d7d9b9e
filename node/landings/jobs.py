"""What is owed to landings that came in all at once: by an older node, or with a fork."""

from node.holdings import verbs as holdings
from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.kernel.jobs import Job
from node.landings import reading
from store.database import Tx
from store.digest import Digest

FILL = "holdings.fill"
"""Owed by the migration that made the holdings, for each project with landings, and by forks."""

_STEP = 50
_AT_ONCE = 5_000


async def fill(forge: Forge, job: Job) -> None:
    """Let a project hold what its landings name; to do so again changes nothing."""
    project = job.payload["project"]
    assert isinstance(project, int)
    head = await forge.db.read(lambda tx: reading.height(tx, project))
    for first in range(1, head + 1, _STEP):
        named = await forge.db.read(
            lambda tx, n=first: reading.named(forge, tx, project, n, n + _STEP - 1)  # type: ignore[misc]
        )
        ordered = sorted(named)
        for start in range(0, len(ordered), _AT_ONCE):
            some = ordered[start : start + _AT_ONCE]
            await forge.db.write(lambda tx, ids=some: _hold(tx, project, ids))  # type: ignore[misc]


def _hold(tx: Tx, project: int, ids: list[Digest]) -> None:
    # A project that was forgotten meanwhile has no landings, and must not get holdings.
    if reading.height(tx, project):
        holdings.add(tx, project, ids)


FEATURE = Feature("landings", jobs={FILL: fill}, long=frozenset({FILL}))
