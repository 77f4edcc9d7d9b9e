"""`mic mcp`: the commands as tools of an agent."""

import argparse
from importlib.metadata import version

from mic.cli.answers import Answer
from mic.cli.context import Context


def run(context: Context, _given: argparse.Namespace) -> Answer:
    """Serve on standard input and output until the agent goes."""
    from mic.cli import serving

    serving.serve(context, version("micelio"))
    return Answer({"served": True})
