"""Reading a project as it stands, or stood at any position.

Content at a position never changes, so nothing here is ever stale.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from itertools import islice

from node.access.model import Action
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import reading
from node.projects.model import Project
from node.projects.rules import require
from node.trees.blame import attribute
from node.trees.model import BlameLine, FileTooLarge, NoSuchPath, NotAFile, View
from store import contents, tree
from store.changes import Change
from store.database import Tx
from store.digest import Digest
from store.tree import Entry, Mode


async def view(forge: Forge, who: Party, project: Project, position: int | None = None) -> View:
    """Return the tree at `position`, the newest without one; raises `NoSuchPosition`."""
    _may_read(who, project)
    return await forge.db.read(lambda tx: _view(tx, project, position))


async def entry(
    forge: Forge, who: Party, project: Project, position: int | None, path: str
) -> Entry:
    """Return what stands at `path`, the root for an empty one; raises `NoSuchPath`."""
    _may_read(who, project)
    return await forge.db.read(lambda tx: _found(forge, tx, project, position, path)[1])


async def listing(
    forge: Forge, who: Party, project: Project, position: int | None, path: str = ""
) -> list[tuple[str, Entry]]:
    """Return one directory's entries by name; raises `NoSuchPath`, or `NotAFile` for a file."""
    _may_read(who, project)

    def read(tx: Tx) -> list[tuple[str, Entry]]:
        at, found = _found(forge, tx, project, position, path)
        if found.mode is not Mode.DIRECTORY:
            raise NotAFile(path, "directory")
        return list(tree.listing(at.tree, path, _source(forge, tx)))

    return await forge.db.read(read)


async def paths(
    forge: Forge, who: Party, project: Project, position: int | None, most: int
) -> list[str]:
    """Return the path of each file at `position`, by name; at most `most` of them."""
    _may_read(who, project)

    def work(tx: Tx) -> list[str]:
        walked = tree.walk(_view(tx, project, position).tree, _source(forge, tx))
        return [path for path, _ in islice(walked, most)]

    return await forge.db.read(work)


async def read(
    forge: Forge,
    who: Party,
    project: Project,
    position: int | None,
    path: str,
    limit: int = contents.BLOB_MAX,
) -> bytes:
    """Return a whole file; raises `FileTooLarge` above `limit` bytes."""
    _may_read(who, project)

    def work(tx: Tx) -> bytes:
        _, found = _found_file(forge, tx, project, position, path)
        if found.size > limit:
            raise FileTooLarge(path, found.size, limit)
        return b"".join(contents.read(found.id, found.size, _source(forge, tx)))

    return await forge.db.read(work)


async def start(
    forge: Forge,
    who: Party,
    project: Project,
    position: int | None,
    path: str,
    count: int,
) -> bytes:
    """Return at least the first `count` bytes of a file, or all of it if it is shorter."""
    pieces = bytearray()
    async for piece in stream(forge, who, project, position, path):
        pieces += piece
        if len(pieces) >= count:
            break
    return bytes(pieces)


async def stream(
    forge: Forge,
    who: Party,
    project: Project,
    position: int | None,
    path: str,
    offset: int = 0,
    end: int | None = None,
) -> AsyncIterator[bytes]:
    """Yield the bytes of a file from `offset` up to `end`, a few MiB in memory at a time."""
    _may_read(who, project)
    _, found = await forge.db.read(lambda tx: _found_file(forge, tx, project, position, path))
    stop = found.size if end is None else min(end, found.size)
    spans = await forge.db.read(lambda tx: contents.spans(found.id, found.size, _source(forge, tx)))
    begin = 0
    for digest, length in spans:
        if begin < stop and begin + length > offset:
            raw = await forge.db.read(lambda tx, d=digest: forge.objects.get(tx, d))  # type: ignore[misc]
            yield raw[max(offset - begin, 0) : stop - begin]
        begin += length


async def diff(
    forge: Forge, who: Party, project: Project, old: int, new: int | None
) -> list[Change]:
    """Return the files that differ between two positions, by path."""
    _may_read(who, project)

    def work(tx: Tx) -> list[Change]:
        before, after = _view(tx, project, old), _view(tx, project, new)
        made = tree.diff(before.tree, after.tree, _source(forge, tx))
        return sorted((Change(*change) for change in made), key=lambda c: c.path.encode())

    return await forge.db.read(work)


async def sides(
    forge: Forge, who: Party, project: Project, changes: Sequence[Change], limit: int
) -> list[tuple[bytes | None, bytes | None]]:
    """Return the content before and after each change; None where absent or above `limit` bytes.

    `changes` must come from this project's own landings or trees: content is not asked about again.
    """
    _may_read(who, project)

    def work(tx: Tx) -> list[tuple[bytes | None, bytes | None]]:
        source = _source(forge, tx)

        def side(found: Entry | None) -> bytes | None:
            if found is None or found.size > limit:
                return None
            return b"".join(contents.read(found.id, found.size, source))

        return [(side(change.old), side(change.new)) for change in changes]

    return await forge.db.read(work)


async def blame(
    forge: Forge, who: Party, project: Project, position: int | None, path: str
) -> list[BlameLine]:
    """Return each line of a text file with the landing that brought it.

    Raises `BinaryFile`, and `FileTooLarge` above the node's limit for blame.
    """
    _may_read(who, project)

    def work(tx: Tx) -> list[BlameLine]:
        at, found = _found_file(forge, tx, project, position, path)
        if found.size > forge.limits.blame:
            raise FileTooLarge(path, found.size, forge.limits.blame)
        return attribute(forge, tx, project, at.position, path)

    return await forge.db.read(work)


def _may_read(who: Party, project: Project) -> None:
    require(who, Action.READ, project)


def _source(forge: Forge, tx: Tx) -> Callable[[Digest], bytes]:
    return lambda digest: forge.objects.get(tx, digest)


def _view(tx: Tx, project: Project, position: int | None) -> View:
    if position == 0:
        return View(0, tree.EMPTY)
    if position is None:
        head = reading.head_of(tx, project)
        return View(head.position, head.tree)
    return View(position, reading.landing_at(tx, project, position).tree)


def _found(
    forge: Forge, tx: Tx, project: Project, position: int | None, path: str
) -> tuple[View, Entry]:
    at = _view(tx, project, position)
    found = tree.lookup(at.tree, path.strip("/"), _source(forge, tx))
    if found is None:
        raise NoSuchPath(path, at.position)
    return at, found


def _found_file(
    forge: Forge, tx: Tx, project: Project, position: int | None, path: str
) -> tuple[View, Entry]:
    at, found = _found(forge, tx, project, position, path)
    if found.mode is Mode.DIRECTORY:
        raise NotAFile(path, "file")
    return at, found
