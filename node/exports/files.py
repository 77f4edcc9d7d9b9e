"""The files of a project at a position as one archive, with their modes and links.

Directories are read one after the other and small files many at a time, so that a tree of any size
takes a few MiB. The same position makes the same tar, byte for byte.
"""

import asyncio
import stat
import zlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from node.exports.archive import File, is_target, tar_end, tar_header, tar_padding, zipped
from node.kernel.forge import Forge
from store import contents, tree
from store.database import Tx
from store.digest import Digest
from store.tree import Entry, Mode

AT_ONCE = 1 << 20
"""So many bytes of small files are read together."""

_LEVEL = 5
_GZIP = 16 + zlib.MAX_WBITS
_MODES = {Mode.FILE: 0o644, Mode.EXECUTABLE: 0o755, Mode.LINK: stat.S_IFLNK | 0o777}


@dataclass(frozen=True, slots=True)
class Found:
    """One file of a tree: its whole content if it is `small`, else the ids of its pieces."""

    path: str
    entry: Entry
    small: bytes | None
    spans: Sequence[tuple[Digest, int]]


async def tarred(forge: Forge, root: Digest, at: int, above: str = "") -> AsyncIterator[bytes]:
    """Yield a tar of the files below `root`, each under `above` and of the time `at` (Unix ms)."""
    async for found in _found(forge, root):
        path, entry = above + found.path, found.entry
        if entry.mode is Mode.LINK and found.small is not None and is_target(found.small):
            yield tar_header(path, entry.mode, 0, found.small, at)
            continue
        yield tar_header(path, entry.mode, entry.size, None, at)
        async for piece in _pieces(forge, found):
            yield piece
        yield tar_padding(entry.size)
    yield tar_end()


async def gzipped(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Yield what `pieces` bring as gzip (RFC 1952), without a time in it."""
    packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, _GZIP)
    held = bytearray()
    async for piece in pieces:
        held += piece
        if len(held) >= AT_ONCE:
            if ready := await asyncio.to_thread(packer.compress, bytes(held)):
                yield ready
            held.clear()
    yield packer.compress(bytes(held)) + packer.flush()


async def zipped_files(
    forge: Forge, root: Digest, at: int, above: str = ""
) -> AsyncIterator[bytes]:
    """Yield a zip of the files below `root`, as `tarred` does a tar."""

    async def files() -> AsyncIterator[File]:
        async for found in _found(forge, root):
            mode = _MODES[found.entry.mode]
            yield File(above + found.path, _pieces(forge, found), mode)

    async for piece in zipped(files(), at):
        yield piece


async def _found(forge: Forge, root: Digest) -> AsyncIterator[Found]:
    directories = [("", root)]
    while directories:
        above, node = directories.pop()
        listed = await forge.db.read(lambda tx, node=node: _listed(forge, tx, node))  # type: ignore[misc]
        inside = [(f"{above}{name}", entry) for name, entry in listed]
        directories += [
            (f"{path}/", entry.id)
            for path, entry in reversed(inside)
            if entry.mode is Mode.DIRECTORY
        ]
        for group in _groups([one for one in inside if one[1].mode is not Mode.DIRECTORY]):
            for found in await forge.db.read(lambda tx, some=group: _read(forge, tx, some)):  # type: ignore[misc]
                yield found


def _groups(files: Sequence[tuple[str, Entry]]) -> Iterator[list[tuple[str, Entry]]]:
    group: list[tuple[str, Entry]] = []
    size = 0
    for path, entry in files:
        if group and size + entry.size > AT_ONCE:
            yield group
            group, size = [], 0
        group.append((path, entry))
        size += entry.size
    if group:
        yield group


def _listed(forge: Forge, tx: Tx, node: Digest) -> list[tuple[str, Entry]]:
    return list(tree.listing(node, "", lambda digest: forge.objects.get(tx, digest)))


def _read(forge: Forge, tx: Tx, files: Sequence[tuple[str, Entry]]) -> list[Found]:
    def source(digest: Digest) -> bytes:
        return forge.objects.get(tx, digest)

    made = []
    for path, entry in files:
        spans = list(contents.spans(entry.id, entry.size, source))
        small = b"".join(source(one) for one, _ in spans) if entry.size <= AT_ONCE else None
        made.append(Found(path, entry, small, spans))
    return made


async def _pieces(forge: Forge, found: Found) -> AsyncIterator[bytes]:
    if found.small is not None:
        yield found.small
        return
    for digest, _ in found.spans:
        yield await forge.db.read(lambda tx, one=digest: forge.objects.get(tx, one))  # type: ignore[misc]
