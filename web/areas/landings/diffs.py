"""What a landing changed, as lines to look at."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup

from node.kernel import markup
from node.kernel.outline import declaration
from store.changes import Change
from store.lines import Hunk, hunks, is_binary, split
from store.tree import Entry, Mode
from web.areas.landings import words
from web.design import diff_lines, marks
from web.design.diff_lines import Line
from web.kinds import IMAGES, ending

CONTEXT = 3
LARGEST = 200_000
LARGEST_ALONE = 2_000_000
LINES = 3_000
"""How many lines one page shows; the files after that are only named."""
LINES_EACH = 1_000
"""How many lines of one file a page shows that has others."""
LINES_ALONE = 20_000
COLOURED = 300_000
"""How many bytes of files one page colours; the files after that are plain."""
SLOWER = 20
"""How many times as long a byte takes in a language that the library colours."""
CELLS = 20_000
"""How many pairs of words one page compares; the lines after that are marked less finely."""
LOOKED = 4_000
"""How many lines one page reads for what its hunks stand in, at most `ABOVE` for each."""
ABOVE = 300

Sides = tuple[bytes | None, bytes | None]


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One changed path; `note` says why there are no lines, if so.

    `source` is the path that it had before, `mode` says what became of its mode, `images` whether
    the sides before and after are images to look at, `is_cut` that only its own page shows it all,
    `has_lines` that somebody could be asked for each of them: a binary file has none.
    """

    path: str
    kind: str
    added: int
    removed: int
    lines: Collection[Line]
    note: str
    is_open: bool
    source: str = ""
    mode: str = ""
    images: tuple[bool, bool] = (False, False)
    is_cut: bool = False
    has_lines: bool = True

    @property
    def unified(self) -> Markup:
        """The lines one below the other."""
        return diff_lines.unified(self.lines)

    @property
    def split(self) -> Markup:
        """The lines side by side."""
        return diff_lines.split(self.lines)


@dataclass(slots=True)
class Room:
    """What one page may still show, colour, compare and look up."""

    lines: int = LINES
    each: int = LINES_EACH
    colours: int = COLOURED
    cells: int = CELLS
    looked: int = LOOKED

    @classmethod
    def alone(cls) -> "Room":
        """Return the room of a page that shows one file."""
        return cls(LINES_ALONE, LINES_ALONE, 4 * COLOURED, 4 * CELLS, 4 * LOOKED)


class Undrawn(Collection[Line]):
    """The lines of a changed file, drawn as they are taken; how many there are is known before.

    A `path` colours them. `weight` is how many bytes have to be looked at.
    """

    def __init__(self, path: str, old: bytes, new: bytes, found: list[Hunk], room: Room) -> None:
        self._given = (path, old, new, found, room)
        self._count = _count(found, len(split(old)))
        self.weight = len(old) + len(new) if found else 0

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Line]:
        return _lines(*self._given)

    def __contains__(self, line: object) -> bool:
        return any(one == line for one in self)


@dataclass(frozen=True, slots=True)
class _Texts:
    """The two sides of a file, as bytes and as they are drawn; a path colours them."""

    path: str
    before: list[bytes]
    after: list[bytes]
    olds: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)


def diffs_of(
    changes: Sequence[Change],
    sides: Sequence[Sides],
    sources: dict[str, str] | None = None,
    room: Room | None = None,
) -> list[FileDiff]:
    """Return how each path changed; a side is None where it is absent or too large to show.

    `sources` are the paths that files had before which got another name.
    """
    left, named = room or Room(), sources or {}
    return [
        _diff(change, old, new, named.get(change.path, ""), left)
        for change, (old, new) in zip(changes, sides, strict=True)
    ]


def _diff(
    change: Change, old: bytes | None, new: bytes | None, source: str, room: Room
) -> FileDiff:
    kind = "added" if change.old is None else "removed" if change.new is None else "changed"
    kind, mode = ("renamed" if source else kind), _mode_note(change)
    images = _images(change)
    note, is_cut = _note(change, old, new)
    if note or any(images):
        return FileDiff(
            change.path, kind, 0, 0, [], note, any(images), source, mode, images, is_cut, is_cut
        )
    before, after = old or b"", new or b""
    found = hunks(before, after)
    added = sum(hunk.new_count for hunk in found)
    removed = sum(hunk.old_count for hunk in found)
    if added + removed > min(room.lines, room.each):
        note = "More lines than are shown together with others."
        return FileDiff(
            change.path, kind, added, removed, [], note, False, source, mode, is_cut=True
        )
    colours = _coloured_path(change.path, before, after, room)
    lines = Undrawn(colours, before, after, found, room)
    room.lines -= len(lines)
    note = "" if lines or mode else "Its content stayed." if source else "Empty."
    return FileDiff(change.path, kind, added, removed, lines, note, True, source, mode)


def _coloured_path(path: str, before: bytes, after: bytes, room: Room) -> str:
    """Return the path by which to colour a file; none if the page has coloured enough."""
    cost = (1 if markup.is_quick(path) else SLOWER) * (len(before) + len(after))
    if cost > room.colours:
        return ""
    room.colours -= cost
    return path


def _images(change: Change) -> tuple[bool, bool]:
    if ending(change.path) not in IMAGES:
        return False, False
    before, after = (_may_be_image(one) for one in (change.old, change.new))
    # An svg that changed is read as the text that it is.
    return (False, False) if ending(change.path) == ".svg" else (before, after)


def _may_be_image(entry: Entry | None) -> bool:
    return entry is not None and entry.mode is not Mode.LINK


def _note(change: Change, old: bytes | None, new: bytes | None) -> tuple[str, bool]:
    """Return why a file has no lines, and whether it may have them on a page of its own."""
    if any(data is not None and is_binary(data) for data in (old, new)) or any(_images(change)):
        return _binary_note(change.old, change.new), False
    for entry, data in ((change.old, old), (change.new, new)):
        if entry is not None and data is None:
            return f"{entry.size:,} bytes, more than this page shows.", entry.size <= LARGEST_ALONE
    return "", False


def _binary_note(old: Entry | None, new: Entry | None) -> str:
    if old is None or new is None:
        kept = new or old
        return f"Binary, {kept.size:,} bytes." if kept else ""
    return f"Binary, {old.size:,} bytes before, {new.size:,} after."


def _mode_note(change: Change) -> str:
    if change.old and change.new and change.old.mode != change.new.mode:
        said = {
            Mode.EXECUTABLE: "may be run",
            Mode.FILE: "is a plain file",
            Mode.LINK: "is a link",
        }
        stayed = "; its content stayed" if change.old.id == change.new.id else ""
        return f"Now it {said[change.new.mode]}{stayed}."
    return ""


def _count(found: list[Hunk], lines: int) -> int:
    """Return how many lines show these hunks: gaps, what stayed or went, and what came."""
    count = done = 0
    for start, end, group in _grouped(found, lines):
        count += (start > done) + end - start + sum(hunk.new_count for hunk in group)
        done = end
    return count


def _lines(path: str, old: bytes, new: bytes, found: list[Hunk], room: Room) -> Iterator[Line]:
    before, after, done = split(old), split(new), 0
    groups = list(_grouped(found, len(before)))
    # What stands behind the last line that is shown is not even coloured.
    olds = _drawn(path, before[: groups[-1][1]]) if groups else []
    last = max((hunk.new_start + hunk.new_count for hunk in found if hunk.new_count), default=0)
    texts = _Texts(path, before, after, olds, _drawn(path, after[:last]))
    for start, end, group in groups:
        if start > done:
            yield Line("gap", start + 1, None, _inside(texts, start, group[0].old_start, room))
        shift = group[0].new_start - group[0].old_start
        at = start
        for hunk in group:
            yield from (_same(olds, n, shift) for n in range(at, hunk.old_start))
            yield from _replaced(texts, hunk, room)
            at = hunk.old_start + hunk.old_count
            shift = hunk.new_start + hunk.new_count - at
        yield from (_same(olds, n, shift) for n in range(at, end))
        done = end


def _replaced(texts: _Texts, hunk: Hunk, room: Room) -> Iterator[Line]:
    """Yield the lines that went and those that came, with the words of each that changed."""
    gone = [_safe(line) for line in texts.olds[hunk.old_start : hunk.old_end]]
    came = [_safe(line) for line in texts.news[hunk.new_start : hunk.new_end]]
    for at in range(min(len(gone), len(came))):
        old = _text(texts.before[hunk.old_start + at])
        new = _text(texts.after[hunk.new_start + at])
        if markup.has_hidden(old) or markup.has_hidden(new):
            continue
        one, two, cost = words.compare(old, new, room.cells)
        room.cells = max(room.cells - cost, 0)
        gone[at], came[at] = marks.marked(gone[at], one, "del"), marks.marked(came[at], two, "ins")
    for n, line in enumerate(gone, hunk.old_start + 1):
        yield Line("removed", n, None, line)
    for n, line in enumerate(came, hunk.new_start + 1):
        yield Line("added", None, n, line)


def _inside(texts: _Texts, start: int, changed: int, room: Room) -> Markup:
    """Return the declaration that a changed line stands in, found by how far in it is."""
    lines = texts.before
    if not texts.path or not lines:
        return Markup()
    depth = _indent(lines[min(changed, len(lines) - 1)])
    for n in range(changed - 1, max(start - 1 - ABOVE, -1), -1):
        if room.looked <= 0 or depth == 0:
            break
        room.looked -= 1
        if not 0 <= _indent(lines[n]) < depth:
            continue
        depth = _indent(lines[n])
        declared = declaration(texts.path, _text(lines[n]), texts.olds[n]) if n < start else ""
        if declared:
            return Markup("{}").format(declared)
    return Markup()


def _indent(line: bytes) -> int:
    """Return how far in a line begins; -1 for an empty one."""
    text = line.expandtabs(4)
    return len(text) - len(text.lstrip()) if text.strip() else -1


def _same(olds: list[str], n: int, shift: int) -> Line:
    return Line("same", n + 1, n + 1 + shift, _safe(olds[n]))


def _safe(line: str) -> Markup:
    return Markup(line)  # noqa: S704 - `_drawn` escapes


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


def _drawn(path: str, lines: list[bytes]) -> list[str]:
    """Return the lines as HTML, in colours if `path` says what they are."""
    text = b"".join(lines).decode("utf-8", "replace")
    if "\r" in text:
        text = "\n".join(line.rstrip("\r") for line in text.split("\n"))
    return markup.highlight(path, text)


def _text(line: bytes) -> str:
    return line.decode("utf-8", "replace").rstrip("\r\n")
