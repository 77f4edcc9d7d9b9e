"""How a workspace is: what broke off in it, what is left to decide, and how far behind it is."""

from collections.abc import Iterator
from pathlib import Path

from mic.cli.answers import plural
from mic.cli.context import Context
from mic.cli.findings import PATIENCE, Check
from mic.cli.targets import Workspace
from mic.errors import MicFault
from mic.workspace import conflicts, scan, unfinished
from mic.workspace import session as sessions


def checks(context: Context, space: Workspace) -> Iterator[Check]:
    """Look at the workspace here, then at its project on its node."""
    manifest = space.manifest
    held = f"{space.name} at position {manifest.position or 0}"
    yield Check("workspace", "ok", f"{space.root}: {held}, {len(manifest.entries):,} files.")
    yield from _broken_off(space)
    yield from _open(space.root)
    skipped = scan.scan(space.root, manifest).skipped
    if skipped:
        path, why = skipped[0]
        message = f"{plural(len(skipped), 'file')} cannot land; {path}: {why}."
        yield Check(
            "files", "warn", message, "List them in .micignore, if that is as it should be."
        )
    yield from _project(context, space)


def _broken_off(space: Workspace) -> Iterator[Check]:
    root = space.root
    if unfinished.clone(root) is not None:
        yield Check("clone", "warn", "A clone broke off here.", "Run the same `mic clone` again.")
    if unfinished.sync(root, space.manifest) is not None:
        yield Check("sync", "warn", "A sync broke off here.", "mic sync")
    if unfinished.landing(root) is not None:
        message = "What became of the last landing is not known here."
        yield Check("landing", "warn", message, "mic status")


def _open(root: Path) -> Iterator[Check]:
    session = sessions.find(root)
    if session:
        yield Check("session", "ok", f"Under way: {session.goal}")
    if left := conflicts.open_ones(root):
        paths = ", ".join(one.path for one in left[:3])
        how = "mic session resolve" if session else "Edit the files, or: mic sync -s ours|theirs"
        told = f"{plural(len(left), 'conflict')} to decide: {paths}."
        yield Check("conflicts", "warn", told, how)


def _project(context: Context, space: Workspace) -> Iterator[Check]:
    remote = space.remote(context)
    remote.connection.briefly(PATIENCE)
    try:
        head, held = remote.head().position, space.manifest.position or 0
    except MicFault as fault:
        yield Check("project", "fail", fault.message, fault.hint, fault)
        return
    if head < held:
        message = f"The node has it at position {head}; this workspace holds {held}."
        yield Check("project", "fail", message, "Ask the node's owner: the log was shortened.")
    elif head > held:
        behind = plural(head - held, "landing")
        yield Check("project", "ok", f"{behind} to bring in: mic sync")
    else:
        yield Check("project", "ok", f"Position {head} is the newest.")
