"""`mic sync`: what others have landed, brought into this workspace."""

import argparse

from mic.cli import recovering, resolving, syncing, targets
from mic.cli.answers import Answer, plural
from mic.cli.context import Context
from mic.workspace import manifest as manifests


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Merge the head into the workspace; ends with a conflict while some are unresolved."""
    strategy: syncing.Strategy = given.strategy or "interactive"
    root = targets.workspace(context).root
    with manifests.hold(root):
        space, _ = recovering.recover(context, targets.workspace(context))
        remote = space.remote(context)
        settled: list[str] = []
        syncing.take_back(space)
        if strategy == "interactive":
            resolving.need_none(root)
        else:
            settled = resolving.settle(remote, space, strategy)
        synced = syncing.sync(context, remote, space, strategy)
    if synced.unresolved:
        _tell(context, synced)
        raise resolving.unresolved(synced.unresolved)
    return _answer(synced, settled, space.manifest.position or 0)


def _tell(context: Context, synced: syncing.Synced) -> None:
    context.console.talk(_summary(synced))


def _summary(synced: syncing.Synced) -> str:
    parts = [f"{len(synced.taken)} taken", f"{len(synced.merged)} merged"]
    if synced.kept:
        parts.append(f"{len(synced.kept)} kept as yours")
    if synced.unresolved:
        parts.append(plural(len(synced.unresolved), "conflict"))
    return f"Position {synced.position}: {', '.join(parts)}."


def _answer(synced: syncing.Synced, settled: list[str], before: int) -> Answer:
    data = {
        "from": before,
        "position": synced.position,
        "taken": synced.taken,
        "merged": synced.merged,
        "kept": synced.kept,
        "settled": settled,
        "conflicts": [],
    }
    done = f"Settled {plural(len(settled), 'conflict')}.\n" if settled else ""
    if synced.position == before:
        return Answer(data, f"{done}Nothing new: position {before} is the newest.")
    return Answer(data, done + _summary(synced))
