"""What a fork becomes when it takes in what its origin did since: three trees, path by path.

The decisions are those of `mic sync`, in `store.merging`. What both sides changed in different
places of a file is merged by lines; what clashes is named, and nothing is done until somebody says
for each such path which side is to stand.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from node.forks.model import SyncConflicts
from node.landings.rules import parents
from store import contents, merging, tree
from store.changes import Change
from store.digest import Digest, digest_of
from store.errors import BadPath, BadTree
from store.merging import Step
from store.nodes import Entry, Source
from store.records import Record

Side = Literal["ours", "theirs"]


@dataclass(frozen=True, slots=True)
class Trees:
    """The origin as it was at the last sync, the origin now, and the fork."""

    base: Digest
    theirs: Digest
    ours: Digest


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is to stand at each path that is to be another one in the fork.

    `touched` are the paths that the fork changed by itself, `above` the directories that they are
    in; `merged` those that were merged by
    lines, and `fresh` the contents that came of it.
    """

    wanted: Mapping[str, Entry | None]
    touched: frozenset[str]
    above: frozenset[str]
    merged: tuple[str, ...]
    fresh: tuple[Record, ...]


def merged(trees: Trees, source: Source, chosen: Mapping[str, Side], origin: str) -> Outcome:
    """Return what comes of three trees; raises `SyncConflicts` with what nobody has decided."""
    local = changes(trees.base, trees.ours, source)
    steps = merging.plan(changes(trees.base, trees.theirs, source), local)
    wanted: dict[str, Entry | None] = {}
    conflicts, by_lines, fresh = dict[str, str](), list[str](), list[Record]()
    for step in steps:
        done = _settled(step, source, chosen)
        if isinstance(done, str):
            conflicts[step.path] = done
            continue
        entry, made = done
        fresh += made
        if step.action == "merge" and step.path not in chosen:
            by_lines.append(step.path)
        if entry != step.local:
            wanted[step.path] = entry
    if conflicts:
        raise SyncConflicts(origin, conflicts)
    touched = frozenset(change.path for change in local)
    above = frozenset(parents(touched))
    return Outcome(wanted, touched, above, tuple(by_lines), tuple(fresh))


def changes(old: Digest, new: Digest, source: Source) -> list[Change]:
    """Return what differs between two trees."""
    return [Change(path, before, after) for path, before, after in tree.diff(old, new, source)]


def _settled(
    step: Step, source: Source, chosen: Mapping[str, Side]
) -> tuple[Entry | None, Sequence[Record]] | str:
    """Return what is to stand at a path, with its new contents; or why that is not decided."""
    why = step.reason
    if step.action == "merge":
        done = _by_lines(step, source)
        if done is not None:
            return done
        why = "both sides changed the same lines"
    if step.action in {"merge", "conflict"}:
        side = chosen.get(step.path)
        if side is None:
            return why
        step = merging.settle(step, side)
    return (step.head if step.action == "take" else step.local), ()


def _by_lines(step: Step, source: Source) -> tuple[Entry, Sequence[Record]] | None:
    """Return the merge of both sides' lines, None where they clash."""
    assert step.mode is not None
    base, local, head = (_content(one, source) for one in (step.base, step.local, step.head))
    made = merging.merge_lines(base, local, head)
    if made is None or made.conflicts:
        return None
    records = list(contents.records_of(io.BytesIO(made.data), len(made.data)))
    return Entry(step.mode, records[-1].digest, len(made.data)), records


def _content(entry: Entry | None, source: Source) -> bytes:
    return b"".join(contents.read(entry.id, entry.size, source)) if entry else b""


class Workbench:
    """Trees that are tried out: nodes that are made are kept here, and nowhere else."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._made: dict[Digest, bytes] = {}

    def get(self, digest: Digest) -> bytes:
        """Return a node that was made here, or is kept."""
        made = self._made.get(digest)
        return self._source(digest) if made is None else made

    def applied(self, root: Digest, wanted: Mapping[str, Entry | None]) -> Digest:
        """Return a tree with what is wanted in it; raises `BadPath` or `BadTree`."""
        there = {path: self._at(root, path) for path in wanted}
        moved = {path: entry for path, entry in wanted.items() if there[path] != entry}
        return tree.apply(root, moved, self.get, self._keep) if moved else root

    def _at(self, root: Digest, path: str) -> Entry | None:
        found = tree.lookup(root, path, self.get)
        return None if found is None or found.mode is tree.Mode.DIRECTORY else found

    def _keep(self, raw: bytes, _replaced: Digest | None) -> Digest:
        digest = digest_of(raw)
        self._made[digest] = raw
        return digest


FITS_NOT = (BadPath, BadTree)
"""What is raised when a file is wanted where a directory is to stay."""
