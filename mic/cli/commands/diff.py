"""`mic diff`: what differs between two positions, or between a workspace and what it holds."""

import argparse
from collections.abc import Mapping, Sequence

from mic.cli import differing, targets
from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.client import download
from mic.client.remote import Remote
from mic.errors import Invalid
from mic.wire.messages import EntryRef, PathChange
from mic.workspace import changes, scan
from store.contents import BLOB_MAX
from store.digest import Digest
from store.records import opened
from store.tree import Entry


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Show the paths, and unless only names are asked for, the lines."""
    target = targets.positioned(context, given.words)
    if not target.words:
        return _local(context, given, target)
    if len(target.words) > 2:
        raise Invalid(
            "A difference has two sides at most.", code="usage", hint="mic diff FROM [TO]"
        )
    sides = [targets.named(target.remote, word) for word in (*target.words, "latest")][:2]
    old, new = (targets.settled(target.remote, side) for side in sides)
    found = target.remote.difference(old, new).changes
    objects = {} if given.names else contents(target.remote, found, old, new)
    data = {"from": old, "to": new}
    return _answer(context, found, objects, data, only_names=given.names)


def contents(remote: Remote, found: Sequence[PathChange], old: int, new: int) -> dict[bytes, bytes]:
    """Return the contents on both sides that are small enough to compare."""
    objects: dict[bytes, bytes] = {}
    for side, at in (("old", old), ("new", new)):
        wanted = [Digest(one) for one in differing.ids(found, side) if one not in objects]
        objects.update((r.digest, raw) for r, raw in download.fetch(remote, wanted, at))
    return objects


def _local(context: Context, given: argparse.Namespace, target: targets.Target) -> Answer:
    space = target.workspace or targets.workspace(context)
    items = scan.scan(space.root, space.manifest).items
    found: list[PathChange] = []
    objects: dict[bytes, bytes] = {}
    for one in changes.prepare(space.root, items):
        for record in one.records:
            if record.raw_length <= BLOB_MAX and not given.names:
                objects[record.digest] = opened(record)
        found.append(PathChange(one.path, _ref(one.change.old), _ref(one.change.new)))
    if not given.names and space.manifest.position:
        wanted = [Digest(one) for one in differing.ids(found, "old") if one not in objects]
        fetched = download.fetch(target.remote, wanted, space.manifest.position)
        objects.update((record.digest, raw) for record, raw in fetched)
    data = {"from": space.manifest.position or 0, "to": None}
    return _answer(context, found, objects, data, only_names=given.names)


def _answer(
    context: Context,
    found: Sequence[PathChange],
    objects: Mapping[bytes, bytes],
    data: Mapping[str, object],
    *,
    only_names: bool,
) -> Answer:
    total = differing.totals(found)
    text = differing.names(context.console, found)
    patch = [] if only_names else list(differing.unified(context.console, found, objects))
    plain = "\n".join(patch)
    told = {"changes": found, "totals": total, "patch": None if only_names else plain}
    return Answer({**data, **told}, "\n".join([*(text if only_names else patch), str(total)]))


def _ref(entry: Entry | None) -> EntryRef | None:
    if entry is None:
        return None
    return EntryRef(entry.mode.name.lower(), entry.id.hex(), entry.size)  # type: ignore[arg-type]
