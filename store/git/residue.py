"""What of a repository cannot be made again from the trees of its first-parent line.

Every commit and tag, what only side branches have, and each directory in which something stands
that no tree of ours holds: another repository, or a mode that git writes no more.

Small objects lie one behind the other in parts of at most one blob of ours, alike beside alike, so
that compression sees them together: each is a line of its kind and its size, then its bytes. Their
ids follow from their bytes. From a part, git gets a pack.
"""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from store.errors import Corrupt
from store.git.errors import BadHistory
from store.git.history import Step
from store.git.objects import objects
from store.git.program import run
from store.records import MAX_OBJECT

_PLAIN = re.compile(rb"(?:(?:40000|100644|100755|120000) [^\0]+\0.{20})*", re.DOTALL)
_BELOW = re.compile(rb"(40000|\d+) [^\0]+\0(.{20})", re.DOTALL)
_HEAD = re.compile(rb"(commit|tree|blob|tag) (\d{1,9})\n")
_TYPES = {b"commit": 1, b"tree": 2, b"blob": 3, b"tag": 4}
_LONGEST_HEAD = 32
_LARGEST_TREE = 128 << 20


def made_again(repository: Path, steps: Iterable[Step]) -> set[str]:
    """Return the blobs and trees that the landings of `steps` come to hold as git has them."""
    blobs: set[str] = set()
    trees: dict[str, None] = {}
    for step in steps:
        blobs.update(delta.new.id for delta in step.files if delta.new)
        trees.update(dict.fromkeys(step.trees))
    odd = _odd(repository, trees)
    return blobs | (trees.keys() - odd)


def _odd(repository: Path, trees: Iterable[str]) -> set[str]:
    """Return the trees that hold what ours cannot, or that hold such a tree."""
    odd: set[str] = set()
    above: dict[str, list[str]] = {}
    for found in objects(repository, trees):
        if found.kind != "tree" or found.size > _LARGEST_TREE:
            raise BadHistory(found.id, "", "is no directory that can be read")
        data = found.body.read() if found.body else found.data
        if not _PLAIN.fullmatch(data):
            odd.add(found.id)
        for mode, name in _BELOW.findall(data):
            if mode == b"40000":
                above.setdefault(name.hex(), []).append(found.id)
    waiting = list(odd)
    while waiting:
        for one in above.get(waiting.pop(), ()):
            if one not in odd:
                odd.add(one)
                waiting.append(one)
    return odd


def names(repository: Path, tips: Sequence[str], without: Sequence[str] = ()) -> list[str]:
    """Return every object that `tips` reach and `without` do not, alike beside alike."""
    asked = "\n".join([*tips, *(f"^{one}" for one in without), ""])
    listed = run(repository, "rev-list", "--objects", "--stdin", given=asked.encode())
    rows = [(row[40:], row[:40].decode()) for row in listed.splitlines()]
    return [name for _, name in sorted(rows, key=lambda row: row[0])]


def parts(repository: Path, wanted: Iterable[str]) -> Iterator[bytes]:
    """Yield what keeps the objects of `wanted`; raises `BadHistory` for one that is too large."""
    part = bytearray()
    for found in objects(repository, wanted):
        head = b"%b %d\n" % (found.kind.encode(), found.size)
        if found.body is not None or len(head) + found.size > MAX_OBJECT:
            raise BadHistory(found.id, "", f"is a {found.kind} of {found.size} bytes, too large")
        if len(part) + len(head) + found.size > MAX_OBJECT:
            yield bytes(part)
            part.clear()
        part += head
        part += found.data
    if part:
        yield bytes(part)


def opened(part: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield kind and bytes of each object in a part; raises `Corrupt`."""
    at = 0
    while at < len(part):
        head = _HEAD.match(part, at, at + _LONGEST_HEAD)
        if head is None or head.end() + int(head[2]) > len(part):
            raise Corrupt(hashlib.sha256(part).digest(), "it is no part of a residue")
        at = head.end() + int(head[2])
        yield head[1], part[head.end() : at]


def is_part(data: bytes) -> bool:
    """Return whether bytes are a part."""
    try:
        return all(True for _ in opened(data))
    except Corrupt:
        return False


def write_pack(part: bytes, into: Path) -> None:
    """Write the objects of a part as a pack of git; see gitformat-pack."""
    found = list(opened(part))
    summed = hashlib.sha1(usedforsecurity=False)
    with into.open("wb") as file:
        for piece in _packed(found):
            summed.update(piece)
            file.write(piece)
        file.write(summed.digest())


def _packed(found: Sequence[tuple[bytes, bytes]]) -> Iterator[bytes]:
    yield struct.pack(">4sII", b"PACK", 2, len(found))
    for kind, data in found:
        size = len(data)
        first, size = (_TYPES[kind] << 4) | (size & 15), size >> 4
        head = bytearray()
        while size:
            head.append(first | 0x80)
            first, size = size & 0x7F, size >> 7
        head.append(first)
        yield bytes(head) + zlib.compress(data, 1)
