"""What of a repository cannot be made again from the trees of its first-parent line.

Every commit and tag, what only side branches have, and each directory in which something stands
that no tree of ours holds: another repository, or a mode that git writes no more.
"""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from store.git.errors import BadHistory
from store.git.history import Step
from store.git.objects import objects
from store.git.program import run

_PLAIN = re.compile(rb"(?:(?:40000|100644|100755|120000) [^\0]+\0.{20})*", re.DOTALL)
_BELOW = re.compile(rb"(40000|\d+) [^\0]+\0(.{20})", re.DOTALL)


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
        if found.kind != "tree" or found.body is not None:
            raise BadHistory(found.id, "", "is no directory that can be read")
        if not _PLAIN.fullmatch(found.data):
            odd.add(found.id)
        for mode, name in _BELOW.findall(found.data):
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
    """Return every object that `tips` reach and `without` do not."""
    asked = "\n".join([*tips, *(f"^{one}" for one in without), ""])
    listed = run(repository, "rev-list", "--objects", "--stdin", given=asked.encode())
    return [row[:40].decode() for row in listed.splitlines()]


def pack(repository: Path, wanted: Iterable[str], into: Path) -> int:
    """Write a pack of exactly `wanted` and return how many bytes it has."""
    given = "\n".join([*wanted, ""]).encode()
    arguments = ("--stdout", "-q", "--window=50", "--depth=50", "--delta-base-offset")
    with into.open("wb") as file:
        run(repository, "pack-objects", *arguments, given=given, into=file)
    return into.stat().st_size
