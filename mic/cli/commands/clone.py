"""`mic clone`: a project into a new directory."""

import argparse
from pathlib import Path

from mic.cli import cloning
from mic.cli.answers import Answer, plural
from mic.cli.context import Context
from mic.cli.progress import amount
from mic.client.addresses import FILE
from mic.client.remote import Remote


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Get the newest position of a project into a directory."""
    return get(context, given.address, given.dir, None)


def get(context: Context, typed: str, directory: str | None, at: int | None) -> Answer:
    """Get a position of a project into a directory, and tell what came."""
    remote = context.remote(context.address(typed))
    root = (context.cwd / (directory or remote.handle)).absolute()
    made = cloning.clone(context, remote, root, at)
    if remote.connection.url.startswith(FILE):
        _keep_log(remote, root)
    files, position = len(made.manifest.entries), made.manifest.position
    data = {
        "project": remote.name,
        "id": made.manifest.project_id,
        "path": str(root),
        "position": position or 0,
        "files": files,
        "bytes": made.size,
    }
    if position is None:
        return Answer(data, f"Cloned {remote.name}, where nothing has landed yet, into {root}")
    text = f"{plural(files, 'file')}, {amount(made.size)}, position {position}"
    note = ""
    if made.is_resumed:
        note = "This finished a clone that broke off; `mic sync` brings in what has landed since."
    return Answer(data, f"Cloned {remote.name} into {root}: {text}.", note)


def _keep_log(remote: Remote, root: Path) -> None:
    """Let the workspace of a bundle have the log, so that it can be verified without the file."""
    from mic.cli import bundles

    if (found := bundles.evidence_in(remote.connection)) is not None:
        bundles.keep_log(root, found)
