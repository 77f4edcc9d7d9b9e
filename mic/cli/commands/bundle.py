"""`mic bundle`: a project and its log in one file, for machines that never meet."""

import argparse
import os
from pathlib import Path

from mic.cli import bundling, targets
from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.cli.progress import amount


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Write the project to a file, verified as it is written."""
    if given.address:
        remote = context.remote(context.address(given.address))
    else:
        remote = targets.here(context, []).remote
    path = Path(os.path.abspath(context.cwd / given.file))  # noqa: PTH100  # links stay as they are
    first = vars(given)["from"]
    made = bundling.make_bundle(context, remote, path, 1 if first is None else first)
    data = {
        "path": str(path),
        "project": remote.name,
        "id": made.project.id,
        "from": made.first,
        "position": made.last,
        "objects": made.objects,
        "bytes": made.size,
        "visibility": made.project.visibility,
    }
    span = f"positions {made.first} to {made.last}" if made.last else "where nothing has landed yet"
    text = f"Bundled {remote.name}, {span}, into {path}: {amount(made.size)}."
    private = made.project.visibility == "private"
    note = "It is private, but " if private else ""
    note += "whoever has the file can read all of it. They get it with `mic clone FILE`."
    return Answer(data, text, note[:1].upper() + note[1:])
