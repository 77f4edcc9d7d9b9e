"""`mic fork`, and `mic project sync`, which brings a fork up to its origin."""

import argparse

from mic.cli import targets
from mic.cli.answers import Answer, plural
from mic.cli.context import Context
from mic.client import forks
from mic.errors import Invalid
from mic.wire.forks import NewFork, Side, Synced


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Make a project that goes on from another one."""
    remote = targets.target(context, given.project, 0).remote
    context.need_token(remote.connection)
    new = NewFork(
        account=given.to,
        handle=given.handle,
        name=given.name or "",
        visibility=given.visibility,
    )
    made = forks.fork(remote, new)
    address = f"{made.account}/{made.handle}"
    note = f"Get a copy with `mic clone {address}`; stay level with `mic project sync {address}`."
    return Answer(made, f"Forked {remote.name} to {address}: {made.page}", note)


def sync(context: Context, given: argparse.Namespace) -> Answer:
    """Bring the origin's new landings into a fork, on its node."""
    remote = targets.target(context, given.project, 0).remote
    context.need_token(remote.connection)
    done = forks.sync(remote, _chosen(given.ours or [], given.theirs or []))
    return Answer(done, _said(remote.name, done), _next(done))


def _chosen(ours: list[str], theirs: list[str]) -> dict[str, Side]:
    if both := sorted({*ours} & {*theirs}):
        raise Invalid(f"{both[0]} is to stay and to be replaced.", code="usage")
    sides: dict[str, Side] = dict.fromkeys(ours, "ours")
    return sides | dict.fromkeys(theirs, "theirs")


def _said(name: str, done: Synced) -> str:
    if not done.carried and not done.merged:
        return f"{name} has what its origin has; it stands at @{done.position}"
    merged = f", {plural(len(done.merged), 'file')} merged" if done.merged else ""
    came = plural(done.carried, "landing")
    return f"{came} came to {name}{merged}; it stands at @{done.position}"


def _next(done: Synced) -> str:
    return f"{plural(done.left, 'landing')} more: run it again." if done.left else ""
