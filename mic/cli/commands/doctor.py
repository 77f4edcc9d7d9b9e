"""`mic doctor`: what may keep mic from working here, and what to do about it."""

import argparse

from mic.cli import checking
from mic.cli.answers import Answer, plural
from mic.cli.console import Console, harmless
from mic.cli.context import Context
from mic.cli.findings import Check
from mic.errors import Invalid

STYLES = {"ok": "added", "warn": "modified", "fail": "removed"}


def run(context: Context, _given: argparse.Namespace) -> Answer:
    """Look at everything and say how it is; ends with the family of the first failure."""
    console = context.console
    made = list(checking.checks(context))
    failed = [one for one in made if one.level == "fail"]
    data = [
        {"name": one.name, "level": one.level, "message": one.message, "advice": one.advice}
        for one in made
    ]
    text = "\n".join(line for one in made for line in _lines(console, one))
    if not failed:
        warned = sum(one.level == "warn" for one in made)
        note = f"{plural(warned, 'thing')} to look at." if warned else "All is well."
        return Answer({"checks": data}, text, note)
    if not console.json:
        console.out.write(harmless(text, console.out) + "\n")
        console.out.flush()
    first = failed[0].fault
    raise (type(first) if first else Invalid)(
        f"{plural(len(failed), 'check')} failed.", code="doctor.failed", checks=data
    )


def _lines(console: Console, one: Check) -> list[str]:
    level = console.paint(one.level.ljust(4), STYLES[one.level])
    told = [f"{level}  {one.name}: {one.message}"]
    return [*told, f"      {one.advice}"] if one.advice else told
