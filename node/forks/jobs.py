"""Forks of other nodes: where they come from is known from their documents."""

from keys.errors import KeysFault
from keys.statements.project import open_chain
from node.forks import rows
from node.forks.model import Root
from node.kernel.events import Event
from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.landings import reading
from node.projects import identity
from node.projects import verbs as projects
from node.projects.mirroring import MIRRORED
from store.database import Tx
from store.digest import Digest

ADOPTED = "project.adopted"


async def _happened(forge: Forge, event: Event) -> None:
    """Write what a mirror is a fork of, and anew when this node becomes its home."""
    if event.kind in {MIRRORED, ADOPTED} and event.project is not None:
        key = event.project
        await forge.db.write(lambda tx: _note(forge, tx, key))


def _note(forge: Forge, tx: Tx, project: int) -> None:
    if identity.of_key(tx, project) is None:
        return
    try:
        origins = open_chain(projects.chain(forge, tx, project)).origins
    except KeysFault:
        return
    for named in origins[-1:]:
        carried = reading.carried_until(tx, project, named.project)
        synced = max(named.position, carried)
        root = Root(named.project, named.position, Digest(named.record), synced)
        rows.put(tx, project, root)


FEATURE = Feature("forks", subscribers={"forks": _happened})
