"""Where a project goes on from, as far back as it is known here."""

from node.access.model import NoProject
from node.forks import rows
from node.projects import identity
from node.projects.model import Project
from store.database import Tx


def is_of_here(tx: Tx, project: Project) -> bool:
    """Whether what a project goes on from is known to be of this node, as its names then are."""
    while not project.is_mirror and (root := rows.root(tx, project.key)) is not None:
        try:
            project = identity.of_id(tx, root.origin)
        except NoProject:
            return False
    return not project.is_mirror
