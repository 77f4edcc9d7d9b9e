"""A home that was put back to an older state gets back what it had signed since.

What proves it is a record that this node's own key signed, behind the newest that is here. From
then on nothing is signed for that project until what others hold of it is here again.
"""

from collections.abc import Sequence

from node.kernel import events
from node.kernel.forge import Forge
from node.landings import rows
from node.projects import behind
from node.projects import verbs as projects
from node.projects.behind import Lag
from node.projects.model import Project
from store.database import Tx

BEHIND = "project.behind"
CAUGHT_UP = "project.caught-up"


async def noticed(forge: Forge, name: str, position: int) -> bool:
    """Sign nothing for a project of this node, whose key has signed `position`, until it is here.

    Returns False if it is here, or if another node orders the project: then nothing is amiss.
    """

    def work(tx: Tx) -> bool:
        found = [one for one in projects.named(tx, [name]) if not one.is_mirror]
        if not found or rows.head(tx, found[0].key).position >= position:
            return False
        known = behind.of(tx, found[0].key)
        behind.mark(tx, found[0].key, position, forge.now())
        if not known:
            facts = {"id": name, "position": position}
            events.append(tx, BEHIND, found[0].key, facts, forge.now())
        return True

    return await forge.db.write(work)


async def suspect(forge: Forge) -> None:
    """Sign nothing for any project of this node until `trust` is called."""
    await forge.db.write(lambda tx: behind.suspect(tx, forge.now()))


async def trust(forge: Forge) -> None:
    """Sign again for the projects of which nobody has shown anything newer."""
    await forge.db.write(behind.trust)


async def lags(forge: Forge) -> list[Lag]:
    """Return the projects for which nothing is signed."""
    return await forge.db.read(behind.lags)


async def continued(forge: Forge, project: Project, documents: Sequence[bytes]) -> Project:
    """Take in the project's newer documents, as others kept them; raises what `behind` names."""
    return await forge.db.write(lambda tx: behind.continued(forge, tx, project, documents))


async def failed(forge: Forge, project: Project, reason: str) -> None:
    """Note why a project did not catch up."""
    await forge.db.write(lambda tx: behind.failed(tx, project.key, reason))


async def settled(forge: Forge, project: Project) -> bool:
    """Sign again for a project if all is here that is known to be signed; return whether it is."""

    def work(tx: Tx) -> bool:
        known, position = behind.of(tx, project.key), rows.head(tx, project.key).position
        if not known or position < known:
            return not known
        behind.clear(tx, project.key)
        facts = {"id": project.id, "position": position}
        events.append(tx, CAUGHT_UP, project.key, facts, forge.now())
        return True

    return await forge.db.write(work)
