"""Which landing brought each line of a file, and why.

Only the landings that touched the path are read: the index of touched paths names them. From the
oldest on, lines that the diff keeps carry their landing along, lines that it brings get the new
one. What was decided is read from the transcripts of those landings that still have a line.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from keys.statements import transcript as transcripts
from keys.statements.transcript import Decision
from node.kernel.forge import Forge
from node.landings import reading
from node.landings.model import Landing
from node.projects.model import Project
from node.trees.model import BinaryFile, BlameLine, Reason
from store import contents, lines, tree
from store.database import Tx
from store.digest import Digest
from store.tree import Mode

DECISIONS = 20
"""How many decisions of one landing are told."""

TRANSCRIPTS = 16 << 20
"""How many bytes of transcripts are read for one file, those of the newest landings first."""


def attribute(forge: Forge, tx: Tx, project: Project, until: int, path: str) -> list[BlameLine]:
    """Return the lines of `path` at position `until`; raises `BinaryFile`."""
    landings = reading.history_of(forge, tx, project, path, until)
    versions = [None, *(_version(forge, tx, landing, path) for landing in landings)]
    newest = versions[-1] or b""
    if lines.is_binary(newest):
        raise BinaryFile(path)
    owners: list[Landing] = []
    for (old, new), landing in zip(pairwise(versions), landings, strict=True):
        owners = carried(owners, old or b"", new or b"", landing)
    before = {landing.position: old for landing, old in zip(landings, versions, strict=False)}
    reasons = _reasons(forge, tx, owners, before)
    return [
        BlameLine(number, _shown(text), reasons[landing.position])
        for number, (text, landing) in enumerate(zip(lines.split(newest), owners, strict=True), 1)
    ]


def carried(owners: Sequence[Landing], old: bytes, new: bytes, landing: Landing) -> list[Landing]:
    """Return the owner of each line of `new`, given those of `old`."""
    after: list[Landing] = []
    done = 0
    for hunk in lines.hunks(old, new):
        after += owners[done : hunk.old_start]
        after += [landing] * hunk.new_count
        done = hunk.old_start + hunk.old_count
    return after + list(owners[done:])


def _version(forge: Forge, tx: Tx, landing: Landing, path: str) -> bytes | None:
    """Return the file as a landing left it; None where it was removed or has no lines to blame."""

    def source(digest: Digest) -> bytes:
        return forge.objects.get(tx, digest)

    found = tree.lookup(landing.tree, path, source)
    if found is None or found.mode is Mode.DIRECTORY or found.size > forge.limits.blame:
        return None
    return b"".join(contents.read(found.id, found.size, source))


def _reasons(
    forge: Forge, tx: Tx, owners: Sequence[Landing], before: Mapping[int, bytes | None]
) -> dict[int, Reason]:
    """Return why each landing in `owners` brought its lines, by position."""
    found: dict[int, Reason] = {}
    brought = {landing.position: landing for landing in owners}
    sizes = forge.objects.lengths(tx, {landing.transcript for landing in brought.values()})
    left = TRANSCRIPTS
    for position in sorted(brought, reverse=True):
        landing, old = brought[position], before[position]
        left -= sizes.get(landing.transcript, 0)
        decided = _decided(forge, tx, landing) if left >= 0 else None
        has_before = old is not None and not lines.is_binary(old)
        found[position] = _reason(landing, decided, has_before=has_before)
    return found


def _decided(forge: Forge, tx: Tx, landing: Landing) -> tuple[Decision, ...]:
    return transcripts.decode(forge.objects.get(tx, landing.transcript)).decisions


def _reason(landing: Landing, decided: tuple[Decision, ...] | None, *, has_before: bool) -> Reason:
    return Reason(
        position=landing.position,
        session=landing.session,
        author=landing.author,
        landed_at=landing.landed_at,
        goal=landing.goal,
        origin=landing.origin,
        decisions=(decided or ())[:DECISIONS],
        is_whole=decided is not None and len(decided) <= DECISIONS,
        has_before=has_before,
    )


def _shown(text: bytes) -> str:
    return text.decode("utf-8", "replace").rstrip("\r\n")
