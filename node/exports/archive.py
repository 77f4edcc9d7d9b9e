"""The two containers of an export, written as streams: a zip, and a tar inside for files.

A tar holds what a zip does not: modes and links. It keeps the zip's directory small, too, which is
all that stays in memory.
"""

import asyncio
import io
import tarfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from store.tree import Mode

LONGEST_TARGET = 4096
_LEVEL = 3
_BLOCK = 512
_UNIX = 3


class File(NamedTuple):
    """One file of a zip: its name, its bytes as they come, and its mode as Unix has it."""

    name: str
    pieces: AsyncIterator[bytes]
    mode: int = 0o600


class _Sink(io.RawIOBase):
    """Takes what the zip writes until it is fetched; it cannot seek, so that nothing goes back."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        taken = bytes(data)  # type: ignore[call-overload]
        self._held += taken
        return len(taken)

    def fetched(self) -> bytes:
        found, self._held = bytes(self._held), bytearray()
        return found


async def zipped(files: AsyncIterator[File], at: int) -> AsyncIterator[bytes]:
    """Yield a zip of `files`, each of the time `at` in Unix milliseconds."""
    sink = _Sink()
    with ZipFile(sink, "w", compresslevel=_LEVEL) as archive:
        async for name, pieces, mode in files:
            # Whoever stops reading leaves this block, which closes the entry before the archive.
            with archive.open(_header(name, at, mode), "w", force_zip64=True) as entry:
                async for piece in pieces:
                    await asyncio.to_thread(entry.write, piece)
                    if ready := sink.fetched():
                        yield ready
    yield sink.fetched()


def tar_header(path: str, mode: Mode, size: int, target: bytes | None, at: int) -> bytes:
    """Return what stands before a file's bytes in a tar; a link has a `target` and no bytes."""
    header = tarfile.TarInfo(path)
    header.mtime = at // 1000
    header.mode = 0o755 if mode is Mode.EXECUTABLE else 0o644
    if target is None:
        header.size = size
    else:
        header.type, header.linkname = tarfile.SYMTYPE, target.decode("utf-8", "surrogateescape")
    return header.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def tar_padding(size: int) -> bytes:
    """Return what stands behind `size` bytes in a tar."""
    return bytes(-size % _BLOCK)


def tar_end() -> bytes:
    """Return the end of a tar."""
    return bytes(2 * _BLOCK)


def is_target(content: bytes) -> bool:
    """Return whether a link can have `content` as its target in a tar."""
    return 0 < len(content) <= LONGEST_TARGET and b"\0" not in content


def _header(name: str, at: int, mode: int) -> ZipInfo:
    when = datetime.fromtimestamp(at / 1000, UTC)
    header = ZipInfo(name, when.timetuple()[:6] if when.year >= 1980 else (1980, 1, 1, 0, 0, 0))
    header.compress_type, header.create_system = ZIP_DEFLATED, _UNIX
    header.external_attr = mode << 16
    return header
