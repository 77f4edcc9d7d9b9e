"""What becomes of a project: `mic project archive`, `unarchive`, `transfer` and `restore`."""

import argparse

from mic.cli import targets
from mic.cli.answers import Answer, when
from mic.cli.confirming import confirm
from mic.cli.context import Context
from mic.client import people
from mic.client.remote import Remote


def archive(context: Context, given: argparse.Namespace) -> Answer:
    """Keep a project as it is."""
    project = people.archive(_target(context, given.project), is_archived=True)
    return Answer(project, f"{project.account}/{project.handle} is archived")


def unarchive(context: Context, given: argparse.Namespace) -> Answer:
    """Let a project change again."""
    project = people.archive(_target(context, given.project), is_archived=False)
    return Answer(project, f"{project.account}/{project.handle} is archived no more")


def transfer(context: Context, given: argparse.Namespace) -> Answer:
    """Give a project to another account, once its handle has been typed."""
    found = targets.target(context, given.words, 1)
    remote, (to,) = found.remote, found.words
    context.need_token(remote.connection)
    if not given.yes:
        confirm(context, remote.handle, f"give it to {to}", "project.unconfirmed")
    done = people.transfer(remote, to)
    if done.invitation is not None:
        until = when(done.invitation.expires_at)
        return Answer(done, f"{to} is asked to accept {remote.name}, until {until}")
    project = done.project
    return Answer(done, f"{remote.name} is {project.account}/{project.handle} now: {project.page}")


def restore(context: Context, given: argparse.Namespace) -> Answer:
    """Bring a deleted project back."""
    remote = _target(context, given.project)
    project = people.restore(remote.connection, remote.account, remote.handle)
    return Answer(project, f"{project.account}/{project.handle} is back: {project.page}")


def _target(context: Context, words: list[str]) -> Remote:
    remote = targets.target(context, words, 0).remote
    context.need_token(remote.connection)
    return remote
