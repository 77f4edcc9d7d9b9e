"""A project into a new directory, which becomes a workspace of it.

A clone that fails leaves nothing behind. One that is killed leaves a note of the position that it
was getting (`unfinished`), and the same clone into the same directory goes on from there. What
somebody has changed in between stays as it is, and counts as changed.
"""

import shutil
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path

from mic.cli import resuming, room, trust
from mic.cli.context import Context
from mic.cli.progress import Progress
from mic.cli.receiving import Incoming, all_of
from mic.client.addresses import FILE
from mic.client.remote import Remote
from mic.errors import Conflict, Unreachable
from mic.wire.messages import Project
from mic.workspace import changes, unfinished
from mic.workspace import manifest as manifests
from mic.workspace.checkout import Checkout
from mic.workspace.manifest import Manifest, Tracked
from store import tree
from store.changes import Change
from store.tree import Entry

Files = list[tuple[str, Entry]]


class NotThereYet(Unreachable):
    """A mirror has nothing of the project so far: that nothing has landed, it cannot know."""

    def __init__(self, name: str, node: str) -> None:
        super().__init__(
            f"{node} is to hold a copy of {name}, and nothing of it has come there yet.",
            code="project.not-there-yet",
            hint="Clone it from another holder, mic:z…@NODE, or later from this one.",
        )


@dataclass(frozen=True, slots=True)
class Cloned:
    """What a clone has made; `is_resumed` says that it has finished one that broke off."""

    root: Path
    manifest: Manifest
    size: int
    is_resumed: bool = False


def clone(context: Context, remote: Remote, root: Path, at: int | None = None) -> Cloned:
    """Make `root` a workspace of `remote` at a position; leaves nothing behind when it fails."""
    project = remote.project()
    begun = _begun(root, project.id)
    if begun is not None:
        if at not in (None, begun):
            raise _not_empty(root)
        return _resumed(context, remote, root, trust.held(remote, project.id, begun))
    held = trust.held(remote, project.id, at)
    if not held.position and project.state == "mirror" and not _is_bundle(remote):
        raise NotThereYet(remote.name, remote.connection.url)
    existed = _claim(root)
    with room.named(root), manifests.hold(root):
        try:
            unfinished.begin(root, unfinished.CLONING, held.position)
            manifest = _create(root, remote, project)
            made = _filled(context, remote, manifest, held, root)
        except BaseException:
            _clear(root, existed=existed)
            raise
        unfinished.end(root, unfinished.CLONING)
    return made


def _is_bundle(remote: Remote) -> bool:
    return remote.connection.url.startswith(FILE)


def _begun(root: Path, project_id: str) -> int | None:
    """Return the position that a clone of this project was getting when it was killed here."""
    begun = unfinished.clone(root)
    if begun is None or not (root / manifests.FOLDER / manifests.NAME).exists():
        return None
    return begun if manifests.load(root).project_id == project_id else None


def _resumed(context: Context, remote: Remote, root: Path, held: trust.Held) -> Cloned:
    with manifests.hold(root):
        manifest = manifests.load(root)
        made = Cloned(root, manifest, 0)
        if held.position and manifest.position is None:
            files, tracked = resuming.fill(context, remote, root, held)
            made = _saved(root, manifest, held, files, tracked)
        unfinished.end(root, unfinished.CLONING)
    return replace(made, is_resumed=True)


def _create(root: Path, remote: Remote, project: Project) -> Manifest:
    return manifests.create(
        root,
        server=remote.connection.url,
        account=project.account,
        project=project.handle,
        project_id=project.id,
    )


def _filled(
    context: Context, remote: Remote, manifest: Manifest, at: trust.Held, root: Path
) -> Cloned:
    if at.position == 0:
        return Cloned(root, manifest, 0)
    incoming = Incoming(remote, at.position)
    incoming.receive_tree()
    files = all_of(tree.walk(at.tree, incoming.node), itemgetter(0))
    size = sum(entry.size for _, entry in files)
    with context.console.progress("Receiving", len(files), size) as bar:
        tracked = _written(root, files, incoming, bar)
    return _saved(root, manifest, at, files, tracked)


def _saved(
    root: Path, manifest: Manifest, at: trust.Held, files: Files, tracked: dict[str, Tracked]
) -> Cloned:
    full = changes.adopt(
        manifest,
        [Change(path, None, entry) for path, entry in files],
        tracked,
        position=at.position,
        tree=at.tree,
        record=at.record,
    )
    size = sum(entry.size for _, entry in files)
    return Cloned(root, manifests.save(root, full), size)


def _written(root: Path, files: Files, incoming: Incoming, bar: Progress) -> dict[str, Tracked]:
    with Checkout(root, fresh=True) as checkout:
        for path, entry in files:
            checkout.want(path, entry)
        for digest, raw in incoming.contents(checkout.needs):
            if checkout.accept(digest, raw):
                bar(1, len(raw))
        return checkout.finish()


def _claim(root: Path) -> bool:
    """Make `root`, or take it if it is empty; return whether it was there."""
    try:
        root.mkdir(parents=True)
    except FileExistsError:
        if not root.is_dir() or not _is_empty(root):
            raise _not_empty(root) from None
        return True
    return False


def _is_empty(root: Path) -> bool:
    """Tell whether nothing is in `root` but for what a clone makes before its manifest."""
    folder = root / manifests.FOLDER
    if folder.is_dir() and not folder.is_symlink():
        names = {path.name for path in folder.iterdir() if not path.name.startswith(".")}
        return names <= {unfinished.CLONING, "lock"} and [*root.iterdir()] == [folder]
    return not any(root.iterdir())


def _not_empty(root: Path) -> Conflict:
    return Conflict(
        f"Nothing was written to {root}: it exists, and is not an empty directory.",
        code="workspace.not-empty",
        hint="Name another directory behind the address.",
        path=str(root),
    )


def _clear(root: Path, *, existed: bool) -> None:
    for child in root.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child, ignore_errors=True)
        else:
            child.unlink(missing_ok=True)
    if not existed:
        root.rmdir()
