"""`mic blame`: which landing each line of a file comes from, and why."""

import argparse
from collections.abc import Iterator
from itertools import groupby

from mic.cli import targets
from mic.cli.answers import Answer, when
from mic.cli.commands.cat import pathed
from mic.cli.context import Context
from mic.wire.blame import Blame, BlameLine, Reason

UNKNOWN = "unknown"


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Show number, session, author, time and text of each line, with tabs between."""
    target = targets.target(context, given.words, 1)
    path, at = pathed(context, target, given.position)
    blame = target.remote.blame(path, at)
    data = {
        "path": path,
        "position": blame.position,
        "lines": blame.lines,
        "reasons": blame.reasons,
    }
    rows = _with_reasons(blame) if given.why else map(_row, blame.lines)
    return Answer(data, "\n".join(rows))


def _row(line: BlameLine) -> str:
    made_at = line.made_at or line.landed_at
    made = UNKNOWN if made_at is None else when(made_at)
    who = (line.session or UNKNOWN, line.author or UNKNOWN, made)
    return "\t".join((str(line.number), *who, line.text.rstrip("\r\n")))


def _with_reasons(blame: Blame) -> Iterator[str]:
    """Yield each run of lines from one landing, with the reason above it."""
    reasons = {one.position: one for one in blame.reasons}
    for position, run in groupby(blame.lines, key=lambda line: line.position):
        yield from _reason(reasons.get(position or 0))
        yield from (f"{line.number}\t{line.text}" for line in run)


def _reason(one: Reason | None) -> Iterator[str]:
    if one is None:
        yield UNKNOWN
        return
    yield f"@{one.position} {_flat(one.goal)} ({one.author}, {when(one.made_at or one.landed_at)})"
    for decision in one.decisions:
        yield f"  decided: {_flat(decision.text)}"
        if decision.why:
            yield f"  because: {_flat(decision.why)}"
    if not one.is_whole:
        yield f"  more was decided: mic show {one.position}"


def _flat(text: str) -> str:
    return " ".join(text.split())
