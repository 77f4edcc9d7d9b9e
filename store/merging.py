"""The decision table of a sync: base, head and local, path by path.

    upstream     here         what happens
    -            any          keep
    changed      -            take the head's
    changed      the same     take: there is nothing to write
    changed      changed      merge by lines if all three are text, else conflict
    removed      changed      conflict
    changed      removed      conflict
    a file where the other side has a directory: conflict

Nothing here reads or writes a file: values in, values out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from store import lines
from store.changes import Change
from store.nodes import Entry, Mode

Action = Literal["keep", "take", "merge", "conflict"]
Strategy = Literal["ours", "theirs"]
MERGE_MAX = 4 << 20
_FILES = frozenset({Mode.FILE, Mode.EXECUTABLE})


@dataclass(frozen=True, slots=True)
class Step:
    """What to do at one path. `mode` is the merged mode; `reason` says what clashes.

    "take" makes `head` stand there (None removes), "keep" leaves `local`, "merge" merges lines.
    """

    path: str
    action: Action
    base: Entry | None
    head: Entry | None
    local: Entry | None
    mode: Mode | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """Merged bytes and how many places in them are marked as conflicts."""

    data: bytes
    conflicts: int


def plan(upstream: Iterable[Change], local: Iterable[Change]) -> tuple[Step, ...]:
    """Return the steps, by path, that bring changes base -> head under changes base -> local.

    A file clashes with a directory of its name on the other side; then both paths are conflicts.
    """
    theirs = {change.path: change for change in upstream}
    ours = {change.path: change for change in local}
    clashing = _clashes(theirs, ours) | _clashes(ours, theirs)
    return tuple(
        _step(path, theirs.get(path), ours.get(path), is_clashing=path in clashing)
        for path in sorted(theirs.keys() | ours.keys())
    )


def _clashes(some: Mapping[str, Change], others: Mapping[str, Change]) -> set[str]:
    """Return each path of `some` below a file of `others`, and that file."""
    files = {path for path, change in others.items() if change.new is not None}
    found: set[str] = set()
    for path, change in some.items():
        if change.new is None:
            continue
        above = path.rpartition("/")[0]
        while above:
            if above in files:
                found |= {path, above}
            above = above.rpartition("/")[0]
    return found


def _step(path: str, theirs: Change | None, ours: Change | None, *, is_clashing: bool) -> Step:
    known = theirs or ours
    assert known is not None  # the path comes from one of the two
    base = known.old
    head = theirs.new if theirs else base
    local = ours.new if ours else base
    if is_clashing:
        return Step(path, "conflict", base, head, local, reason="a file and a directory")
    if theirs is None:
        return Step(path, "keep", base, head, local)
    if ours is None or head == local:
        return Step(path, "take", base, head, local)
    return _both(path, base, head, local)


def _both(path: str, base: Entry | None, head: Entry | None, local: Entry | None) -> Step:
    """Decide where both sides changed `path`, to different things."""
    if head is None:
        return Step(path, "conflict", base, head, local, reason="removed there, changed here")
    if local is None:
        return Step(path, "conflict", base, head, local, reason="changed there, removed here")
    if not {head.mode, local.mode} <= _FILES or (base is not None and base.mode not in _FILES):
        return Step(path, "conflict", base, head, local, reason="a link changed on both sides")
    mode = _mode(base, head, local)
    if head.id == local.id:
        return Step(path, "merge", base, head, local, mode)
    if max(entry.size for entry in (base, head, local) if entry) > MERGE_MAX:
        return Step(path, "conflict", base, head, local, mode, "too large to merge by lines")
    return Step(path, "merge", base, head, local, mode)


def _mode(base: Entry | None, head: Entry, local: Entry) -> Mode:
    """Return the mode that one side changed; with two modes, a change always differs from base."""
    if base is None:
        return Mode.EXECUTABLE if Mode.EXECUTABLE in {head.mode, local.mode} else Mode.FILE
    return head.mode if local.mode == base.mode else local.mode


def merge_lines(
    base: bytes, local: bytes, head: bytes, labels: tuple[str, str] = ("here", "head")
) -> Merged | None:
    """Return both sides' changes to the lines of `base`, or None if any of them is binary.

    Lines that both changed stand between markers, ours first; `labels` name the sides there.
    """
    if any(map(lines.is_binary, (base, local, head))):
        return None
    if head in {local, base}:
        return Merged(local, 0)
    if local == base:
        return Merged(head, 0)
    merged = lines.merge(base, local, head, labels)
    return Merged(merged.data, merged.conflicts)


def settle(step: Step, strategy: Strategy) -> Step:
    """Return `step` decided for one side: "ours" keeps what is here, "theirs" takes the head's."""
    return replace(step, action="keep" if strategy == "ours" else "take", reason="")
