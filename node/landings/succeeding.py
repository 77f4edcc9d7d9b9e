"""A home learns from its owner's documents that another node orders a project of its since.

The documents are signed under the rules of those that are here, so it does not matter who brings
them. In the transaction that takes them in this node stops to sign for the project.
"""

from collections.abc import Callable, Sequence

from node.access import verbs as access
from node.kernel.forge import Forge
from node.landings import accepting
from node.projects import behind, identity, mirroring, moved
from node.projects.model import Project
from node.projects.moved import Move
from store.database import Tx

Follow = Callable[[Tx, Project], None]


async def learned(forge: Forge, name: str, given: Sequence[bytes], follow: Follow) -> Project:
    """Take in the documents `given`, oldest first, of the project `name`, which is ordered here.

    Where they name another home it becomes a mirror, and `follow` is called in the transaction if
    it is to be brought on. Documents that are not newer change nothing. Raises `NoProject`,
    `BadDocuments`, `GraftedDocuments`, `DocumentsDiffer`, `OwnerUnknown`.
    """

    def work(tx: Tx) -> Project:
        project = identity.of_id(tx, name)
        if project.is_mirror:
            return project
        chain = moved.opened(tx, project, given)
        if chain.current.home == forge.node.did:
            return behind.continued(forge, tx, project, given)
        common = accepting.parted(forge, tx, project, chain)
        mirror = moved.become_mirror(forge, tx, project, chain, given, common)
        if mirror.visibility == "private":
            # Who had it here reads it still, with what was acknowledged.
            access.set_project_member(tx, project.key, project.owner, "writer", forge.now())
        if common is None and mirroring.may_hold(forge, chain):
            follow(tx, mirror)
        return mirror

    return await forge.db.write(work)


async def moves(forge: Forge) -> list[Move]:
    """Return the projects that had their home here, those first that moved first."""
    return await forge.db.read(moved.moves)


async def move_of(forge: Forge, project: Project) -> Move | None:
    """Return since when another node orders a project of this one, None if that never was so."""
    return await forge.db.read(lambda tx: moved.of(tx, project.key))


async def check(forge: Forge, project: Project) -> None:
    """Raise `Moved` for a project of which landings stand here that count nowhere else."""
    if project.is_mirror:
        await forge.db.read(lambda tx: moved.check(tx, project))


async def let_go(forge: Forge, name: str) -> None:
    """Forget what landed here too late on the project `name`; the proof that it did is kept."""

    def work(tx: Tx) -> None:
        project = identity.of_id(tx, name)
        move = moved.of(tx, project.key)
        if move is None or not move.stays:
            return
        documents = mirroring.documents(forge, tx, project)
        accepting.settle(forge, tx, project, moved.opened(tx, project, documents))
        moved.let_go(tx, project.key)

    await forge.db.write(work)
