"""Conflicts that a sync left, settled for one side."""

import os
from pathlib import Path

from mic.cli.targets import Workspace
from mic.client import download
from mic.client.remote import Remote
from mic.errors import Conflict
from mic.workspace import checkout as writing
from mic.workspace import conflicts, files, reading, unfinished
from mic.workspace import manifest as manifests
from mic.workspace.checkout import Checkout
from mic.workspace.conflicts import Unresolved
from mic.workspace.manifest import Tracked, track
from store.tree import Entry


def need_none(root: Path) -> None:
    """Raise `Conflict` while conflicts are open."""
    if left := conflicts.open_ones(root):
        fault = unresolved(left)
        if unfinished.sync(root, manifests.load(root)) is not None:
            fault.hint = "A sync broke off here: run `mic sync`, which begins it again."
        raise fault


def unresolved(left: "tuple[Unresolved, ...] | list[Unresolved]") -> Conflict:
    """Return the fault that names what is still to be decided."""
    marked = any(one.is_marked for one in left)
    return Conflict(
        f"{len(left)} conflicts are not resolved yet.".replace("1 conflicts are", "1 conflict is"),
        code="sync.conflicts",
        hint=("Edit the files until no marks are left, then land. " if marked else "")
        + "Or choose a side: mic sync -s ours, or mic sync -s theirs",
        paths=[one.path for one in left],
        reasons={one.path: one.reason for one in left},
    )


def settle(remote: Remote, space: Workspace, strategy: str) -> list[str]:
    """Settle every open conflict for "ours" or "theirs", and return their paths."""
    left = conflicts.open_ones(space.root)
    for one in left:
        if strategy == "ours":
            _keep_ours(space.root, one)
        else:
            _take_theirs(remote, space, one)
    conflicts.clear(space.root)
    return [one.path for one in left]


def _keep_ours(root: Path, one: Unresolved) -> None:
    if one.kept is None or one.local is None:
        return
    data = conflicts.kept(root, one.kept)
    writing.write_bytes(root, one.path, data, one.local.mode, standing(root, one.path))


def _take_theirs(remote: Remote, space: Workspace, one: Unresolved) -> None:
    now = standing(space.root, one.path)
    if one.head is None:
        if now is not None:
            writing.remove(space.root, one.path, now)
        return
    with Checkout(space.root) as checkout:
        checkout.want(one.path, one.head, now)
        while wanted := checkout.needs():
            for record, raw in download.fetch(remote, sorted(wanted), space.manifest.position):
                checkout.accept(record.digest, raw)
        checkout.finish()


def standing(root: Path, path: str) -> Tracked | None:
    """Return what stands at `path` now; None if nothing does."""
    try:
        facts = os.lstat(root / path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    mode = files.mode_of(facts)
    if mode is None or mode.name == "DIRECTORY":
        return None
    entry = Entry(mode, reading.content_id(root, path, mode), facts.st_size)
    return track(path, entry, files.stat_of(facts))
