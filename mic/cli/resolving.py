"""Conflicts that a sync left, settled for one side."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path

from mic.cli import asking
from mic.cli.context import Context
from mic.cli.targets import Workspace
from mic.client import download
from mic.client.remote import Remote
from mic.errors import Conflict, Missing
from mic.workspace import checkout as writing
from mic.workspace import conflicts, files, reading, unfinished
from mic.workspace import manifest as manifests
from mic.workspace.checkout import Checkout
from mic.workspace.conflicts import Unresolved
from mic.workspace.manifest import Tracked, track
from store.tree import Entry

CHOOSE = "Or choose a side: mic sync -s ours, or mic sync -s theirs"


def need_none(root: Path, how: str = CHOOSE) -> None:
    """Raise `Conflict` while conflicts are open; `how` says how to choose a side."""
    if left := conflicts.open_ones(root):
        fault = unresolved(left, how)
        if unfinished.sync(root, manifests.load(root)) is not None:
            fault.hint = "A sync broke off here: run `mic sync`, which begins it again."
        raise fault


def unresolved(left: Sequence[Unresolved], how: str = CHOOSE) -> Conflict:
    """Return the fault that names what is still to be decided."""
    marked = any(one.is_marked for one in left)
    return Conflict(
        f"{len(left)} conflicts are not resolved yet.".replace("1 conflicts are", "1 conflict is"),
        code="sync.conflicts",
        hint=("Edit the files until no marks are left, then land. " if marked else "") + how,
        paths=[one.path for one in left],
        reasons={one.path: one.reason for one in left},
    )


def settle(
    remote: Remote, space: Workspace, strategy: str, only: Collection[str] | None = None
) -> list[str]:
    """Settle open conflicts, all or those at some paths, for "ours" or "theirs"; return them."""
    left = conflicts.open_ones(space.root)
    chosen = [one for one in left if only is None or one.path in only]
    for one in chosen:
        if strategy == "ours":
            _keep_ours(space.root, one)
        else:
            _take_theirs(remote, space, one)
    rest = [one for one in left if one not in chosen]
    if rest:
        conflicts.save(space.root, rest)
    else:
        conflicts.clear(space.root)
    return [one.path for one in chosen]


def ask(context: Context, remote: Remote, space: Workspace, only: Collection[str]) -> list[str]:
    """Ask whoever sits at the terminal about each of some conflicts; return what is settled."""
    settled: list[str] = []
    for one in conflicts.open_ones(space.root):
        if one.path not in only:
            continue
        side = asking.side(context.console, one.path, one.reason, by_lines=one.is_marked)
        if side in {"ours", "theirs"}:
            settled += settle(remote, space, side, {one.path})
        elif side == "edit":
            asking.edit(context.editor, space.root / one.path)
    return settled


def chosen(context: Context, space: Workspace, words: Sequence[str]) -> list[str]:
    """Return the open conflicts at or below the paths that are typed; all for none."""
    left = [one.path for one in conflicts.open_ones(space.root)]
    found: dict[str, None] = {} if words else dict.fromkeys(left)
    for word in words:
        path = space.path(context.cwd, word)
        here = [one for one in left if not path or one == path or one.startswith(path + "/")]
        if not here:
            raise Missing(
                f"There is no conflict at {word}.",
                code="session.no-such-conflict",
                hint=f"There are: {', '.join(left)}" if left else "There is none at all.",
                path=path,
            )
        found.update(dict.fromkeys(here))
    return list(found)


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
