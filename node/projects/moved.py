"""Projects that this node ordered until their owner gave them another home.

Where nothing landed here behind what the new home goes on from, the project is a mirror like any
other. Else what was acknowledged here stays as it is and can be read: it is told to no node, and
nothing of the new home comes over it, until the operator lets go of it.
Functions here are for the verbs of other slices.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from keys.errors import KeysFault
from keys.statements.project import Project as Chain
from keys.statements.project import open_chain
from node.kernel import events
from node.kernel.errors import Conflict
from node.kernel.forge import Forge
from node.projects import mirroring, rows
from node.projects.model import BadDocuments, DocumentsDiffer, GraftedDocuments, Project
from store.database import Tx
from store.digest import digest_of

MOVED = "project.moved"


@dataclass(frozen=True, slots=True)
class Move:
    """A project whose home this node was up to `position`; `stays` as in `Moved`.

    `at` is when this node heard of it, in Unix milliseconds.
    """

    project: Project
    position: int
    stays: bool
    at: int

    @property
    def advice(self) -> str:
        """What becomes of landings that came too late, and how their work is brought over."""
        return how(self.position, self.project.id)


class Moved(Conflict):
    """Another node orders the project, and here stand landings that it does not go on from."""

    def __init__(self, home: str, position: int, name: str) -> None:
        super().__init__(
            MOVED,
            f"This project was given another home, the node {home}, from @{position} on: nothing"
            f" lands here any more. {how(position, name)}",
            home=home,
            position=position,
            id=name,
        )


def how(position: int, name: str) -> str:
    """Say what becomes of landings that came too late, and how their work is brought over."""
    return (
        f"What landed here behind @{position} counts nowhere else. To bring it over: clone {name}"
        " from its new home, copy your files over it and land again."
    )


def opened(tx: Tx, project: Project, given: Sequence[bytes]) -> Chain:
    """Return the chain of documents that goes on from those that are here.

    Raises `BadDocuments`, `GraftedDocuments` or `DocumentsDiffer`.
    """
    try:
        chain = open_chain(given)
    except KeysFault as fault:
        raise BadDocuments(str(fault)) from fault
    if chain.id != project.id:
        raise GraftedDocuments(chain.id)
    known = rows.documents(tx, project.key)
    for version, (ours, theirs) in enumerate(zip(known, map(digest_of, given), strict=False), 1):
        if ours != theirs:
            raise DocumentsDiffer(version)
    return chain


def become_mirror(
    forge: Forge, tx: Tx, project: Project, chain: Chain, given: Sequence[bytes], common: int | None
) -> Project:
    """Let the home that the documents name order what this node ordered.

    `common` is where what landed here and what the new home goes on from part, if they do.
    """
    known = len(rows.documents(tx, project.key))
    mirror = mirroring.brought_on(forge, tx, project, chain, given[known:])
    rows.remove_behind(tx, project.key)
    position = chain.tenures[-1].after.position if common is None else common
    rows.put_moved(tx, project.key, position, common is not None, forge.now())
    facts = {"id": project.id, "home": mirror.home, "position": position, "stays": bool(common)}
    events.append(tx, MOVED, project.key, facts, forge.now())
    return mirror


def of(tx: Tx, project: int) -> Move | None:
    """Return since when another node orders a project of this one, None if that never was so."""
    return next((one for one in moves(tx) if one.project.key == project), None)


def moves(tx: Tx) -> list[Move]:
    """Return the projects that had their home here, those first that moved first."""
    return [
        Move(project, position, bool(stays), at)
        for key, position, stays, at in rows.moved(tx)
        if (project := rows.by_key(tx, key)) is not None and project.is_mirror
    ]


def stay(tx: Tx) -> frozenset[int]:
    """Return the keys of the projects of which landings stand here that count nowhere else."""
    return frozenset(one.project.key for one in moves(tx) if one.stays)


def check(tx: Tx, project: Project) -> None:
    """Raise `Moved` for a project of which landings stand here that count nowhere else."""
    move = of(tx, project.key)
    if move is not None and move.stays:
        raise Moved(move.project.home or "", move.position, project.id)


def let_go(tx: Tx, project: int) -> None:
    """Follow the new home from now on."""
    rows.settle_moved(tx, project)
