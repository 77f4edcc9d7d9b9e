"""`mic man`: the manual page."""

import argparse
from importlib.metadata import version

from mic.cli import manual
from mic.cli.answers import Answer
from mic.cli.context import Context


def run(_context: Context, _given: argparse.Namespace) -> Answer:
    """Print the page in roff."""
    page = manual.page(version("micelio"))
    return Answer({"page": page}, page)
