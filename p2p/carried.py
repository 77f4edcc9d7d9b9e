"""What a bundle brings: a seed whose holder is a file.

The file is asked as a holder is, so that the same checks, portions and quotas hold: only what a
verified log names is taken in, and each portion counts in one transaction. It is read in threads.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from pathlib import Path
from typing import TypeVar, cast

from keys.errors import KeysFault
from keys.statements.project import open_chain
from mic.wire import framing
from mic.wire.messages import Documents, Head, Project
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.landings import reading
from node.projects.model import Withdrawn
from node.replication import rules
from node.replication import verbs as replication
from node.replication.model import Seed
from p2p.client import Holder, Query, Way
from p2p.contents import QuotaReached, Taking
from p2p.faults import HolderFault, Misbehaved
from p2p.fetch import Pull, room_of, taken
from p2p.scores import Offence
from p2p.sources import Source
from store.bundles import Bundle, Spot
from store.digest import Digest, digest_of
from store.errors import Absent, StoreFault
from store.records import Record

AT_ONCE = 4 << 20
"""Bytes that one turn in a thread reads."""

Shape = TypeVar("Shape")


class BeginsLater(HolderFault):
    """A bundle goes on from positions that are not here yet."""

    def __init__(self, where: str, first: int, position: int) -> None:
        super().__init__(
            "seed.begins-later",
            f"{where} begins at position {first}; here is position {position}.",
            first=first,
        )


class File(Holder):
    """A bundle, asked as a holder."""

    def __init__(self, path: Path, bundle: Bundle) -> None:
        self.way = Way(str(path), is_trusted=True)
        self.bundle = bundle
        self._spots: list[Spot] = []

    async def get(self, path: str, shape: type[Shape], query: Query | None = None) -> Shape:
        """Return the documents: nothing else is asked of a file."""
        assert path.endswith("/document")
        assert query is None
        assert shape is Documents
        documents = await self._read(self.bundle.documents)
        return cast("Shape", Documents(documents))

    async def records(
        self, method: str, path: str, query: Query, want_list: bytes | None = None
    ) -> AsyncGenerator[Record, None]:
        """Yield the records of positions, or of contents, unproven."""
        if method == "GET":
            assert path.endswith("/records")
            found = self._log(int(query["from"]), int(query["to"]))
        else:
            found = self._contents([Digest(one) for one in framing.wanted(want_list or b"")])
        while some := await self._read(lambda: _some(found)):
            for record in some:
                yield record

    def _log(self, first: int, last: int) -> Iterator[Record]:
        self._spots = self._spots or self.bundle.spots()
        start = self.bundle.index.first
        for position in range(first, min(last, self.bundle.index.last) + 1):
            yield from self.bundle.some_of_log(self._spots[position - start])

    def _contents(self, ids: list[Digest]) -> Iterator[Record]:
        for digest in ids:
            try:
                yield self.bundle.record(digest)
            except Absent:
                continue

    async def _read(self, work: Callable[[], Shape]) -> Shape:
        try:
            return await asyncio.to_thread(work)
        except (StoreFault, OSError, IndexError) as fault:
            raise Misbehaved(self.where, Offence.MALFORMED, f"no bundle: {fault}") from fault


async def pull(forge: Forge, seed: Seed) -> bool:
    """Bring a seed of a bundle to where that is; return whether the seed needs no holder now.

    A file that is gone says nothing against what it has brought. One that has nothing more to give
    keeps nobody from following those who have.
    """
    if not seed.address.startswith(rules.FILE):
        return False
    path = Path(seed.address.removeprefix(rules.FILE))
    if not path.is_file() and seed.position and seed.id:
        if await replication.holders(forge, seed.id):
            return False
        await replication.verified(forge, seed)
        return True
    try:
        with await asyncio.to_thread(Bundle.open, path) as bundle:
            if _is_used_up(seed, bundle) and await replication.holders(forge, bundle.index.project):
                return False
            await _pull(forge, seed, File(path, bundle))
    except (StoreFault, OSError) as fault:
        await replication.failed(forge, seed, "seed.bad-bundle", f"{path}: {fault}.")
    return True


def _is_used_up(seed: Seed, bundle: Bundle) -> bool:
    """Return whether all that is in a bundle is here: its log, and the contents that are wanted."""
    oldest = max(1, rules.contents_from(seed.depth, seed.position))
    return (
        seed.id == bundle.index.project
        and seed.position >= bundle.index.last
        and seed.contents_from <= oldest
    )


async def _pull(forge: Forge, seed: Seed, file: File) -> None:
    dropped: list[tuple[Source, HolderFault]] = []
    try:
        source = await _source(file)
        seed, project = await taken(forge, seed, [source], dropped)
        if project is None:
            raise dropped[0][1]
        position = await forge.db.read(lambda tx: reading.height(tx, project.key))
        if file.bundle.index.first > position + 1:
            raise BeginsLater(file.where, file.bundle.index.first, position)
        taking = Taking(forge, seed, project.key, [source], dropped, [], room_of(seed))
        work = Pull(forge, seed, project, position, taking)
        await replication.fetching(forge, seed, work.target)
        await work.run()
    except QuotaReached as fault:
        await replication.full(forge, seed, fault.message)
    except Withdrawn as fault:
        await replication.withdrawn(forge, seed, fault.message)
    except Fault as fault:
        named = dropped[0][1] if dropped else fault
        await replication.failed(forge, seed, named.code, named.message)
    else:
        if (now := await replication.get(forge, seed.key)) is not None:
            await replication.verified(forge, now)


async def _source(file: File) -> Source:
    """Return the bundle as one of the places that a seed may come from."""
    documents = (await file.get("/document", Documents)).documents
    try:
        chain = await asyncio.to_thread(open_chain, documents)
    except KeysFault as fault:
        raise Misbehaved(file.where, Offence.DOWNGRADE, f"no documents: {fault}") from fault
    said, index = chain.current, file.bundle.index
    project = Project(
        id=chain.id,
        account="",
        handle="",
        name=said.name,
        description="",
        visibility=said.visibility,
        page="",
        document=digest_of(documents[-1]).hex(),
        created_at=said.created_at,
        updated_at=said.created_at,
    )
    head = Head(position=index.last, tree="", id=index.record.hex() if index.record else None)
    return Source(file, None, project, head, file.bundle.signer)


def _some(records: Iterator[Record]) -> list[Record]:
    found, size = list[Record](), 0
    for record in records:
        found.append(record)
        size += len(record.stored)
        if size >= AT_ONCE:
            break
    return found
