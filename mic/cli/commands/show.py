"""`mic show`: one landing, why and what."""

import argparse

from mic.cli import differing, targets
from mic.cli.answers import Answer, when
from mic.cli.commands.diff import contents
from mic.cli.context import Context
from mic.cli.names import escaped
from mic.errors import Invalid
from mic.wire.messages import Landing, LandingDetail


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Show a landing with its session and its changes, line by line."""
    target = targets.positioned(context, given.words)
    if len(target.words) > 1:
        raise Invalid("One landing is shown at a time.", code="usage", hint="mic show POSITION")
    asked = targets.named(target.remote, target.words[0]) if target.words else None
    at = targets.settled(target.remote, asked)
    detail = target.remote.landing(at)
    objects = contents(target.remote, detail.changes, at - 1, at)
    patch = list(differing.unified(context.console, detail.changes, objects))
    data = {
        "landing": detail.landing,
        "session": detail.session,
        "changes": detail.changes,
        "patch": "\n".join(patch),
    }
    return Answer(data, "\n".join([*_about(detail), "", *patch]))


def _origins(one: Landing) -> list[tuple[str, str]]:
    """Return who made a landing and when, before it came here and since."""
    if one.carried is not None:
        there = f"@{one.carried.position} of {one.carried.project}"
        return [
            ("author", escaped(one.author)),
            ("written", when(one.carried.made_at)),
            ("carried", f"{when(one.landed_at)} from {there}"),
        ]
    if one.imported is None:
        return [("author", one.author), ("landed", when(one.landed_at))]
    was = one.imported
    return [
        ("commit", was.commit),
        ("author", escaped(f"{was.author} <{was.email}>")),
        ("written", when(was.authored_at)),
        ("imported", f"{when(one.landed_at)} by {one.author}"),
    ]


def _about(detail: LandingDetail) -> list[str]:
    one = detail.landing
    origin = f"{one.origin}, {one.model}" if one.model else one.origin
    rows = [
        ("landing", f"@{one.position} {one.id}"),
        *_origins(one),
        ("origin", origin),
        ("session", one.session),
        ("tree", one.tree),
        ("paths", str(one.changed)),
    ]
    lines = [f"{name.ljust(9)}{value}" for name, value in rows]
    lines += ["", *(f"    {line}" for line in one.goal.splitlines())]
    for said in detail.session.conversation if detail.session else []:
        lines += ["", f"  {said.role}, {when(said.at)}: {said.text}"]
    for made in detail.session.decisions if detail.session else []:
        lines += ["", f"  decided: {made.text}", f"  because: {made.why}"]
    return lines
