"""`mic write`: what comes in on standard input, into a file of the session's workspace."""

import argparse
from pathlib import Path

from mic.cli import resolving, targets
from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.cli.targets import Workspace
from mic.errors import Conflict, Exhausted, Invalid
from mic.workspace import checkout as writing
from mic.workspace import files, ignore
from mic.workspace import manifest as manifests
from mic.workspace import session as sessions
from mic.workspace.manifest import Tracked
from store.nodes import Mode

MOST = 10 << 20


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Write the file whole, or not at all; only while a session is under way."""
    root = targets.workspace(context).root
    path = _path(context, root, given.path)
    with manifests.hold(root):
        space = targets.workspace(context)
        session = sessions.load(root)
        data = context.stdin(MOST + 1)
        if len(data) > MOST:
            raise Exhausted(
                f"{path} was not written: more than {MOST:,} bytes came in.",
                code="write.too-large",
                hint="Put large files there by other means; `mic session land` takes them.",
            )
        written = _write(root, path, data)
    told = {"path": path, "change": _change(space, written), "size": len(data)}
    if _is_left_out(space, path):
        context.console.warn(f"{path} is ignored by {ignore.NAME}: it will not land.")
    return Answer(told | {"session": session.id}, f"Wrote {path}, {len(data):,} bytes.")


def _path(context: Context, root: Path, typed: str) -> str:
    path = Workspace(root, manifests.load(root)).path(context.cwd, typed)
    if not path or typed.endswith("/"):
        raise Invalid(f"{typed} names a directory, not a file.", code="path.invalid")
    return path


def _write(root: Path, path: str, data: bytes) -> Tracked:
    now = resolving.standing(root, path)
    if now is None and (root / path).is_dir():
        raise Conflict(f"{path} is a directory.", code="write.not-a-file", path=path)
    if now is not None and now.entry.mode is Mode.LINK:
        raise Conflict(
            f"{path} is a link; what it points to is not written.",
            code="write.not-a-file",
            hint="Name the file itself, or remove the link first.",
            path=path,
        )
    mode = now.entry.mode if now else Mode.FILE
    return writing.write_bytes(root, path, data, mode, now)


def _change(space: Workspace, written: Tracked) -> str | None:
    """Return what the file is now to the project: A, M, or None for no change."""
    held = space.manifest.entries.get(written.path)
    if held is None:
        return "A"
    return None if held.entry == written.entry else "M"


def _is_left_out(space: Workspace, path: str) -> bool:
    if path in space.manifest.entries:
        return False
    rules = ignore.load(space.root)
    above = sorted(files.folders_of([path]))
    return rules.ignores(path) or any(rules.prunes(folder) for folder in above)
