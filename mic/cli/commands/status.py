"""`mic status`: what has changed in this workspace."""

import argparse
from pathlib import Path

from mic.cli.answers import Answer, plural
from mic.cli.context import Context
from mic.cli.targets import workspace
from mic.workspace import conflicts, scan, session
from mic.workspace import manifest as manifests

STYLES = {"A": "added", "M": "modified", "D": "removed"}


def run(context: Context, _given: argparse.Namespace) -> Answer:
    """Compare the files with the manifest; no node is asked."""
    space = workspace(context)
    scanned = scan.scan(space.root, space.manifest)
    if scanned.is_refreshed:
        _remember(space.root, scanned.manifest)
    for path, why in scanned.skipped:
        context.console.warn(f"{path} is left out: {why}.")
    manifest, open_ones = space.manifest, conflicts.open_ones(space.root)
    name = f"{manifest.account}/{manifest.project}"
    under_way = session.find(space.root)
    paint = context.console.paint
    lines = [f"{name} at position {manifest.position or 0}"]
    if under_way:
        lines.append(f"Session: {under_way.goal}")
    lines += [f"{paint(i.letter, STYLES[i.letter])} {i.path}" for i in scanned.items]
    lines += [f"{paint('!', 'removed')} {one.path}: {one.reason}" for one in open_ones]
    lines.append(plural(len(scanned.items), "change") + "." if scanned.items else "No changes.")
    data = {
        "project": name,
        "server": manifest.server,
        "position": manifest.position or 0,
        "session": under_way.id if under_way else None,
        "changes": [{"change": i.letter, "path": i.path} for i in scanned.items],
        "conflicts": [one.path for one in open_ones],
    }
    return Answer(data, "\n".join(lines))


def _remember(root: Path, manifest: manifests.Manifest) -> None:
    """Keep what was learnt about unchanged files, unless another mic is at work here."""
    from mic.errors import MicFault

    try:
        with manifests.hold(root):
            if manifests.load(root).saved_at == manifest.saved_at:
                manifests.save(root, manifest)
    except (MicFault, OSError):
        return
