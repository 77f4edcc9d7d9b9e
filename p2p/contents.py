"""Contents of a mirror, from several holders at once, into the store.

A want-list is cut into portions that wait in one line; each holder takes the next one when it is
done with its last. What arrived is durable and noted batch by batch, also when a stream breaks off,
and lies in a file until then: so neither a cut nor a kill costs more than what was on the way.
Whoever sends anything but what was asked for is dropped with a reason, and others take over its
portion.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path

from mic.wire import framing
from node.holdings import reading as holdings
from node.holdings import verbs as held
from node.kernel.errors import Exhausted
from node.kernel.forge import Forge
from node.replication import verbs as replication
from node.replication.model import Seed
from p2p import received
from p2p.faults import HolderFault, Misbehaved
from p2p.groups import proven
from p2p.received import Received
from p2p.scores import Offence
from p2p.sources import Source
from store.database import Tx
from store.digest import Digest
from store.errors import Absent, BadRecord, Corrupt, DiskFull
from store.nodes import Source as Read
from store.records import Record, make

log = logging.getLogger(__name__)

PORTION = 4_000
"""Ids in one request: few enough that several holders share the work."""
REQUESTS = 16
"""For what one change list names there are no more: its holder reads all of it for each."""

PORTION_SECONDS = 120.0
"""How long others may have to wait for one: then what is left of it is cut into portions anew."""
LEAST_BYTES = 4 << 20
"""Raw bytes that must have come by then: who sends less is left out."""

BATCH_OBJECTS = 1_000
BATCH_BYTES = 4 << 20
"""Raw bytes that wait to be made durable together."""


class QuotaReached(Exhausted):
    """A seed has as many bytes as it may."""

    def __init__(self, quota: int) -> None:
        super().__init__("seed.quota", f"The seed's quota of {quota:,} bytes is used up.")


class NobodyHas(HolderFault):
    """No holder that answers has what is needed."""

    def __init__(self, last: HolderFault | None) -> None:
        unknown = "No node is known that may have it: `micelio peer add ADDRESS` names one."
        text = f"Nobody who has it answers: {last.message}" if last else unknown
        super().__init__("peer.no-answer", text)


@dataclass(slots=True)
class Span:
    """Where wanted contents are named: in the change lists from `first` to `last`, or in a tree.

    Without `first` it is the tree of position `last`, and every object comes whole. There is none
    of position 0: that stands for what only git has.
    """

    first: int | None
    last: int
    deltas: bool = False

    @property
    def query(self) -> dict[str, int]:
        """How the protocol says it."""
        if self.first is None:
            return {"at": self.last} if self.last else {"residue": 1}
        return {"from": self.first, "at": self.last, "deltas": int(self.deltas)}


@dataclass(slots=True)
class Taking:
    """Fetches contents for one seed; `dropped` are the holders that failed it, with the faults.

    `spare` are other ways to the holders, for when all `sources` are dropped.
    """

    forge: Forge
    seed: Seed
    project: int
    sources: list[Source]
    dropped: list[tuple[Source, HolderFault]] = field(default_factory=list)
    spare: list[Source] = field(default_factory=list)
    room: int | None = None
    """Bytes that may still come."""

    async def take_up(self) -> None:
        """Keep what came before the process was killed, as far as it is still missing and holds."""
        cache, in_thread = self.forge.cache, self.forge.objects.in_thread
        for path in await in_thread(lambda: received.left(cache, self.seed.id or "")):
            try:
                await self._take_up(path)
            except (HolderFault, QuotaReached) as fault:
                log.info("what came before a restart is not kept", extra={"fault": str(fault)})
            await in_thread(lambda gone=path: gone.unlink(missing_ok=True))  # type: ignore[misc]

    async def _take_up(self, path: Path) -> None:
        found = await self.forge.objects.in_thread(lambda: list(received.records(path)))
        wanted = set(await self.missing([record.digest for record in found]))
        batch = _Batch("an earlier pull", wanted, None)
        for record in found:
            if record.digest in batch.wanted:
                batch.take(record)
        await self._keep(batch)

    async def missing(self, ids: Sequence[Digest]) -> list[Digest]:
        """Return those of `ids` that did not come for this mirror yet."""
        forge, project = self.forge, self.project
        return await forge.db.read(lambda tx: holdings.missing(forge, tx, project, ids))

    async def fetch(self, span: Span, ids: Sequence[Digest]) -> None:
        """Fetch what is missing of `ids`; raises `NobodyHas`, `QuotaReached` or `DiskFull`."""
        while left := await self.missing(ids):
            if not self.sources:
                raise NobodyHas(self.dropped[-1][1] if self.dropped else None)
            line = deque(_portions(left, len(self.sources)))
            try:
                async with asyncio.TaskGroup() as group:
                    for source in list(self.sources):
                        group.create_task(self._work(source, span, line))
            except ExceptionGroup as several:
                # Not `except*`: before Python 3.11.4 that wraps what is raised in it once more.
                full = several.subgroup((QuotaReached, DiskFull))
                raise several if full is None else full.exceptions[0] from None

    async def _work(self, source: Source, span: Span, line: deque[Sequence[Digest]]) -> None:
        while line:
            some = line.popleft()
            try:
                await self._portion(source, span, some)
            except HolderFault as fault:
                self.drop(source, fault)
                return
            except TimeoutError:
                return  # It goes on with a part of what is left by then, as others do.

    def drop(self, source: Source, fault: HolderFault) -> None:
        """Ask a holder no more."""
        self.dropped.append((source, fault))
        self.sources = [one for one in self.sources if one is not source]
        if not self.sources:
            self.sources, self.spare = self.spare, []

    async def _portion(self, source: Source, span: Span, ids: Sequence[Digest]) -> None:
        path, where = f"{source.path}/objects/fetch", source.holder.where
        records = source.holder.records("POST", path, span.query, framing.want_list(ids))
        cache, pool = self.forge.cache, self.forge.objects.pool
        async with Received(cache, self.seed.id or "", pool) as file:
            batch = _Batch(where, set(ids), file)
            try:
                async with asyncio.timeout(self._seconds), aclosing(records):
                    async for record in records:
                        batch.take(record)
                        if batch.is_full:
                            await self._keep(batch)
                        else:
                            await file.add(record)
            except TimeoutError as late:
                if batch.total < LEAST_BYTES:
                    raise Misbehaved(where, Offence.STALL, "too little, too slowly") from late
                raise
            finally:
                # Also what came before a stream broke off stays, so that it need not come again.
                await self._keep(batch)
        if batch.wanted:
            raise Misbehaved(where, Offence.TRUNCATED, f"{len(batch.wanted)} objects too few")

    @property
    def _seconds(self) -> float | None:
        """How long a holder may take for a portion; who is asked alone may take its time."""
        return None if len(self.sources) == 1 else PORTION_SECONDS

    async def _keep(self, batch: "_Batch") -> None:
        """Make durable what came; raises `Misbehaved`, and keeps nothing of it."""
        came, batch.came, batch.size = batch.came, [], 0
        if not came:
            return
        try:
            await self._ingest(came, batch.where)
        except (HolderFault, QuotaReached):
            await batch.clear()
            raise
        await batch.clear()

    async def _ingest(self, came: Sequence[Record], where: str) -> None:
        size = sum(len(record.stored) for record in came)
        self.check_room(size)
        records = await self.forge.db.read(lambda tx: self._whole(tx, came, where))
        try:
            await self.forge.objects.ingest(records)
        except BadRecord as fault:
            raise Misbehaved(where, Offence.BOMB, f"a record that lies: {fault}") from fault
        except Corrupt as fault:
            raise Misbehaved(where, Offence.ALTERED_BLOB, f"an altered object: {fault}") from fault
        await self.count(size, [record.digest for record in came])

    def check_room(self, size: int) -> None:
        """Raise `QuotaReached` if so many bytes more are beyond the quota of the seed."""
        if self.room is not None and size > self.room:
            raise QuotaReached(self.seed.quota or 0)

    async def count(self, size: int, ids: Sequence[Digest] = ()) -> None:
        """Count bytes that are here now: of the contents `ids`, or of a part of the log."""
        if self.room is not None:
            self.room -= size

        def note(tx: Tx) -> None:
            held.add(tx, self.project, ids)
            replication.count_bytes(tx, self.seed.key, size)

        await self.forge.db.write(note)

    def _whole(self, tx: Tx, came: Sequence[Record], where: str) -> list[Record]:
        """Return what came as differences as records of their own: resting is for us to decide.

        A base is what came for this mirror, and nothing else of the store.
        """
        source = holdings.source(self.forge, tx, self.project)
        raws: dict[Digest, bytes] = {}
        bases = {record.base for record in came}
        made = []
        for record in came:
            if record.base is None and record.digest not in bases:
                made.append(record)
                continue
            raw = proven(record, where, self._base(record, raws, source, where))
            raws[record.digest] = raw
            whole = record if record.base is None else make(record.kind, raw, 3, record.digest)
            made.append(whole)
        return made

    def _base(
        self, record: Record, raws: dict[Digest, bytes], source: Read, where: str
    ) -> bytes | None:
        if record.base is None:
            return None
        try:
            return raws.get(record.base) or source(record.base)
        except Absent as fault:
            raise Misbehaved(
                where, Offence.MALFORMED, "a difference from what is not here"
            ) from fault


@dataclass(slots=True)
class _Batch:
    """Objects that came and are not durable yet."""

    where: str
    wanted: set[Digest]
    file: Received | None
    came: list[Record] = field(default_factory=list)
    size: int = 0
    total: int = 0

    @property
    def is_full(self) -> bool:
        """Whether it is time to make them durable."""
        return self.size >= BATCH_BYTES or len(self.came) >= BATCH_OBJECTS

    def take(self, record: Record) -> None:
        """Take an object that was asked for; raises `Misbehaved` for any other."""
        if record.digest not in self.wanted:
            raise Misbehaved(self.where, Offence.MALFORMED, "an object that nobody asked for")
        self.wanted.discard(record.digest)
        self.came.append(record)
        self.size += record.raw_length
        self.total += record.raw_length

    async def clear(self) -> None:
        """Forget what lies in the file: it is durable, or refused."""
        if self.file is not None:
            await self.file.clear()


def _portions(ids: Sequence[Digest], ways: int) -> list[Sequence[Digest]]:
    """Cut a want-list into runs for `ways` holders, in order."""
    most = max(PORTION, -(-len(ids) // REQUESTS))
    size = max(1, min(most, -(-len(ids) // max(1, ways))))
    return [ids[start : start + size] for start in range(0, len(ids), size)]
