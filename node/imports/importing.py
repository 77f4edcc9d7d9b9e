"""A history of git becomes the landings of an empty project.

First what cannot be made again is kept, and the contents; then the landings follow, some hundred to
a transaction. A project that is under way takes no other landings. Whatever is interrupted is taken
up behind the last landing that was written, for each step finds what it did before.
"""

import asyncio
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path

from node.access.model import Action
from node.audit import verbs as audit
from node.imports import blobs, cache, keeping, rows, telling
from node.imports.model import BadImport, ImportOutcome, Progress, Tag
from node.imports.telling import History
from node.kernel import events
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import bulk, reading
from node.landings.bulk import Line, Told
from node.projects import verbs as projects
from node.projects.model import Project
from node.sessions import verbs as sessions
from store.database import Tx
from store.git import residue
from store.git.errors import BadHistory, GitFailed

BATCH = 250
PATHS_AT_ONCE = 20_000
HOLD = "Its history is being imported."


async def bring(
    forge: Forge,
    who: Party,
    project: Project,
    repository: Path,
    tip: str,
    progress: Progress,
    tags: Mapping[str, str] | None = None,
) -> ImportOutcome:
    """Let the first-parent line that ends with `tip` become the landings of `project`.

    `tags` are names with the ids they stand for. Raises `BadImport` and changes nothing, or
    `Conflict` if somebody landed meanwhile. The caller holds the lock of the project's repository.
    """
    try:
        progress("history", 0, 0)
        found = await asyncio.to_thread(telling.read, repository, tip, tags or {})
        progress("history", len(found.line), len(found.line))
        await _begin(forge, who, project, found)
        done = await forge.db.read(lambda tx: _resumed(tx, project, found))
        known: blobs.Known = {}
        await blobs.bring(
            forge,
            project.key,
            repository,
            blobs.chains(found.every),
            known,
            lambda some, all_: progress("contents", some, all_),
        )
        await _keep_residue(forge, project, repository, found, known)
        await _land(forge, who, project, repository, found, done, known, progress)
        await _finish(forge, who, project, found)
    except (Fault, BadHistory, GitFailed) as fault:
        await forge.db.write(lambda tx: give_back(tx, project.key))
        raise _told_as(fault) from fault
    path = cache.path_of(forge, project.key)
    await cache.adopted(forge, project, repository, path)
    return ImportOutcome(len(found.line), len(found.line) - done, telling.warnings(found))


def _told_as(fault: Fault | BadHistory | GitFailed) -> Fault:
    """Return a fault in words for whoever brought the history."""
    if isinstance(fault, BadHistory):
        return BadImport("bad-history", f"{fault}.", commit=fault.commit, path=fault.path)
    if isinstance(fault, GitFailed):
        return BadImport("unreadable", f"The repository cannot be read: {fault}.")
    return fault


async def _begin(forge: Forge, who: Party, project: Project, found: History) -> None:
    """Hold the project; it is empty, or this very import was interrupted in it."""
    if not found.line:
        raise BadImport("empty", "The repository has no commits.")

    def hold(tx: Tx) -> None:
        projects.current(tx, who, project, Action.LAND)
        head, at = reading.head_of(tx, project), None
        if head.position:
            at = rows.commit_at(tx, project.key, head.position)
        if reading.held(tx, project.key) is None and head.position:
            raise BadImport("not-empty", "The project has landings already.")
        ours = head.position <= len(found.line) and (
            not head.position or found.line[head.position - 1].id == at
        )
        if not ours:
            forget(tx, project.key)
        reading.hold(tx, project.key, HOLD)

    await forge.db.write(hold)


def forget(tx: Tx, project: int) -> None:
    """Let a project be as empty as before an import that did not end."""
    bulk.forget(tx, project)
    sessions.forget_landed(tx, project)
    rows.forget(tx, project)
    reading.release(tx, project)


def is_empty(tx: Tx, project: int) -> bool:
    """Whether a project has no landings, but for those of an import that did not end."""
    return reading.held(tx, project) == HOLD or not reading.height(tx, project)


def give_back(tx: Tx, project: int) -> bool:
    """Take back an import that is under way; return whether one was."""
    if reading.held(tx, project) != HOLD:
        return False
    forget(tx, project)
    return True


def _resumed(tx: Tx, project: Project, found: History) -> int:
    return min(reading.head_of(tx, project).position, len(found.line))


async def _keep_residue(
    forge: Forge, project: Project, repository: Path, found: History, known: blobs.Known
) -> None:
    """Keep what our trees do not hold, unless it is kept already."""
    if await forge.db.read(lambda tx: rows.residue(tx, project.key)):
        return
    tips = [found.line[-1].id, *(oid for oid, _ in found.tags.values())]

    def wanted() -> list[str]:
        again = residue.made_again(repository, found.steps)
        return [one for one in residue.names(repository, tips) if one not in again]

    names = await asyncio.to_thread(wanted)
    kept = await keeping.keep(forge, project.key, repository, names, known)
    await forge.db.write(lambda tx: rows.add_residue(tx, project.key, kept))


async def _land(
    forge: Forge,
    who: Party,
    project: Project,
    repository: Path,
    found: History,
    done: int,
    known: blobs.Known,
    progress: Progress,
) -> None:
    """Make and write the landings behind the first `done`."""
    line = Line(await forge.db.read(lambda tx: reading.head_of(tx, project)))
    total = len(found.line)
    pairs = zip(found.line[done:], found.steps[done:], strict=True)
    told = telling.told(repository, found, pairs, known)
    while batch := await asyncio.to_thread(_taken, told):
        made = await forge.db.read(
            lambda tx, some=batch: bulk.prepare(forge, tx, who, project, line, some)  # type: ignore[misc]
        )
        ids = [(one.position, one.imported.commit) for one in made.landings if one.imported]
        await bulk.land(
            forge, who, project, made,
            lambda tx, some=ids: rows.add_commits(tx, project.key, some, kept=True),  # type: ignore[misc]
        )  # fmt: skip
        progress("landings", line.head.position, total)


def _taken(told: Iterator[Told]) -> list[Told]:
    """Return the landings of one transaction."""
    batch: list[Told] = []
    paths = 0
    for one in islice(told, BATCH):
        batch.append(one)
        paths += len(one.changes)
        if paths >= PATHS_AT_ONCE:
            break
    return batch


async def _finish(forge: Forge, who: Party, project: Project, found: History) -> None:
    """Name the positions, and let the project take landings."""

    def write(tx: Tx) -> None:
        for name, (oid, target) in found.tags.items():
            if rows.tag_in_the_way(tx, project.key, name):
                continue
            position = rows.position_of(tx, project.key, target)
            rows.put_tag(tx, project.key, Tag(name, oid, position))
        reading.release(tx, project.key)
        facts: dict[str, object] = {"landings": len(found.line), "tip": found.line[-1].id}
        audit.append(tx, who, project.key, "project.imported", facts, forge.now())
        events.append(tx, "project.imported", project.key, facts, forge.now())

    await forge.db.write(write)
