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
    remote, (word,) = _target(context, given.words, 1)
    did = named(word)
    people.add_project_peer(remote, did)
    data = {"project": remote.name, "did": did}
    return Answer(data, f"The node {did} may hold {remote.name}")


def remove(context: Context, given: argparse.Namespace) -> Answer:
    """Let a node hold the project no longer."""
    remote, (word,) = _target(context, given.words, 1)
    did = named(word)
    people.remove_project_peer(remote, did)
    data = {"project": remote.name, "did": did, "removed": True}
    return Answer(data, f"The node {did} may not hold {remote.name} any more")


def named(text: str) -> str:
    """Return the key of a node that is named by it, by its peer id or by an address of it."""
    from keys.did import did_of_peer

    name = text.rstrip("/").rpartition("/p2p/")[2]
    return did_of_peer(name) if name.startswith("12D3") else text


def _target(context: Context, words: list[str], rest: int) -> tuple[Remote, list[str]]:
    found = targets.target(context, words, rest)
    context.need_token(found.remote.connection)
    return found.remote, found.words
