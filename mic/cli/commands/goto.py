"""`mic goto`: every file as it was at a position."""

import argparse

from mic.cli import targets
from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.cli.names import quoted
from mic.errors import Invalid, Missing


def run(context: Context, given: argparse.Namespace) -> Answer:
    """List hash and path of each file at a position; nothing in the workspace moves."""
    target = targets.positioned(context, given.words)
    if len(target.words) != 1:
        raise Invalid("Which position is not said.", code="usage", hint="mic goto POSITION")
    at = targets.settled(target.remote, targets.named(target.remote, target.words[0]))
    path = given.path or ""
    if path and target.workspace:
        path = target.workspace.path(context.cwd, path)
    files = [
        {"path": one.path, "id": one.new.id, "mode": one.new.mode, "size": one.new.size}
        for one in target.remote.difference(0, at).changes
        if one.new and (not path or one.path == path or one.path.startswith(path + "/"))
    ]
    if path and not files:
        raise Missing(f"There is no {path} at position {at}.", code="path.missing", path=path)
    text = "\n".join(f"{str(one['id'])[:8]} {quoted(str(one['path']))}" for one in files)
    return Answer({"position": at, "files": files}, text)
