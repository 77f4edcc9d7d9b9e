"""What others have landed, brought under what has changed here.

Three trees: the one that the workspace holds, the head's, and the files. `store.merging`
decides path by path; here its decisions are carried out. A file is only ever written over what
the scan saw there a moment before, so that an editor that saves in between loses nothing. What
cannot be merged is marked or left, remembered as a conflict, and keeps `mic land` from landing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter
from pathlib import Path
from typing import Literal

from mic.cli import asking, receiving, resolving, room, trust
from mic.cli.context import Context
from mic.cli.receiving import Incoming
from mic.cli.targets import Workspace
from mic.client import download
from mic.client.remote import Remote
from mic.workspace import changes, conflicts, files, scan, unfinished
from mic.workspace import checkout as writing
from mic.workspace import manifest as manifests
from mic.workspace.checkout import Checkout
from mic.workspace.conflicts import Unresolved
from mic.workspace.manifest import Manifest, Tracked
from store import merging, tree
from store.changes import Change
from store.digest import Digest, digest_of
from store.errors import Absent
from store.merging import Step
from store.tree import EMPTY, Entry

Strategy = Literal["ours", "theirs", "interactive"]
LABELS = ("yours", "landed")


@dataclass(slots=True)
class Synced:
    """What a sync did, by path."""

    position: int
    manifest: Manifest
    taken: list[str] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    unresolved: list[Unresolved] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Local:
    """What has changed here: the changes, and what the disk says of each path."""

    changes: list[Change]
    tracked: Mapping[str, Tracked]


def sync(
    context: Context,
    remote: Remote,
    space: Workspace,
    strategy: Strategy = "interactive",
    at: int | None = None,
) -> Synced:
    """Bring the workspace to position `at`, the head unless said, and save its manifest.

    A sync that broke off is finished first, at its own position: what it has written is a landing
    of others, and must not pass for a change made here when a later landing takes it back.
    """
    with room.named(space.root):
        return _in_steps(context, remote, space, strategy, at)


def _in_steps(
    context: Context, remote: Remote, space: Workspace, strategy: Strategy, at: int | None
) -> Synced:
    project, begun = space.manifest.project_id, unfinished.sync(space.root, space.manifest)
    held = trust.held(remote, project, at)
    if begun is None or begun >= held.position:
        return _sync(context, remote, space, strategy, held)
    first = _sync(context, remote, space, strategy, trust.held(remote, project, begun))
    if first.unresolved:
        return first
    then = _sync(context, remote, Workspace(space.root, first.manifest), strategy, held)
    then.taken = sorted({*first.taken, *then.taken})
    then.merged, then.kept = first.merged + then.merged, first.kept + then.kept
    return then


def take_back(space: Workspace) -> None:
    """Take back the marks that a broken-off sync has written, so that it can begin again.

    A file that was edited since stays as it is, and a conflict while marks are in it.
    """
    if unfinished.sync(space.root, space.manifest) is None:
        return
    left = [one for one in conflicts.load(space.root) if not _taken_back(space.root, one)]
    conflicts.save(space.root, left)


def _taken_back(root: Path, one: Unresolved) -> bool:
    if one.kept is None or one.local is None:
        return True
    stands = resolving.standing(root, one.path)
    if stands is None or stands.entry.id != one.wrote:
        return False
    data = conflicts.kept(root, one.kept)
    writing.write_bytes(root, one.path, data, one.local.mode, stands)
    return True


def _sync(
    context: Context, remote: Remote, space: Workspace, strategy: Strategy, held: trust.Held
) -> Synced:
    manifest, base = space.manifest, space.manifest.position or 0
    if held.position <= base:
        return Synced(base, manifest)
    scanned = scan.scan(space.root, manifest)
    manifest = scanned.manifest
    local = _local(space.root, scanned)
    incoming = Incoming(remote, held.position, manifest.position)
    incoming.receive_tree()
    upstream = _upstream(manifest, held, incoming)
    unfinished.begin(space.root, unfinished.SYNCING, held.position)
    run = _Run(context, remote, space.root, manifest, local, strategy, held.position)
    run.carry_out(merging.plan(upstream, local.changes), incoming)
    after = changes.adopt(
        manifest,
        upstream,
        run.written,
        position=held.position,
        tree=held.tree,
        record=held.record,
    )
    _remember(space.root, run.done.unresolved)
    run.done.manifest = manifests.save(space.root, after)
    unfinished.end(space.root, unfinished.SYNCING)
    return run.done


def _local(root: Path, scanned: scan.Scan) -> _Local:
    """Hash what has changed here."""
    found: list[Change] = []
    tracked: dict[str, Tracked] = {}
    for one in changes.prepare(root, scanned.items):
        for _ in one.records:
            continue
        found.append(one.change)
        if one.tracked:
            tracked[one.path] = one.tracked
    return _Local(found, tracked)


def _upstream(manifest: Manifest, held: trust.Held, incoming: Incoming) -> list[Change]:
    """Return what differs between the trees; ours is rebuilt from the manifest."""
    nodes: dict[Digest, bytes] = {}

    def keep(raw: bytes, _replaced: Digest | None) -> Digest:
        digest = digest_of(raw)
        nodes[digest] = raw
        return digest

    def source(digest: Digest) -> bytes:
        return nodes[digest] if digest in nodes else incoming.node(digest)

    old = tree.build(((path, one.entry) for path, one in manifest.entries.items()), keep)
    if old == EMPTY and held.tree != EMPTY:
        found = receiving.all_of(tree.walk(held.tree, source), itemgetter(0))
        return [Change(path, None, entry) for path, entry in found]
    differences = receiving.all_of(tree.diff(old, held.tree, source), itemgetter(0))
    return [Change(path, a, b) for path, a, b in differences]


@dataclass(frozen=True, slots=True)
class _Clash:
    """A file to be marked, and whether the person at the terminal wants to edit it at once."""

    step: Step
    found: Unresolved
    marked: bytes
    is_edited: bool


class _Run:
    """One sync: the steps of its plan, carried out."""

    def __init__(
        self,
        context: Context,
        remote: Remote,
        root: Path,
        manifest: Manifest,
        local: _Local,
        strategy: Strategy,
        position: int,
    ) -> None:
        self._context = context
        self._remote = remote
        self._root = root
        self._manifest = manifest
        self._local = local
        self._strategy = strategy
        self._clashes: list[_Clash] = []
        self.done = Synced(position, manifest)
        self.written: dict[str, Tracked] = {}

    def carry_out(self, steps: Sequence[Step], incoming: Incoming) -> None:
        """Do what the plan says, contents first as they come, then what must be merged."""
        decided = [self._decided(step) for step in steps]
        merges = [step for step in decided if step.action == "merge"]
        heads = self._receive([step for step in decided if step.action == "take"], merges, incoming)
        bases = self._bases(merges)
        for step in merges:
            self._merge(step, bases, heads)
        self._mark()
        for step in decided:
            if step.action == "keep" and step.head not in (step.local, step.base):
                self.done.kept.append(step.path)
            elif step.action == "conflict":
                self._leave(step, step.reason)
        self.done.unresolved.sort(key=lambda one: one.path)

    def _decided(self, step: Step) -> Step:
        """Return the step with the strategy applied where lines cannot help."""
        if step.action != "conflict":
            return step
        side = self._side(step.path, step.reason, by_lines=False)
        return merging.settle(step, side) if side in {"ours", "theirs"} else step

    def _side(self, path: str, reason: str, *, by_lines: bool) -> asking.Side:
        if self._strategy == "interactive" and self._context.console.is_terminal:
            return asking.side(self._context.console, path, reason, by_lines=by_lines)
        return self._strategy

    def _expected(self, step: Step) -> Tracked | None:
        """Return what the scan saw at the step's path."""
        if step.local is None:
            return None
        return self._local.tracked.get(step.path) or self._manifest.entries.get(step.path)

    def _receive(
        self, takes: Iterable[Step], merges: Sequence[Step], incoming: Incoming
    ) -> dict[Digest, bytes]:
        wanted = {step.head.id for step in merges if step.head and step.head != step.local}
        heads: dict[Digest, bytes] = {}
        with Checkout(self._root) as checkout:
            self._want(checkout, takes)
            for digest, raw in incoming.contents(
                lambda: checkout.needs() | (wanted - heads.keys())
            ):
                checkout.accept(digest, raw)
                if digest in wanted:
                    heads[digest] = raw
            self.written.update(checkout.finish())
        return heads

    def _want(self, checkout: Checkout, takes: Iterable[Step]) -> None:
        """Ask for what is to be written; removals come first, so that no file is in the way."""
        writes = []
        for step in takes:
            expect = self._expected(step)
            if step.head == step.local:
                if expect is not None:
                    self.written[step.path] = expect
                continue
            self.done.taken.append(step.path)
            if step.head is not None:
                writes.append((step.path, step.head, expect))
            elif expect is not None:
                checkout.remove(step.path, expect)
        for path, entry, expect in writes:
            checkout.want(path, entry, expect)

    def _bases(self, merges: Iterable[Step]) -> dict[Digest, bytes]:
        ids = {step.base.id: None for step in merges if step.base and step.base.size}
        if not ids:
            return {}
        fetched = download.fetch(self._remote, list(ids), self._manifest.position)
        return {record.digest: raw for record, raw in fetched}

    def _merge(
        self, step: Step, bases: Mapping[Digest, bytes], heads: Mapping[Digest, bytes]
    ) -> None:
        assert step.head is not None
        assert step.local is not None
        local = files.read_bytes(self._root, step.path, merging.MERGE_MAX)
        if digest_of(local) != step.local.id:
            raise writing.local_changes(step.path)
        head = local if step.head.id == step.local.id else _content(step.head, heads)
        merged = merging.merge_lines(_content(step.base, bases), local, head, LABELS)
        if merged is None:
            self._clash(step, local, head, None, "binary, and changed on both sides")
        elif merged.conflicts:
            self._clash(step, local, head, merged.data, _places(merged.conflicts))
        else:
            self._write(step, merged.data)
            self.done.merged.append(step.path)

    def _clash(
        self, step: Step, local: bytes, head: bytes, marked: bytes | None, reason: str
    ) -> None:
        side = self._side(step.path, reason, by_lines=marked is not None)
        if side == "theirs":
            self._write(replace(step, mode=step.head.mode if step.head else None), head)
            self.done.taken.append(step.path)
        elif side == "ours":
            self.done.kept.append(step.path)
        elif marked is None:
            self._leave(step, reason)
        else:
            kept = conflicts.keep(self._root, local)
            found = _unresolved(step, reason, kept=kept, wrote=digest_of(marked))
            self._clashes.append(_Clash(step, found, marked, is_edited=side == "edit"))

    def _mark(self) -> None:
        """Write the marked files, once it is remembered which they are: marks never land."""
        if self._clashes:
            conflicts.save(self._root, [clash.found for clash in self._clashes])
        for clash in self._clashes:
            self._write(clash.step, clash.marked)
            if clash.is_edited and self._edited(clash.step.path):
                self.done.merged.append(clash.step.path)
            else:
                self.done.unresolved.append(clash.found)

    def _edited(self, path: str) -> bool:
        asking.edit(self._context.editor, self._root / path)
        return not conflicts.has_marker(files.read_bytes(self._root, path, merging.MERGE_MAX))

    def _write(self, step: Step, data: bytes) -> None:
        assert step.local is not None
        mode = step.mode or step.local.mode
        stands = writing.write_bytes(self._root, step.path, data, mode, self._expected(step))
        if step.head and stands.entry == step.head:
            self.written[step.path] = stands

    def _leave(self, step: Step, reason: str) -> None:
        self.done.unresolved.append(_unresolved(step, reason))


def _unresolved(
    step: Step, reason: str, *, kept: Digest | None = None, wrote: Digest | None = None
) -> Unresolved:
    return Unresolved(
        path=step.path,
        base=step.base,
        head=step.head,
        local=step.local,
        reason=reason,
        is_marked=wrote is not None,
        kept=kept,
        wrote=wrote,
    )


def _remember(root: Path, unresolved: Sequence[Unresolved]) -> None:
    if unresolved:
        by_path = {one.path: one for one in (*conflicts.open_ones(root), *unresolved)}
        conflicts.save(root, [by_path[path] for path in sorted(by_path)])
    elif not conflicts.open_ones(root):
        conflicts.clear(root)


def _content(entry: Entry | None, objects: Mapping[Digest, bytes]) -> bytes:
    if entry is None or not entry.size:
        return b""
    if entry.id not in objects:
        raise Absent(entry.id)
    return objects[entry.id]


def _places(number: int) -> str:
    return "the same lines changed on both sides" + (f", {number} times" if number > 1 else "")
