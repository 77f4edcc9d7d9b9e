"""A project that somebody knows by its id, and looks for where it was: at a name.

Names can be changed and given to another project; ids cannot. What may not be read is not there:
neither its new name nor its being somewhere else is told to strangers.
"""

from collections.abc import Awaitable

from node.access.model import NoProject
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects import rows
from node.projects import verbs as projects
from node.projects.model import AnotherProject, Project, ProjectMoved
from store.database import Tx


async def get(forge: Forge, who: Party, account: str, handle: str, name: str) -> Project:
    """Return the project `account/handle` if its id is `name`.

    Raises `ProjectMoved`, `AnotherProject`, or `NoProject` if `who` may see neither.
    """
    there = await _seen(projects.get(forge, who, account, handle))
    if there is not None and there.id == name:
        return there
    meant = await _seen(projects.by_id(forge, who, name))
    if meant is not None:
        raise ProjectMoved(meant)
    raise NoProject if there is None else AnotherProject(there)


def of_key(tx: Tx, key: int) -> Project | None:
    """Return the project with a key, for what the node itself does: nobody asks."""
    return rows.by_key(tx, key)


def of_id(tx: Tx, name: str) -> Project:
    """Return the project with an id, for what the node itself does; raises `NoProject`."""
    found = rows.by_id(tx, name)
    if found is None:
        raise NoProject
    return found


async def _seen(asked: Awaitable[Project]) -> Project | None:
    try:
        return await asked
    except NoProject:
        return None
