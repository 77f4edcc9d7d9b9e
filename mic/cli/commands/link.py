"""`mic link`: this directory becomes a workspace of a project; its files stay as they are."""

import argparse
from pathlib import Path

from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.client.remote import Remote
from mic.errors import Missing
from mic.wire.messages import Project
from mic.workspace import manifest as manifests


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Tie the current directory to a project, holding no position of it yet.

    Holding none is what keeps a linked directory from overwriting: `mic sync` compares its files
    with the head's, and `mic land` is refused for paths that the head has, until it has done so.
    """
    remote = context.remote(context.address(given.address))
    project = remote.project()
    data = {"project": remote.name, "id": project.id, "path": str(context.cwd)}
    if _readdressed(context.cwd, remote, project):
        return Answer(data, f"{context.cwd} finds its project at {remote.name} now.")
    manifests.create(
        context.cwd,
        server=remote.connection.url,
        account=project.account,
        project=project.handle,
        project_id=project.id,
    )
    text = f"{context.cwd} is now a workspace of {remote.name}; no file was touched."
    return Answer(data, f"{text}\nRun `mic sync` to take in what has landed on it.")


def _readdressed(root: Path, remote: Remote, project: Project) -> bool:
    """Let a workspace of this very project find it at another address than it remembers."""
    try:
        manifest = manifests.load(root)
    except Missing:
        return False
    there = (remote.connection.url, project.account, project.handle)
    if manifest.project_id != project.id:
        return False
    if (manifest.server, manifest.account, manifest.project) == there:
        return False
    with manifests.hold(root):
        manifests.readdress(root, manifests.load(root), *there)
    return True
