"""A second node that holds a project of a first: what a pull does, without the way in between."""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from node.holdings import verbs as holdings
from node.kernel.forge import Forge
from node.landings import accepting, rows
from node.landings.model import Head, Landing
from node.projects import mirroring
from node.projects.model import Project
from store import contents
from store.digest import Digest
from store.records import Record
from tests.support.forges import a_forge


@dataclass(frozen=True)
class Group:
    """One position as it came."""

    envelope: bytes
    contribution: bytes | None
    listed: bytes
    transcript: bytes


@asynccontextmanager
async def two_nodes(directory: Path) -> AsyncIterator[tuple[Forge, Forge]]:
    """A home and a mirror."""
    for name in ("home", "mirror"):
        (directory / name).mkdir()
    async with a_forge(directory / "home") as home, a_forge(directory / "mirror") as mirror:
        yield home, mirror


async def documents_of(forge: Forge, project: Project) -> list[bytes]:
    """The signed documents of a project."""
    return await forge.db.read(lambda tx: mirroring.documents(forge, tx, project))


async def groups_of(
    forge: Forge, project: Project, first: int = 1, last: int = 1 << 40
) -> list[Group]:
    """Positions as their node sends them."""

    def read(tx):
        found = rows.newest(tx, project.key, last + 1, 10_000)
        return [_group(forge, tx, one) for one in reversed(found) if one.position >= first]

    return await forge.db.read(read)


def _group(forge: Forge, tx, landing: Landing) -> Group:
    def get(digest):
        return forge.objects.get(tx, digest)

    changes = landing.changes
    return Group(
        get(landing.id),
        get(landing.contribution) if landing.contribution else None,
        b"".join(contents.read(Digest(changes.id), changes.size, get)),
        get(landing.transcript),
    )


async def send_contents(home: Forge, mirror: Forge, ours: Project, theirs: Project) -> None:
    """Let the mirror have every content that the home holds."""

    def read(tx) -> list[Record]:
        held = tx.execute("select object from holdings where project = ?", (ours.key,))
        return [home.objects.record(tx, Digest(one)) for (one,) in held.fetchall()]

    await keep(mirror, theirs, await home.db.read(read))


async def keep(forge: Forge, project: Project, records: Iterable[Record]) -> None:
    """Let a project hold objects, as what was fetched is held."""
    found = list(records)
    await forge.objects.ingest(found)
    ids = [record.digest for record in found]
    await forge.db.write(lambda tx: holdings.add(tx, project.key, ids))


async def take(forge: Forge, documents: Sequence[bytes], name: str | None = None) -> Project:
    """What a pull does with documents that came."""
    return await mirroring.take(
        forge,
        documents,
        name,
        lambda tx, project, chain: accepting.settle(forge, tx, project, chain),
    )


async def taken(home: Forge, mirror: Forge, ours: Project) -> Project:
    """The mirror of a project, without its landings."""
    return await take(mirror, await documents_of(home, ours), ours.id)


async def followed(home: Forge, mirror: Forge, ours: Project, **more) -> Project:
    """The mirror of a project, brought to where the home is."""
    theirs = await taken(home, mirror, ours)
    await send_contents(home, mirror, ours, theirs)
    await accept(mirror, theirs, await groups_of(home, ours), **more)
    return theirs


async def accept(forge: Forge, project: Project, groups: Sequence[Group], **more) -> Head:
    """What a pull does with the positions that came."""
    return await accepting.take_in(forge, project, groups, **more)
