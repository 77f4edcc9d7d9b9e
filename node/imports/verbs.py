"""What one can do with git: bring a repository, take one away, and name positions as git does.

The truth is our landings. A bare repository is made of them when somebody asks for one, and can be
thrown away; see `cache`.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from node.access.model import Action
from node.imports import cache, receiving, rows
from node.imports.model import ImportOutcome, Kept, Progress, Tag
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings.model import Landing
from node.landings.reading import landing_at
from node.projects.model import Project
from node.projects.rules import require
from store.database import Tx


@asynccontextmanager
async def repository(forge: Forge, who: Party, project: Project) -> AsyncIterator[Path]:
    """Give a bare repository that holds all of `project`, to serve from; it is not to be written.

    Its HEAD is refs/heads/main, at the commit of the newest landing (an empty project: unborn);
    its tags are those of the project. It stays for the length of the block.
    """
    _may_read(who, project)
    async with cache.opened(forge, project) as path:
        yield path


async def receive(
    forge: Forge,
    who: Party,
    project: Project,
    quarantine: Path,
    old: str,
    new: str,
    progress: Progress,
) -> Landing | ImportOutcome:
    """Take a push to refs/heads/main that moves it from commit `old` to commit `new`.

    `quarantine` is a bare repository that holds the objects of the push, and may borrow the rest
    from the one that `repository` gives; ids are hexadecimal, 40 zeros where there was nothing. An
    empty project takes each commit as a landing; another one takes all of them as one landing, of
    which `new` becomes the commit. Raises `Denied`, `FetchFirst`, `BadPush`, `BadImport` or what
    `landings.land` raises, and then nothing changed.
    """
    require(who, Action.LAND, project)
    return await receiving.receive(forge, who, project, quarantine, old, new, progress)


async def tag(
    forge: Forge, who: Party, project: Project, name: str, oid: str, quarantine: Path
) -> Tag:
    """Name a commit or a tag object `oid`, which `quarantine` or the project holds, `name`.

    `name` is what follows refs/tags/. Raises `Denied`, `TagTaken` or `BadPush`.
    """
    require(who, Action.LAND, project)
    return await receiving.tag(forge, who, project, name, oid, quarantine)


async def untag(forge: Forge, who: Party, project: Project, name: str) -> None:
    """Forget a tag; raises `Denied` and `NoTag`."""
    require(who, Action.WRITE_SETTINGS, project)
    await receiving.untag(forge, who, project, name)


async def tags(forge: Forge, who: Party, project: Project) -> list[Tag]:
    """Return the tags of `project`, by name."""
    _may_read(who, project)
    return await forge.db.read(lambda tx: rows.tags(tx, project.key))


async def commit_of(forge: Forge, who: Party, project: Project, position: int) -> str:
    """Return the id of the commit that the landing at `position` is in git.

    Raises `NoSuchPosition`.
    """
    _may_read(who, project)

    def known(tx: Tx) -> str | None:
        landing_at(tx, project, position)
        return rows.commit_at(tx, project.key, position)

    found = await forge.db.read(known)
    if found is None:
        async with cache.opened(forge, project):
            found = await forge.db.read(known)
    assert found is not None
    return found


def position_of(tx: Tx, project: int, commit: str) -> int | None:
    """Return the position whose landing is `commit` in git; None if there is none known."""
    return rows.position_of(tx, project, commit)


def residues(tx: Tx) -> Iterator[Kept]:
    """Return the contents that git needs besides landings: the collector keeps them."""
    return rows.all_residue(tx)


def _may_read(who: Party, project: Project) -> None:
    require(who, Action.READ, project)
