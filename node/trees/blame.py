"""Which landing brought each line of a file, and why.

Only the landings that touched the file are read, under each of its names: from the newest back,
until every line has its landing. Lines that the difference to the version before keeps go on to be
looked for there; lines that it brings are this landing's. The differences and the names are those
of `git blame --first-parent`. What was decided is read from the transcripts of the landings found.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from keys.statements import transcript as transcripts
from keys.statements.transcript import Decision
from node.kernel.forge import Forge
from node.landings import following
from node.landings.model import Landing
from node.projects.model import Project
from node.trees.model import BinaryFile, BlameLine, Reason, TooMuchHistory
from store import contents, lines
from store.database import Tx
from store.tree import Entry, Mode

DECISIONS = 20
"""How many decisions of one landing are told."""

HISTORY = 1024
"""How many times the largest file's bytes are compared for one file."""

TRANSCRIPTS = 16 << 20
"""How many bytes of transcripts are read for one file, those of the newest landings first."""


def attribute(forge: Forge, tx: Tx, project: Project, until: int, path: str) -> list[BlameLine]:
    """Return the lines of `path` at position `until`; raises `BinaryFile`, `TooMuchHistory`."""
    steps = _steps(forge, tx, project, until, path)
    newest = next(steps)
    texts = lines.split(newest.new)
    if lines.is_binary(newest.new):
        raise BinaryFile(path)
    owners: dict[int, Landing] = {}
    before: dict[int, str | None] = {}
    left = {number: number for number in range(len(texts))}
    for step in chain([newest], steps):
        left, brought = carried(left, step.old, step.new)
        owners.update(dict.fromkeys(brought, step.landing))
        before[step.landing.position] = step.name_before
        if not left:
            break
    reasons = _reasons(forge, tx, list(owners.values()), before)
    return [
        BlameLine(number + 1, _shown(text), reasons[owners[number].position])
        for number, text in enumerate(texts)
    ]


def carried(
    left: dict[int, int], old: bytes | None, new: bytes
) -> tuple[dict[int, int], list[int]]:
    """Return which of the lines `left` stood in `old` already, and those that did not.

    `left` maps lines of `new`, in their order, to whatever they are called; what is returned maps
    lines of `old`.
    """
    if old is None:
        return {}, list(left.values())
    kept: dict[int, int] = {}
    brought: list[int] = []
    found = deque(lines.changed(old, new))
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


@dataclass(frozen=True, slots=True)
class _Step:
    """What a landing made of a file; `old` is None where there was nothing to blame before."""

    landing: Landing
    path_before: str
    old: bytes | None
    new: bytes

    @property
    def name_before(self) -> str | None:
        """What the file was called before, if it had lines to blame."""
        return None if self.old is None or lines.is_binary(self.old) else self.path_before


def _steps(forge: Forge, tx: Tx, project: Project, until: int, path: str) -> Iterator[_Step]:
    """Yield what landings made of a file, newest first, back to the one that it came in."""
    work = 0
    new: bytes | None = None
    for touch in following.touches(forge, tx, project, path, until + 1):
        if touch.new is None:
            continue
        if new is None:
            new = _read(forge, tx, touch.new)
        old = _before(forge, tx, touch.old, touch.new)
        yield _Step(touch.landing, touch.source or touch.path, old, new)
        if old is None:
            return
        work += len(old) + len(new)
        if work > HISTORY * forge.limits.blame:
            raise TooMuchHistory(path, touch.landing.position)
        new = old


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
        is_imported=landing.imported is not None,
    )


def _shown(text: bytes) -> str:
    return text.decode("utf-8", "replace").rstrip("\r\n")
