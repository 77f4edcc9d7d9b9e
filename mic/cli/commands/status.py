"""`mic status`: what has changed in this workspace."""

from pathlib import Path
from typing import TYPE_CHECKING

from mic.cli.answers import Answer, first_line, plural
from mic.cli.context import Context
from mic.cli.names import quoted
from mic.cli.targets import Workspace, workspace
from mic.workspace import manifest as manifests
from mic.workspace import scan

if TYPE_CHECKING:
    from argparse import Namespace

    from mic.workspace.conflicts import Unresolved
    from mic.workspace.session import LocalSession

STYLES = {"A": "added", "M": "modified", "D": "removed"}


def run(context: Context, _given: "Namespace") -> Answer:
    """Compare the files with the manifest; no node is asked, unless a landing broke off here."""
    space, is_queued = _settled(context, workspace(context))
    scanned = scan.scan(space.root, space.manifest)
    if scanned.is_refreshed:
        _remember(space.root, scanned.manifest)
    for path, why in scanned.skipped:
        context.console.warn(f"{path} is left out: {why}.")
    manifest, begun = space.manifest, "queued" if is_queued else _unfinished(context, space)
    items = () if begun == "clone" else scanned.items
    name = space.name
    under_way, open_ones = _under_way(space.root)
    paint = context.console.paint
    lines = [f"{name} at position {manifest.position or 0}"]
    if under_way:
        lines.append(f"Session: {first_line(under_way.goal)}")
    lines += [f"{paint(i.letter, STYLES[i.letter])} {quoted(i.path)}" for i in items]
    lines += [f"{paint('!', 'removed')} {quoted(one.path)}: {one.reason}" for one in open_ones]
    lines.append(plural(len(items), "change") + "." if items else "No changes.")
    data = {
        "project": name,
        "server": manifest.server,
        "position": manifest.position or 0,
        "session": under_way.id if under_way else None,
        "changes": [{"change": i.letter, "path": i.path} for i in items],
        "conflicts": [one.path for one in open_ones],
        "unfinished": begun,
    }
    return Answer(data, "\n".join(lines))


def _settled(context: Context, space: Workspace) -> tuple[Workspace, bool]:
    """Learn what became of a landing that broke off, if the node can be asked.

    Also return whether a mirror keeps it for the project's home.
    """
    if not (space.root / manifests.FOLDER / "landing.json").exists():
        return space, False
    from mic.cli import recovering
    from mic.client.landing import Queued
    from mic.errors import MicFault

    try:
        with manifests.hold(space.root):
            return recovering.recover(context, workspace(context))[0], False
    except Queued as fault:
        context.console.warn(f"The last landing is queued. {fault.message}")
        return space, True
    except MicFault as fault:
        context.console.warn(f"What became of the last landing is not known: {fault.message}")
        return space, False


def _unfinished(context: Context, space: Workspace) -> str | None:
    """Tell what broke off here and how it is finished; return which it is."""
    folder = space.root / manifests.FOLDER
    if (folder / "landing.json").exists():
        context.console.warn("A landing broke off here. `mic sync` finds out whether it landed.")
        return "landing"
    if (folder / "cloning").exists():
        again = f"mic clone {space.address} {space.root}"
        context.console.warn(f"A clone broke off here. To finish it: {again}")
        return "clone"
    if (folder / "syncing").exists():
        from mic.workspace import unfinished

        if unfinished.sync(space.root, space.manifest) is not None:
            context.console.warn("A sync broke off here. `mic sync` finishes it.")
            return "sync"
    return None


def _under_way(root: Path) -> "tuple[LocalSession | None, tuple[Unresolved, ...]]":
    """Return the session and the conflicts; most workspaces have neither, and need not pay."""
    session: LocalSession | None = None
    found: tuple[Unresolved, ...] = ()
    if (root / manifests.FOLDER / "session.json").exists():
        from mic.workspace import session as sessions

        session = sessions.find(root)
    if (root / manifests.FOLDER / "conflicts.json").exists():
        from mic.workspace import conflicts

        found = conflicts.open_ones(root)
    return session, found


def _remember(root: Path, manifest: manifests.Manifest) -> None:
    """Keep what was learnt about unchanged files, unless another mic is at work here."""
    from mic.errors import MicFault

    try:
        with manifests.hold(root):
            if manifests.load(root).saved_at == manifest.saved_at:
                manifests.save(root, manifest)
    except (MicFault, OSError):
        return
