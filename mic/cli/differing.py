"""Line by line, what differs between the two sides of each path."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from mic.cli.console import Console
from mic.cli.names import quoted
from mic.wire.messages import EntryRef, PathChange
from store import lines
from store.contents import BLOB_MAX

LETTERS = {"A": ("+", "added"), "M": ("~", "modified"), "D": ("-", "removed")}


@dataclass(frozen=True, slots=True)
class Totals:
    """How many paths were added, modified and removed."""

    added: int
    modified: int
    removed: int

    def __str__(self) -> str:
        """Return the totals as a line."""
        return f"{self.added} added, {self.modified} modified, {self.removed} removed"


def letter(change: PathChange) -> str:
    """Return A, M or D."""
    if change.old is None:
        return "A"
    return "D" if change.new is None else "M"


def totals(changes: Iterable[PathChange]) -> Totals:
    """Count what happened to the paths."""
    kinds = [letter(change) for change in changes]
    return Totals(kinds.count("A"), kinds.count("M"), kinds.count("D"))


def names(console: Console, changes: Iterable[PathChange]) -> list[str]:
    """Return a line for each path."""
    found = []
    for change in changes:
        sign, style = LETTERS[letter(change)]
        found.append(f"{console.paint(sign, style)} {quoted(change.path)}")
    return found


def small(entry: EntryRef | None) -> bool:
    """Tell whether content is worth fetching to show how it differs."""
    return entry is not None and entry.size <= BLOB_MAX


def ids(changes: Iterable[PathChange], side: str) -> list[bytes]:
    """Return the contents of one side (`old` or `new`) that are worth fetching."""
    found: dict[bytes, None] = {}
    for change in changes:
        entry: EntryRef | None = getattr(change, side)
        if entry is not None and _shown(change):
            found[bytes.fromhex(entry.id)] = None
    return list(found)


def unified(
    console: Console, changes: Iterable[PathChange], objects: Mapping[bytes, bytes]
) -> Iterator[str]:
    """Yield the difference of each path, as a patch has it."""
    for change in changes:
        yield console.paint(f"diff {quoted(change.path)}", "strong")
        yield from _mode(change)
        yield from _body(console, change, objects)


def _shown(change: PathChange) -> bool:
    sides = [entry for entry in (change.old, change.new) if entry is not None]
    same = len(sides) == 2 and sides[0].id == sides[1].id
    return not same and all(small(entry) for entry in sides)


def _mode(change: PathChange) -> Iterator[str]:
    old, new = change.old, change.new
    if old and new and old.mode != new.mode:
        yield f"mode {old.mode} -> {new.mode}"


def _body(console: Console, change: PathChange, objects: Mapping[bytes, bytes]) -> Iterator[str]:
    if change.old and change.new and change.old.id == change.new.id:
        return
    old, new = _content(change.old, objects), _content(change.new, objects)
    if not _shown(change) or lines.is_binary(old) or lines.is_binary(new):
        sizes = [f"{entry.size:,}" if entry else "none" for entry in (change.old, change.new)]
        yield f"binary or large: {sizes[0]} -> {sizes[1]} bytes"
        return
    before = quoted(f"a/{change.path}") if change.old else "/dev/null"
    after = quoted(f"b/{change.path}") if change.new else "/dev/null"
    # Not splitlines: a carriage return or form feed is part of a line, and of the patch.
    for line in lines.unified(old, new, before, after).removesuffix("\n").split("\n"):
        yield _painted(console, line)


def _content(entry: EntryRef | None, objects: Mapping[bytes, bytes]) -> bytes:
    return objects.get(bytes.fromhex(entry.id), b"") if entry else b""


def _painted(console: Console, line: str) -> str:
    style = {"+": "added", "-": "removed", "@": "id"}.get(line[:1], "")
    return console.paint(line, style) if style else line
