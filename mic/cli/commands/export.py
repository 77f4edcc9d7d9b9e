"""`mic export git`: a project as a git repository, with its whole history and its tags."""

import argparse

from mic.cli import histories, targets
from mic.cli.answers import Answer, plural
from mic.cli.context import Context
from mic.client import gits
from mic.errors import Conflict


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Let git clone the project from its node; imported commits keep their ids."""
    target = targets.target(context, given.words, 1)
    remote = target.remote
    project = remote.project()
    directory = (context.cwd / target.words[0]).absolute()
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Conflict(
            f"Nothing was written to {directory}: it exists, and is not an empty directory.",
            code="export.not-empty",
            hint="Name another directory.",
            path=str(directory),
        )
    url, token = histories.url_of(remote), histories.token_for(context, remote)
    with histories.progress(context) as told:
        gits.clone(url, token, directory, told, bare=given.bare)
    tip, tags = gits.tip_of(directory)
    data = {
        "id": project.id,
        "project": remote.name,
        "path": str(directory),
        "commit": tip,
        "tags": tags,
        "bare": given.bare,
    }
    at = f"at commit {tip[:12]}" if tip else "without commits"
    return Answer(data, f"Exported {remote.name} to {directory}: {at}, {plural(tags, 'tag')}.")
