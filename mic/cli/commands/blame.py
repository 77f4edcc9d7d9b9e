"""`mic blame`: which landing each line of a file comes from."""

import argparse

from mic.cli import targets
from mic.cli.answers import Answer, when
from mic.cli.commands.cat import pathed
from mic.cli.context import Context
from mic.wire.messages import BlameLine

UNKNOWN = "unknown"


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Show number, session, author, time and text of each line, with tabs between."""
    target = targets.target(context, given.words, 1)
    path, at = pathed(context, target, given.position)
    blame = target.remote.blame(path, at)
    data = {"path": path, "position": blame.position, "lines": blame.lines}
    return Answer(data, "\n".join(_row(line) for line in blame.lines))


def _row(line: BlameLine) -> str:
    landed = UNKNOWN if line.landed_at is None else when(line.landed_at)
    who = (line.session or UNKNOWN, line.author or UNKNOWN, landed)
    return "\t".join((str(line.number), *who, line.text.rstrip("\r\n")))
