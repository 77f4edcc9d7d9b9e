"""Which landing brought each line of a file, and why.

Only the landings that touched the file are read, under each of its names: from the newest back,
until every line has its landing. Lines that the difference to the version before keeps go on to be
looked for there; lines that it brings are this landing's. The differences and the names are those
of `git blame --first-parent`. Where it is known who brought the lines of a version, nothing older
is looked at; so the way is gone twice, back to what is known and forth again. What was decided is
read from the transcripts of the landings found.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keys.statements import transcript as transcripts
from keys.statements.transcript import Decision
from node.kernel.forge import Forge
from node.landings import following, reading
from node.landings.following import Touch
from node.landings.model import Landing
from node.projects.model import Project
from node.trees import told
from node.trees.model import BinaryFile, BlameLine, Reason, TooMuchHistory
from node.trees.told import UNKNOWN, Told
from store import contents, lines
from store.database import Tx
from store.lines import Hunk
from store.tree import Entry, Mode

DECISIONS = 20
"""How many decisions of one landing are told."""

HISTORY = 1024
"""How many times the largest file's bytes are compared for one file."""

TRANSCRIPTS = 16 << 20
"""How many bytes of transcripts are read for one file, those of the newest landings first."""


def attribute(forge: Forge, tx: Tx, project: Project, until: int, path: str) -> list[BlameLine]:
    """Return the lines of `path` at position `until`; raises `BinaryFile`, `TooMuchHistory`."""
    walked = _walked(forge, tx, project, until, path)
    answer = _retold(walked)
    landings = {step.landing.position: step.landing for step in walked.steps}
    brought = [
        landings.get(position) or reading.landing_at(tx, project, position)
        for position in set(answer.owners)
    ]
    reasons = _reasons(forge, tx, brought, answer.before)
    texts = zip(_shown(walked.newest), answer.owners, strict=True)
    return [
        BlameLine(number, text, reasons[position])
        for number, (text, position) in enumerate(texts, 1)
    ]


@dataclass(frozen=True, slots=True)
class _Step:
    """What a landing made of the file at `path`: where it differs, and its name before."""

    landing: Landing
    path: str
    found: Sequence[Hunk]
    name_before: str | None


@dataclass(frozen=True, slots=True)
class _Walked:
    """The way back from the newest bytes, newest first, and what is known where it ends."""

    newest: bytes
    steps: Sequence[_Step]
    known: Told


def _walked(forge: Forge, tx: Tx, project: Project, until: int, path: str) -> _Walked:
    """Go back until every line has its landing, or to where who brought them is kept."""
    steps: list[_Step] = []
    newest = new = None
    left: dict[int, int] = {}
    work = 0
    for touch in following.touches(forge, tx, project, path, until + 1):
        if touch.new is None:
            continue
        if newest is None or new is None:
            newest = new = _text(forge, tx, touch.new, path)
            left = {number: number for number in range(len(lines.split(new)))}
        known = told.at(touch.landing, touch.path)
        if known is not None:
            return _Walked(newest, steps, known)
        old = _before(forge, tx, touch.old, touch.new)
        found = _changed(old, new)
        steps.append(_Step(touch.landing, touch.path, found, _name_before(touch, old)))
        left, _ = carried(left, old, new, found)
        if old is None or not left:
            return _Walked(newest, steps, Told([UNKNOWN] * len(lines.split(old or b"")), {}))
        work += len(old) + len(new)
        if work > HISTORY * forge.limits.blame:
            raise TooMuchHistory(path, touch.landing.position)
        new = old
    raise AssertionError("a file that stands there came there")


def _retold(walked: _Walked) -> Told:
    """Return who brought each line, by going the way again from the oldest step on."""
    owners, before = walked.known.owners, dict(walked.known.before)
    for number in reversed(range(len(walked.steps))):
        step = walked.steps[number]
        owners = told.brought(owners, step.found, step.landing.position)
        before[step.landing.position] = step.name_before
        if number % told.EVERY == 0:
            told.keep(step.landing, step.path, Told(owners, before))
    return Told(owners, before)


def _text(forge: Forge, tx: Tx, entry: Entry, path: str) -> bytes:
    """Return the bytes of a file; raises `BinaryFile`."""
    found = _read(forge, tx, entry)
    if lines.is_binary(found):
        raise BinaryFile(path)
    return found


def _changed(old: bytes | None, new: bytes) -> Sequence[Hunk]:
    """Return where two texts differ: in all of it, where there was none before."""
    return lines.changed(old, new) if old is not None else [Hunk(0, 0, 0, len(lines.split(new)))]


def _name_before(touch: Touch, old: bytes | None) -> str | None:
    """Return what the file was called before, if it had lines to blame."""
    return None if old is None or lines.is_binary(old) else touch.source or touch.path


def carried(
    left: dict[int, int], old: bytes | None, new: bytes, known: Sequence[Hunk] | None = None
) -> tuple[dict[int, int], list[int]]:
    """Return which of the lines `left` stood in `old` already, and those that did not.

    `left` maps lines of `new`, in their order, to whatever they are called; what is returned maps
    lines of `old`. `known` is where the two differ, if somebody knows.
    """
    if old is None:
        return {}, list(left.values())
    kept: dict[int, int] = {}
    brought: list[int] = []
    found = deque(lines.changed(old, new) if known is None else known)
    shift = 0
    for number, name in left.items():
        while found and found[0].new_end <= number:
            shift = found[0].old_end - found[0].new_end
            found.popleft()
        if found and found[0].new_start <= number:
            brought.append(name)
        else:
            kept[number + shift] = name
    return kept, brought


def _before(forge: Forge, tx: Tx, old: Entry | None, new: Entry) -> bytes | None:
    """Return the lines that a file had before; None if it was none, or too large to be read."""
    if old is None or (old.mode is Mode.LINK) is not (new.mode is Mode.LINK):
        return None
    return _read(forge, tx, old) if old.size <= forge.limits.blame else None


def _read(forge: Forge, tx: Tx, entry: Entry) -> bytes:
    return b"".join(contents.read(entry.id, entry.size, lambda d: forge.objects.get(tx, d)))


def _reasons(
    forge: Forge, tx: Tx, owners: Sequence[Landing], before: Mapping[int, str | None]
) -> dict[int, Reason]:
    """Return why each landing in `owners` brought its lines, by position."""
    found: dict[int, Reason] = {}
    brought = {landing.position: landing for landing in owners}
    sizes = forge.objects.lengths(tx, {landing.transcript for landing in brought.values()})
    left = TRANSCRIPTS
    for position in sorted(brought, reverse=True):
        landing = brought[position]
        left -= sizes.get(landing.transcript, 0)
        decided = _decided(forge, tx, landing) if left >= 0 else None
        found[position] = _reason(landing, decided, before[position])
    return found


def _decided(forge: Forge, tx: Tx, landing: Landing) -> tuple[Decision, ...]:
    if landing.imported is not None:  # a commit says what was done, and knows no decisions
        return ()
    return transcripts.decode(forge.objects.get(tx, landing.transcript)).decisions


def _reason(landing: Landing, decided: tuple[Decision, ...] | None, before: str | None) -> Reason:
    return Reason(
        position=landing.position,
        session=landing.session,
        author=landing.by,
        made_at=landing.made_at,
        landed_at=landing.landed_at,
        goal=landing.goal,
        origin=landing.origin,
        decisions=(decided or ())[:DECISIONS],
        is_whole=decided is not None and len(decided) <= DECISIONS,
        before=before,
        is_imported=bool(landing.imported or landing.carried),
    )


def _shown(data: bytes) -> list[str]:
    """Return the lines as text, decoded in one go: none of their ends is part of a letter."""
    found = data.decode("utf-8", "replace").split("\n")
    return [line.rstrip("\r") for line in (found if found[-1] else found[:-1])]
