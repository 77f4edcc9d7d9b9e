"""The file of a backup: an uncompressed tar of plain files, written and read as a stream.

Packs are compressed already, and a tar is what every system can open: unpacked by any program, it
is a data directory. What we read is stricter than tar: plain files only, under the names that we
write, each once. Links, directories, devices and extensions, in which tar files carry mischief, are
not read at all.
"""

import hashlib
import re
import tarfile
from collections.abc import Iterable, Iterator
from typing import IO

from node.daemon.backups.model import MANIFEST, MARK, SIGNED, BackupDamaged

AT_ONCE = 1 << 20
_BLOCK = 512
_SMALL = 1 << 20
_LISTS = 64 << 20
_LARGEST = 1 << 50
_LONGEST: tuple[tuple[str, int], ...] = (
    (re.escape(MARK), _LISTS),
    (re.escape(MANIFEST), _LISTS),
    (re.escape(SIGNED), 2 * _SMALL),
    (r"node\.toml", _SMALL),
    (r"keys/node\.key", 1 << 10),
    (r"keys/accounts/[1-9A-Za-z]{1,80}\.key", 1 << 10),
    (r"node\.db", _LARGEST),
    (r"objects/packs/[0-9]{6,12}\.pack", _LARGEST),
    (r"objects/packs/[0-9]{6,12}\.tail-[0-9]{1,16}", _LARGEST),
)
_NAMES = [(re.compile(name, re.ASCII), longest) for name, longest in _LONGEST]


class Writer:
    """Writes one file after another, and remembers the hash of each."""

    def __init__(self, out: IO[bytes], at: int) -> None:
        """Write to `out`; `at` is the time of every file, in Unix seconds."""
        self._out = out
        self._at = at
        self.hashes: dict[str, str] = {}

    def add(self, name: str, size: int, pieces: Iterable[bytes]) -> None:
        """Write a file; `pieces` are `size` bytes."""
        header = tarfile.TarInfo(name)
        header.size, header.mode, header.mtime = size, 0o600, self._at
        self._out.write(header.tobuf(tarfile.GNU_FORMAT))
        said = hashlib.sha256()
        for piece in pieces:
            said.update(piece)
            self._out.write(piece)
        self._out.write(bytes(-size % _BLOCK))
        self.hashes[name] = said.hexdigest()

    def end(self) -> None:
        """Write the end."""
        self._out.write(bytes(2 * _BLOCK))


class Reader:
    """Reads what `Writer` wrote; raises `BackupDamaged` for anything else."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._seen: set[str] = set()

    def files(self) -> Iterator[tuple[str, int, Iterator[bytes]]]:
        """Yield name, size and bytes of each file; the bytes are to be read before the next."""
        while (block := self._exactly(_BLOCK)) != bytes(_BLOCK):
            name, size = self._header(block)
            yield name, size, self._pieces(size)
            self._exactly(-size % _BLOCK)
        if self._exactly(_BLOCK) != bytes(_BLOCK):
            raise BackupDamaged("its end cannot be read")
        while rest := self._file.read(AT_ONCE):
            if rest.strip(b"\0"):
                raise BackupDamaged("something follows behind its end")

    def _header(self, block: bytes) -> tuple[str, int]:
        try:
            found = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, ValueError) as fault:
            raise BackupDamaged(f"a header cannot be read ({fault})") from fault
        shown = repr(found.name[:100])
        longest = next((most for name, most in _NAMES if name.fullmatch(found.name)), None)
        if found.type != tarfile.REGTYPE or longest is None:
            raise BackupDamaged(f"{shown} does not belong in a backup")
        if found.name in self._seen:
            raise BackupDamaged(f"{shown} is in it twice")
        if not 0 <= found.size <= longest:
            raise BackupDamaged(f"{shown} cannot have {found.size} bytes")
        self._seen.add(found.name)
        return found.name, found.size

    def _pieces(self, size: int) -> Iterator[bytes]:
        while size:
            piece = self._exactly(min(size, AT_ONCE))
            size -= len(piece)
            yield piece

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            more = self._file.read(size - len(found))
            if not more:
                raise BackupDamaged("it ends too early")
            found += more
        return found


def manifest_of(hashes: dict[str, str]) -> bytes:
    """Return the list of files with their hashes, as `sha256sum --check` reads it."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items())).encode()
