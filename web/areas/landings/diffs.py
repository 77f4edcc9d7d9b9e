"""What a landing changed, as lines to look at."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from node.kernel import markup
from store.changes import Change
from store.lines import Hunk, hunks, is_binary, split
from store.tree import Entry, Mode

CONTEXT = 3
LARGEST = 200_000
LINES = 3_000
"""How many lines one page shows; the files after that are only named."""
COLOURED = 500_000
"""How many bytes of files one page colours; the files after that are plain."""
SLOWER = 20
"""How many times as long a byte takes in a language that the library colours."""

Sides = tuple[bytes | None, bytes | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a diff: `kind` is same, added, removed or gap; a side it is not on is None."""

    kind: str
    old: int | None
    new: int | None
    text: Markup


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One changed path; `note` says why there are no lines, if so."""

    path: str
    kind: str
    added: int
    removed: int
    lines: list[Line]
    note: str
    is_open: bool


def diffs_of(changes: Sequence[Change], sides: Sequence[Sides]) -> list[FileDiff]:
    """Return how each path changed; a side is None where it is absent or too large to show."""
    files: list[FileDiff] = []
    room, colours = LINES, COLOURED
    for change, (old, new) in zip(changes, sides, strict=True):
        share = 1 if markup.is_quick(change.path) else SLOWER
        cost = share * (len(old or b"") + len(new or b""))
        is_coloured = cost <= colours
        colours -= cost if is_coloured else 0
        files.append(_diff(change, old, new, room, is_coloured=is_coloured))
        room -= len(files[-1].lines)
    return files


def _diff(
    change: Change, old: bytes | None, new: bytes | None, room: int, *, is_coloured: bool
) -> FileDiff:
    kind = "added" if change.old is None else "removed" if change.new is None else "changed"
    note = _note(change, old, new)
    if note:
        return FileDiff(change.path, kind, 0, 0, [], note, is_open=False)
    before, after = old or b"", new or b""
    found = hunks(before, after)
    added = sum(hunk.new_count for hunk in found)
    removed = sum(hunk.old_count for hunk in found)
    if added + removed > room:
        note = "More than this page shows. See it whole with mic diff."
        return FileDiff(change.path, kind, added, removed, [], note, is_open=False)
    lines = list(_lines(change.path if is_coloured else "", before, after, found))
    note = "" if lines else _mode_note(change)
    return FileDiff(change.path, kind, added, removed, lines, note, is_open=True)


def _note(change: Change, old: bytes | None, new: bytes | None) -> str:
    for entry, data in ((change.old, old), (change.new, new)):
        if entry is not None and data is None:
            return f"{entry.size:,} bytes, more than this page shows."
        if data is not None and is_binary(data):
            return _binary_note(change.old, change.new)
    return ""


def _binary_note(old: Entry | None, new: Entry | None) -> str:
    if old is None or new is None:
        kept = new or old
        return f"Binary, {kept.size:,} bytes." if kept else ""
    return f"Binary, {old.size:,} bytes before, {new.size:,} after."


def _mode_note(change: Change) -> str:
    if change.old and change.new and change.old.mode != change.new.mode:
        words = {
            Mode.EXECUTABLE: "may be run",
            Mode.FILE: "is a plain file",
            Mode.LINK: "is a link",
        }
        return f"Now it {words[change.new.mode]}; its content stayed."
    return "Empty."


def _lines(path: str, old: bytes, new: bytes, found: list[Hunk]) -> Iterator[Line]:
    before, done = split(old), 0
    groups = list(_grouped(found, len(before)))
    # What stands behind the last line that is shown is not even coloured.
    olds = _drawn(path, before[: groups[-1][1]]) if groups else []
    last = max((hunk.new_start + hunk.new_count for hunk in found if hunk.new_count), default=0)
    news = _drawn(path, split(new)[:last])
    for start, end, group in groups:
        if start > done:
            yield Line("gap", start + 1, None, Markup())
        shift = group[0].new_start - group[0].old_start
        at = start
        for hunk in group:
            yield from (_same(olds, n, shift) for n in range(at, hunk.old_start))
            for n in range(hunk.old_start, hunk.old_start + hunk.old_count):
                yield Line("removed", n + 1, None, olds[n])
            for n in range(hunk.new_start, hunk.new_start + hunk.new_count):
                yield Line("added", None, n + 1, news[n])
            at = hunk.old_start + hunk.old_count
            shift = hunk.new_start + hunk.new_count - at
        yield from (_same(olds, n, shift) for n in range(at, end))
        done = end


def _same(olds: list[Markup], n: int, shift: int) -> Line:
    return Line("same", n + 1, n + 1 + shift, olds[n])


def _grouped(found: list[Hunk], count: int) -> Iterator[tuple[int, int, list[Hunk]]]:
    """Yield hunks that share their context, with the old lines from and up to which to show."""
    group: list[Hunk] = []
    for hunk in found:
        if group and hunk.old_start - _end(group) > 2 * CONTEXT:
            yield _around(group, count)
            group = []
        group.append(hunk)
    if group:
        yield _around(group, count)


def _around(group: list[Hunk], count: int) -> tuple[int, int, list[Hunk]]:
    start = max(group[0].old_start - CONTEXT, 0)
    return start, min(_end(group) + CONTEXT, count), group


def _end(group: list[Hunk]) -> int:
    return group[-1].old_start + group[-1].old_count


def _drawn(path: str, lines: list[bytes]) -> list[Markup]:
    """Return the lines, in colours if `path` says what they are."""
    texts = [line.decode("utf-8", "replace").rstrip("\r\n") for line in lines]
    drawn = markup.highlight(path, "".join(f"{text}\n" for text in texts))
    return [Markup(line) for line in drawn]  # noqa: S704 - highlight escapes
