"""What keeps the store small: sealing what landings wrote, removing what nobody refers to.

Landings keep their small objects in the database; sealing moves them to packs with their older
versions as bases. It follows every so many landings and, for quiet projects, the clock.
"""

import logging
from collections.abc import Awaitable, Iterator, Sequence

from node.holdings import verbs as holdings
from node.imports import verbs as imports
from node.kernel import jobs
from node.kernel.events import Event
from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.kernel.jobs import Job
from node.landings import reading
from node.landings.model import Landing
from node.projects import verbs as projects
from node.replication import verbs as replication
from node.replication.copies import copying
from node.rollups import verbs as rollups
from node.sessions import verbs as sessions
from store import collect as garbage
from store.collect import Root
from store.database import Tx
from store.digest import Digest
from store.marks import BARE
from store.records import Kind

log = logging.getLogger(__name__)

SEAL = "store.seal"
COLLECT = "store.collect"
SEAL_AFTER_LANDINGS = 200
SEAL_MS = 10 * 60_000
COLLECT_MS = 24 * 3_600_000


def roots(tx: Tx) -> Iterator[Root]:
    """Yield every object that some row names: what must be kept, with all that it names."""
    for digest in projects.document_ids(tx):
        yield digest, Kind.DOCUMENT, 0
    oldest = replication.contents_from(tx)
    for project, landing in reading.everything(tx):
        yield from _of_landing(landing, has_files=landing.position >= oldest.get(project, 1))
    for digest in copying.receipts(tx):
        yield digest, Kind.DOCUMENT, 0
    for digest in rollups.filters(tx):
        yield digest, Kind.DOCUMENT, 0
    for kept in imports.residues(tx):
        yield kept.content, Kind.BLOB, kept.size
    for change in sessions.awaited(tx):
        if change.new is not None:
            yield change.new.id, Kind.BLOB, change.new.size


def _of_landing(landing: Landing, *, has_files: bool) -> Iterator[Root]:
    yield landing.tree, Kind.TREE, 0 if has_files else BARE
    yield landing.id, Kind.DOCUMENT, 0
    yield landing.transcript, Kind.DOCUMENT, 0
    yield Digest(landing.changes.id), Kind.BLOB, landing.changes.size
    if landing.contribution is not None:
        yield landing.contribution, Kind.DOCUMENT, 0


async def _after_landings(forge: Forge, event: Event) -> None:
    if (
        event.kind == "landing.landed"
        and int(str(event.data["position"])) % SEAL_AFTER_LANDINGS == 0
    ):
        await forge.db.write(lambda tx: jobs.enqueue(tx, SEAL, {}, forge.now()))


async def _seal(forge: Forge, _job: Job) -> None:
    while await forge.objects.seal():
        pass


async def _collect(forge: Forge, _job: Job) -> None:
    def forget(gone: Sequence[Digest]) -> Awaitable[None]:
        return holdings.forget(forge, gone)

    done = await garbage.collect(forge.objects, roots, forge.now() // 1000, forget=forget)
    log.info("collected", extra={"removed": done.removed, "freed_bytes": done.freed_bytes})


FEATURE = Feature(
    "housekeeping",
    subscribers={"housekeeping": _after_landings},
    jobs={SEAL: _seal, COLLECT: _collect},
    periodic={SEAL: SEAL_MS, COLLECT: COLLECT_MS},
)
