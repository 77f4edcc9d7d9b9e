"""A push: an import into an empty project, one landing on any other; and tags."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path

from node.access.model import Action
from node.imports import cache, importing, pushing, rows
from node.imports.model import BadPush, ImportOutcome, NoTag, Progress, Tag, TagTaken
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings.model import Landing
from node.projects import verbs as projects
from node.projects.model import Project
from node.projects.rules import require
from store.database import Tx
from store.git.errors import GitFailed
from store.git.objects import ZERO, kinds
from store.git.program import run

_PLAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_+-]|\.(?!\.|lock(?:/|$)|$)){0,99}")
"""Names that need no look by git."""

_LONGEST, _LONGEST_PART = 250, 200
"""Bytes of a tag's name: git keeps each as a file, beside which it writes others."""


async def receive(
    forge: Forge,
    who: Party,
    project: Project,
    quarantine: Path,
    old: str,
    new: str,
    progress: Progress,
    tags: Mapping[str, str],
) -> Landing | ImportOutcome:
    """See `verbs.receive`."""
    if new == ZERO:
        raise BadPush("delete", "The branch main is the project's line and cannot be deleted.")
    is_empty = await forge.db.read(lambda tx: importing.is_empty(tx, project.key))
    async with cache.locked(forge, project.key) as path:
        if is_empty:
            known = await asyncio.to_thread(_takeable, quarantine, tags)
            return await importing.bring(forge, who, project, quarantine, new, progress, known)
        await cache.brought_up(forge, project, path)
        landing = await pushing.land(forge, who, project, quarantine, old, new, progress)
        await cache.brought_up(forge, project, path)
        return landing


def _takeable(quarantine: Path, tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags that come with a history: others are looked at one by one."""
    found = kinds(quarantine, tags.values())
    return {name: oid for name, oid in tags.items() if oid in found and _PLAIN.fullmatch(name)}


async def tag(
    forge: Forge, who: Party, project: Project, name: str, oid: str, quarantine: Path
) -> Tag:
    """See `verbs.tag`."""
    known = await forge.db.read(lambda tx: rows.tag(tx, project.key, name))
    if known is not None and known.oid == oid:
        return known
    await asyncio.to_thread(_check_name, name)
    found = await asyncio.to_thread(kinds, quarantine, [oid, f"{oid}^{{}}"])
    if oid not in found:
        raise BadPush("no-object", f"The tag {name} names {oid}, which was not sent.", name=name)
    target = await asyncio.to_thread(_target, quarantine, oid)
    extra = await pushing.residue(forge, project, quarantine, oid)

    def write(tx: Tx) -> Tag:
        projects.current(tx, who, project, Action.LAND)
        if other := rows.tag_in_the_way(tx, project.key, name):
            raise BadPush("bad-tag", f"{name} cannot be a tag beside {other}.", name=name)
        new = Tag(name, oid, rows.position_of(tx, project.key, target))
        before = rows.tag(tx, project.key, name)
        if before is not None and before.oid != oid:
            try:
                require(who, Action.WRITE_SETTINGS, project)
            except Exception as fault:
                raise TagTaken(name) from fault
        rows.put_tag(tx, project.key, new)
        rows.add_residue(tx, project.key, extra)
        return new

    return await forge.db.write(write)


async def untag(forge: Forge, who: Party, project: Project, name: str) -> None:
    """See `verbs.untag`."""

    def drop(tx: Tx) -> None:
        projects.current(tx, who, project, Action.WRITE_SETTINGS)
        if not rows.drop_tag(tx, project.key, name):
            raise NoTag(name)

    await forge.db.write(drop)


def _check_name(name: str) -> None:
    if not _fits(name):
        raise BadPush("bad-tag", f"{name[:100]!r} is too long for a tag.", name=name[:100])
    try:
        run(None, "check-ref-format", f"refs/tags/{name}")
    except (GitFailed, ValueError) as fault:
        raise BadPush("bad-tag", f"{name[:100]!r} cannot be the name of a tag.") from fault


def _fits(name: str) -> bool:
    parts = name.encode().split(b"/")
    return len(name.encode()) <= _LONGEST and all(len(one) <= _LONGEST_PART for one in parts)


def _target(repository: Path, oid: str) -> str:
    return run(repository, "rev-parse", "--verify", "-q", f"{oid}^{{}}").decode().strip()
