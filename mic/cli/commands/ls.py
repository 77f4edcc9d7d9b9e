"""`mic ls`: one directory of a project."""

import argparse

from mic.cli import targets
from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.cli.names import quoted
from mic.client.addresses import names_project
from mic.wire.messages import TreeEntry


def run(context: Context, given: argparse.Namespace) -> Answer:
    """List a directory by name; directories end in a slash."""
    target, path = _target(context, given.words)
    if given.path:
        inside = target.workspace
        path = inside.path(context.cwd, given.path) if inside else given.path.strip("/")
    at = targets.named(target.remote, given.position) if given.position else target.base
    listing = target.remote.listing(path, at)
    entries = sorted(listing.entries, key=lambda entry: entry.name.encode())
    data = {"path": path, "position": listing.position, "entries": entries}
    return Answer(data, "\n".join(_name(context, entry) for entry in entries))


def _target(context: Context, words: list[str]) -> tuple[targets.Target, str]:
    """Read one word in a workspace as a path in it if there is such a path, else as a project."""
    if not words:
        target = targets.here(context, [])
        assert target.workspace
        return target, target.workspace.path(context.cwd, ".")
    inside = len(words) == 1 and not names_project(words[0]) and targets.is_workspace(context)
    if inside and (_is_path(context, words[0]) or (context.cwd / words[0]).exists()):
        target = targets.here(context, [])
        assert target.workspace
        return target, target.workspace.path(context.cwd, words[0])
    return targets.target(context, words, 0), ""


def _is_path(context: Context, word: str) -> bool:
    return "/" not in word.strip("/") and word not in context.home.config().aliases


def _name(context: Context, entry: TreeEntry) -> str:
    if entry.mode == "directory":
        return context.console.paint(quoted(entry.name + "/"), "strong")
    return quoted(entry.name)
