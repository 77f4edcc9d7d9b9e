"""Where many projects stand at once: what nodes compare with each other.

A project that the asker may not read is left out, like one that is not here.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import rows
from node.projects import moved
from node.projects import verbs as projects
from node.projects.model import Project
from store.database import Tx
from store.digest import Digest


@dataclass(frozen=True, slots=True)
class Standing:
    """Documents in a project's chain, its newest position, and that landing's record.

    `is_ours` says that this node orders it.
    """

    project: str
    epoch: int
    position: int
    record: Digest | None
    key: int
    is_private: bool
    is_ours: bool


async def standings(forge: Forge, who: Party, names: Iterable[str]) -> list[Standing]:
    """Return where those of the projects with the ids `names` stand that `who` may read.

    `names` is gone through on a database thread, so that thousands of them hold up nobody.
    """
    return await forge.db.read(lambda tx: read(tx, who, list(names)))


async def envelopes(forge: Forge, standing: Sequence[Standing]) -> list[bytes | None]:
    """Return the envelope of each one's newest record, None before the first landing."""

    def work(tx: Tx) -> list[bytes | None]:
        return [
            None if one.record is None else forge.objects.get(tx, one.record) for one in standing
        ]

    return await forge.db.read(work)


def read(tx: Tx, who: Party, names: Sequence[str]) -> list[Standing]:
    """Do what `standings` does, in the caller's transaction."""
    return _of(tx, projects.among(tx, who, names))


async def kept(forge: Forge, keys: Collection[int] | None = None) -> list[Standing]:
    """Return where projects of this node stand, all or those of `keys`, whoever may read them."""

    def work(tx: Tx) -> list[Standing]:
        names = [name for key, name in projects.ids(tx).items() if keys is None or key in keys]
        return _of(tx, projects.named(tx, names))

    return await forge.db.read(work)


async def chain(forge: Forge, standing: Standing) -> list[bytes]:
    """Return the signed documents of a project, oldest first."""
    return await forge.db.read(lambda tx: projects.chain(forge, tx, standing.key))


def _of(tx: Tx, found: Sequence[Project]) -> list[Standing]:
    """Return where projects stand, but for what is told to no node: it counts nowhere else."""
    away = moved.stay(tx)
    found = [project for project in found if project.key not in away]
    keys = [project.key for project in found]
    epochs, newest = projects.epochs(tx, keys), rows.newest_of(tx, keys)
    return [_standing(project, epochs[project.key], newest.get(project.key)) for project in found]


def _standing(project: Project, epoch: int, newest: tuple[int, Digest] | None) -> Standing:
    position, record = newest or (0, None)
    is_private = project.visibility == "private"
    is_ours = project.home is None
    return Standing(project.id, epoch, position, record, project.key, is_private, is_ours)


async def record_at(forge: Forge, standing: Standing, position: int) -> bytes | None:
    """Return the envelope of the landing at `position`, None where there is none."""

    def work(tx: Tx) -> bytes | None:
        found = rows.get(tx, standing.key, position)
        return None if found is None else forge.objects.get(tx, found.id)

    return await forge.db.read(work)
