"""Writes a backup: a moment of the node, as one stream.

In it, in this order: the mark, keys and settings, the database, the packs, the hash of each of
them, and the node's signature over those. What can be made again, below `cache/`, is left out.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

import msgspec

from keys.envelope import seal
from node.daemon import building
from node.daemon.backups import model, snapshot
from node.daemon.backups.archive import AT_ONCE, Writer, manifest_of
from node.daemon.backups.model import Mark, NodeDamaged, Signed, Stand
from node.daemon.backups.snapshot import Pack
from node.daemon.building import DATABASE, KEYS, OBJECTS
from node.daemon.config import SETTINGS_FILE
from node.kernel import events
from node.kernel.keys import KeyStore
from node.landings import reading as landings
from node.projects import behind
from node.projects import verbs as projects
from store import copies
from store.database import Tx, unapplied
from store.objects import PACKS

_PACKS = f"{OBJECTS}/{PACKS}"
_KEY = re.compile(r"(node|[1-9A-Za-z]{1,80})\.key", re.ASCII)
_ASIDE = re.compile(r"[0-9]{6,12}\.tail-[0-9]{1,16}", re.ASCII)


def take(data: Path, out: IO[bytes], scratch: Path) -> Mark:
    """Write the node in `data` to `out`, by way of a copy of its database at `scratch`.

    The copy is gone afterwards. Raises `NodeDamaged`, `StoreFault`, `KeysFault` or `OSError`.
    """
    at, small = building.now_ms(), _small(data)
    try:
        with snapshot.taken(data, scratch, lambda tx: _suspect(tx, at)) as packs:
            # Safe because a key is there before the row that names it, and goes after it: all that
            # the copy names were there before it was made, or are there now.
            small |= _small(data)
            return _written(data, out, scratch, packs, small, at)
    finally:
        scratch.unlink(missing_ok=True)


def _suspect(tx: Tx, at: int) -> None:
    """Let whoever starts from this copy ask others first how far it was, however it got there."""
    if not unapplied(tx, building.MIGRATIONS):  # An older database has no place for it.
        behind.suspect(tx, at)


def _written(
    data: Path,
    out: IO[bytes],
    scratch: Path,
    packs: list[Pack],
    small: Mapping[str, bytes],
    at: int,
) -> Mark:
    aside = _aside(data)
    key = KeyStore(data / KEYS).node()
    size = sum(map(len, small.values())) + scratch.stat().st_size
    size += sum(pack.length for pack in packs) + sum(file.stat().st_size for file in aside)
    with copies.copied(scratch) as tx:
        mark = _mark(tx, key.did, at, len(small) + 1 + len(packs) + len(aside), size)
    writer = Writer(out, at // 1000)
    _add(writer, model.MARK, msgspec.json.encode(mark))
    for name, content in small.items():
        _add(writer, name, content)
    _add_file(writer, DATABASE, scratch)
    for pack in packs:
        writer.add(f"{_PACKS}/{pack.number:06}.pack", pack.length, _bytes(pack))
    for file in aside:
        _add_file(writer, f"{_PACKS}/{file.name}", file)
    manifest = manifest_of(writer.hashes)
    _add(writer, model.MANIFEST, manifest)
    signed = _signed(mark, writer.hashes[model.MANIFEST])
    _add(writer, model.SIGNED, seal(signed, model.PAYLOAD_TYPE, key))
    writer.end()
    return mark


def _mark(tx: Tx, node: str, at: int, files: int, size: int) -> Mark:
    heights, names = landings.heights(tx), projects.ids(tx)
    stands = tuple(Stand(name, heights.get(key, 0)) for key, name in sorted(names.items()))
    return Mark(model.FORMAT, node, at, events.last(tx)[0], files, size, stands)


def _signed(mark: Mark, manifest: str) -> bytes:
    said = Signed(
        mark.format, mark.node, mark.taken_at, mark.event, mark.files, mark.bytes, manifest
    )
    return msgspec.json.encode(said)


def _small(data: Path) -> dict[str, bytes]:
    """Return keys and settings by their names."""
    files = [data / KEYS / "node.key", *sorted((data / KEYS / "accounts").glob("*.key"))]
    found: dict[str, bytes] = {}
    for file in files:
        if _KEY.fullmatch(file.name):
            with suppress(FileNotFoundError):  # its account was closed in this moment
                found[file.relative_to(data).as_posix()] = file.read_bytes()
    settings = data / SETTINGS_FILE
    return found | ({SETTINGS_FILE: settings.read_bytes()} if settings.is_file() else {})


def _aside(data: Path) -> list[Path]:
    """Return what a start once found behind a pack's index and could not read."""
    packs = data / OBJECTS / PACKS
    return sorted(file for file in packs.glob("*.tail-*") if _ASIDE.fullmatch(file.name))


def _add(writer: Writer, name: str, content: bytes) -> None:
    writer.add(name, len(content), [content])


def _add_file(writer: Writer, name: str, path: Path) -> None:
    with path.open("rb") as file:
        length = path.stat().st_size
        writer.add(name, length, _read(file.fileno(), length, str(path)))


def _bytes(pack: Pack) -> Iterator[bytes]:
    return _read(pack.file, pack.length, f"the pack {pack.number}")


def _read(file: int, length: int, name: str) -> Iterator[bytes]:
    offset = 0
    while offset < length:
        piece = os.pread(file, min(AT_ONCE, length - offset), offset)
        if not piece:
            raise NodeDamaged(f"{name} became shorter")
        yield piece
        offset += len(piece)
