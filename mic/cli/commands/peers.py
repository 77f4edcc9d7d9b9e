"""`mic project peers`: which nodes may hold a project that is not public."""

import argparse

from mic.cli import targets
from mic.cli.answers import Answer, plural
from mic.cli.context import Context
from mic.client import people
from mic.client.remote import Remote


def listed(context: Context, given: argparse.Namespace) -> Answer:
    """List the nodes that may hold the project."""
    remote, _ = _target(context, given.project, 0)
    found = people.project_peers(remote)
    return Answer(found, "\n".join(found), plural(len(found), "node") + ".")


def add(context: Context, given: argparse.Namespace) -> Answer:
    """Let a node hold the project."""
    remote, (did,) = _target(context, given.words, 1)
    people.add_project_peer(remote, did)
    data = {"project": remote.name, "did": did}
    return Answer(data, f"The node {did} may hold {remote.name}")


def remove(context: Context, given: argparse.Namespace) -> Answer:
    """Let a node hold the project no longer."""
    remote, (did,) = _target(context, given.words, 1)
    people.remove_project_peer(remote, did)
    data = {"project": remote.name, "did": did, "removed": True}
    return Answer(data, f"The node {did} may not hold {remote.name} any more")


def _target(context: Context, words: list[str], rest: int) -> tuple[Remote, list[str]]:
    found = targets.target(context, words, rest)
    context.need_token(found.remote.connection)
    return found.remote, found.words
