"""What one can do with holdings: send objects to a project, and ask what it lacks.

The store keeps equal bytes of all projects once, so an id alone proves nothing: whoever may land on
a project may name there what was sent to that project, and nothing else. To send what the store has
already costs no room, only the proof that the sender has it.
"""

from collections.abc import AsyncIterable, Iterable, Sequence

from node.access.model import Action
from node.holdings import reading, rows
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects import storage
from node.projects import verbs as projects
from node.projects.model import Project
from node.projects.rules import require
from store.database import Tx
from store.digest import Digest
from store.records import Record

SETTLED_AT_ONCE = 20_000
"""Ids that wait for their rows: many at once touch each page of the table once."""

_LOOKED_UP_AT_ONCE = 500


async def receive(
    forge: Forge,
    who: Party,
    project: Project,
    batches: AsyncIterable[Sequence[Record]],
    action: Action = Action.LAND,
) -> int:
    """Keep what somebody sends to `project`; return how many objects, all durable and held.

    `action` is what they send it for, and must be allowed to do.

    Raises what `batches` and the store raise; what came before that is kept, so that it need not
    come again.
    """
    require(who, action, project)
    count, size, waiting = 0, 0, list[Digest]()
    try:
        async for batch in batches:
            more = sum(len(record.stored) for record in batch)
            await storage.check_room(forge, project, size + more)
            await forge.objects.ingest(batch)
            size += more
            count += len(batch)
            waiting += [record.digest for record in batch]
            if len(waiting) >= SETTLED_AT_ONCE:
                await _settle(forge, who, project, waiting, size, action)
                waiting, size = [], 0
    finally:
        if waiting:
            await _settle(forge, who, project, waiting, size, action)
    return count


async def missing(
    forge: Forge,
    who: Party,
    project: Project,
    ids: Iterable[Digest],
    action: Action = Action.LAND,
) -> list[Digest]:
    """Return those of `ids` that must be sent to `project` before a landing names them."""
    require(who, action, project)
    return await forge.db.read(lambda tx: reading.missing(forge, tx, project.key, ids))


def add(tx: Tx, project: int, ids: Iterable[Digest]) -> None:
    """Let a project hold what was sent to it, in the transaction that keeps it."""
    rows.add(tx, project, ids)


def let_go(tx: Tx, project: int) -> None:
    """Let a project hold nothing more: its contents are to go, and its log stays."""
    rows.clear(tx, project)


async def forget(forge: Forge, gone: Sequence[Digest]) -> None:
    """Let no project hold what the collector is about to remove."""
    for start in range(0, len(gone), _LOOKED_UP_AT_ONCE):
        some = gone[start : start + _LOOKED_UP_AT_ONCE]
        if pairs := await forge.db.read(lambda tx, ids=some: rows.holders(tx, ids)):  # type: ignore[misc]
            await forge.db.write(lambda tx, found=pairs: rows.drop(tx, found))  # type: ignore[misc]


async def _settle(
    forge: Forge,
    who: Party,
    project: Project,
    ids: Iterable[Digest],
    size: int,
    action: Action,
) -> None:
    def work(tx: Tx) -> None:
        # Asked again: while the objects came in, the project may have gone.
        projects.current(tx, who, project, action)
        storage.keep(forge, tx, project.key, size)
        rows.add(tx, project.key, ids)

    await forge.db.write(work)
