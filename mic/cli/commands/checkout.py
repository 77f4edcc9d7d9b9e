"""`mic checkout`: a project, at any position, into a new directory."""

import argparse

from mic.cli import targets
from mic.cli.answers import Answer
from mic.cli.commands import clone
from mic.cli.context import Context


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Get a position of a project into a directory."""
    at = None
    if given.position:
        at = targets.named(context.remote(context.address(given.address)), given.position)
    return clone.get(context, given.address, given.path, at)
