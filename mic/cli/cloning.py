"""A project into a new directory, which becomes a workspace of it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from mic.cli import trust
from mic.cli.context import Context
from mic.cli.progress import Progress
from mic.cli.receiving import Incoming
from mic.client.remote import Remote
from mic.errors import Conflict
from mic.workspace import changes
from mic.workspace import manifest as manifests
from mic.workspace.checkout import Checkout
from mic.workspace.manifest import Manifest, Tracked
from store import tree
from store.changes import Change
from store.tree import Entry

Files = list[tuple[str, Entry]]


@dataclass(frozen=True, slots=True)
class Cloned:
    """What a clone has made."""

    root: Path
    manifest: Manifest
    size: int


def clone(context: Context, remote: Remote, root: Path, at: int | None = None) -> Cloned:
    """Make `root` a workspace of `remote` at a position; leaves nothing behind when it fails."""
    project = remote.project()
    position = trust.held(remote, project.id, at)
    existed = _claim(root)
    try:
        manifest = manifests.create(
            root,
            server=remote.connection.url,
            account=project.account,
            project=project.handle,
            project_id=project.id,
        )
        return _filled(context, remote, manifest, position, root)
    except BaseException:
        _clear(root, existed=existed)
        raise


def _filled(
    context: Context, remote: Remote, manifest: Manifest, at: trust.Held, root: Path
) -> Cloned:
    if at.position == 0:
        return Cloned(root, manifest, 0)
    incoming = Incoming(remote, at.position)
    incoming.receive_tree()
    files = list(tree.walk(at.tree, incoming.node))
    size = sum(entry.size for _, entry in files)
    with context.console.progress("Receiving", len(files), size) as bar:
        tracked = _written(root, files, incoming, bar)
    full = changes.adopt(
        manifest,
        [Change(path, None, entry) for path, entry in files],
        tracked,
        position=at.position,
        tree=at.tree,
        record=at.record,
    )
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
        if not root.is_dir() or any(root.iterdir()):
            raise Conflict(
                f"Nothing was written to {root}: it exists, and is not an empty directory.",
                code="workspace.not-empty",
                hint="Name another directory behind the address.",
                path=str(root),
            ) from None
        return True
    return False


def _clear(root: Path, *, existed: bool) -> None:
    for child in root.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(child, ignore_errors=True)
        else:
            child.unlink(missing_ok=True)
    if not existed:
        root.rmdir()
