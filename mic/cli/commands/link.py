"""`mic link`: this directory becomes a workspace of a project; its files stay as they are."""

import argparse

from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.workspace import manifest as manifests


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Tie the current directory to a project, holding no position of it yet.

    Holding none is what keeps a linked directory from overwriting: `mic sync` compares its files
    with the head's, and `mic land` is refused for paths that the head has, until it has done so.
    """
    remote = context.remote(context.address(given.address))
    project = remote.project()
    manifests.create(
        context.cwd,
        server=remote.connection.url,
        account=project.account,
        project=project.handle,
        project_id=project.id,
    )
    data = {"project": remote.name, "id": project.id, "path": str(context.cwd)}
    text = f"{context.cwd} is now a workspace of {remote.name}; no file was touched."
    return Answer(data, f"{text}\nRun `mic sync` to take in what has landed on it.")
