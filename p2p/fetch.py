"""One pull of one seed: its documents, then position after position, each checked before it counts.

A portion of positions is read as records, the contents that they name are fetched and made durable,
and then the portion becomes part of the log in one transaction: a reader never sees half a landing.
What a kill interrupts goes on where it was, because all that was reached is in the store. Whatever
is refused is held against the holder that sent it, and the next one is asked.
"""

import asyncio
import base64
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from keys.errors import KeysFault
from keys.statements.notice import open_notice
from keys.statements.project import Project as Chain
from keys.statements.project import open_chain
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.landings import accepting, reading
from node.landings.model import BadDraft, Head, ObjectsMissing
from node.projects import mirroring
from node.projects.model import BadNotice, NotHeld, OrderedHere, Project, Withdrawn
from node.replication import peering, rules
from node.replication import verbs as replication
from node.replication.model import OwnProject, Seed, SeededAlready
from p2p import receipts, residues
from p2p.client import Dialling
from p2p.contents import NobodyHas, QuotaReached, Span, Taking
from p2p.faults import HolderFault, Misbehaved, Refused
from p2p.groups import Group
from p2p.portions import Portions
from p2p.scores import Offence
from p2p.sources import Source, in_order, look
from store import contents, tree
from store.changes import Change
from store.database import Tx
from store.digest import Digest
from store.errors import BadManifest, DiskFull, StoreFault
from store.nodes import Mode

log = logging.getLogger(__name__)

PORTION = 200
"""Positions that are accepted together."""

PORTION_BYTES = 4 << 20
"""Some fifty thousand changes: while a portion is accepted nobody else writes."""
PORTION_SECONDS = 120.0
"""How long one holder may take to send it where another one could: a slow one holds up nobody."""

DOCUMENTS_SECONDS = 30.0
"""The same for its documents."""


class Refusal(HolderFault):
    """What a holder sent is well formed and does not hold: it is not accepted."""

    def __init__(self, source: Source, fault: Fault) -> None:
        super().__init__(fault.code, f"{source.holder.where}: {fault.message}", **fault.details)
        self.offence = OFFENCES.get(fault.code.partition(".")[2], Offence.MALFORMED)
        self.is_signed = isinstance(fault, BadDraft | ObjectsMissing)


OURS = (NotHeld, OrderedHere, OwnProject, SeededAlready)
"""What is wrong with a pull on this side, whoever is asked: nobody is blamed for it."""

OFFENCES = {one.code: one for one in Offence} | {"not-home": Offence.FORGED_AUTHOR}


@dataclass(slots=True)
class Pull:
    """One pull under way: what is asked, of whom, and how far the mirror is."""

    forge: Forge
    seed: Seed
    project: Project
    position: int
    taking: Taking
    portions: Portions = field(init=False)

    def __post_init__(self) -> None:
        self.portions = Portions(self.forge, self.project.id)

    async def run(self) -> None:
        """Bring the mirror to the newest position that any source has."""
        while self.position < (target := self.target):
            await self._advance(target)
        oldest = rules.contents_from(self.seed.depth, self.position)
        if self.seed.contents_from > oldest or self.seed.depth is not None:
            await self._fill(oldest)

    @property
    def target(self) -> int:
        """The newest position that a source says to have."""
        return max((one.head.position for one in self.taking.sources), default=self.position)

    async def _advance(self, target: int) -> None:
        """Take in the next portion from the first source that has a good one."""
        source = self.taking.sources[0]
        last = min(self.position + PORTION, target)
        here = await self.portions.before(self.position + 1, last)
        try:
            found = [*here, *await self._in_time(source, last, here)]
            await self._contents(source, found)
            head = await self._accept(source, found)
        except HolderFault as fault:
            is_refused = isinstance(fault, Misbehaved | Refusal)
            if is_refused:
                await self.portions.clear()
            if not (is_refused and here):  # Else somebody else may have sent it: it is asked again.
                self._drop(source, fault)
            return
        await self.portions.clear()
        self.position = head.position

    def _drop(self, source: Source, fault: HolderFault) -> None:
        self.taking.drop(source, fault)
        if not self.taking.sources:
            raise NobodyHas(fault) from fault

    async def _in_time(self, source: Source, last: int, here: Sequence[Group]) -> list[Group]:
        """Return the next portion; who has it alone may take its time."""
        is_alone = len(self.taking.sources) == 1
        try:
            async with asyncio.timeout(None if is_alone else PORTION_SECONDS):
                return await self._portion(source, last, here)
        except TimeoutError as late:
            where = source.holder.where
            raise Misbehaved(where, Offence.STALL, "too little, too slowly") from late

    async def _portion(self, source: Source, last: int, here: Sequence[Group]) -> list[Group]:
        """Return the positions after `here`, as many as belong together, still unproven."""
        first = self.position + 1 + len(here)
        room = PORTION_BYTES - sum(group.size for group in here)
        if first > last or room <= 0:
            return []
        where = source.holder.where
        query = {"from": first, "to": last}
        records = source.holder.records("GET", f"{source.path}/records", query)
        found = await self.portions.coming(records, where, room, last)
        if not found:
            raise Misbehaved(where, Offence.BOAST, "less than it said it had")
        return found

    async def _contents(self, source: Source, found: Sequence[Group]) -> None:
        """Have the contents of a portion here, but for those that the seed's depth leaves out."""
        oldest = rules.contents_from(self.seed.depth, self.target)
        kept = [group for group in found if group.record.position >= oldest]
        if not kept:
            return
        try:
            brought = _brought(change for group in kept for change in group.changes())
        except StoreFault as fault:
            what = f"an unreadable change list: {fault}"
            raise Misbehaved(source.holder.where, Offence.MALFORMED, what) from fault
        span = Span(kept[0].record.position, kept[-1].record.position, self.seed.depth is None)
        try:
            await self._fetch(span, brought)
        except BadDraft as fault:
            raise Refusal(source, fault) from fault

    async def _fetch(self, span: Span, brought: Mapping[Digest, int]) -> None:
        """Fetch what changes bring: first what they name, then the pieces of large files."""
        await self.taking.fetch(span, list(brought))
        large = [(id_, size) for id_, size in brought.items() if size > contents.BLOB_MAX]
        forge = self.forge

        def pieces(tx: Tx) -> list[Digest]:
            return [
                part
                for id_, size in large
                for part in contents.parts(id_, size, lambda i: forge.objects.get(tx, i))
            ]

        try:
            needed = await forge.db.read(pieces) if large else []
        except BadManifest as fault:
            raise BadDraft("bad-content", f"A large content is none: {fault}.") from fault
        await self.taking.fetch(span, list(dict.fromkeys(needed)))

    async def _accept(self, source: Source, found: Sequence[Group]) -> Head:
        """Make a portion part of the log, all of it or nothing; return where it stands then."""
        oldest = rules.contents_from(self.seed.depth, self.target)
        size = sum(group.size for group in found)
        self.taking.check_room(size)
        try:
            head = await accepting.take_in(self.forge, self.project, found, oldest)
        except OURS:
            raise
        except Fault as fault:
            raise Refusal(source, fault) from fault
        if head.position <= self.position:  # Else whoever sends it again keeps us here for ever.
            where = source.holder.where
            raise Misbehaved(where, Offence.REPLAY, "positions that are here already")
        await self.taking.count(size)
        return head

    async def _fill(self, oldest: int) -> None:
        """Fetch contents of positions that the log has already: what `oldest` and later need."""
        if oldest > 1:
            wanted = await self.forge.db.read(lambda tx: self._tree_at(tx, oldest))
            await self._fetch(Span(None, oldest), _brought(wanted))
        step = PORTION // 4
        for first in range(oldest, self.position + 1, step):
            last = min(first + step - 1, self.position)
            wanted = await self.forge.db.read(
                lambda tx, a=first, b=last: self._changed(tx, a, b)  # type: ignore[misc]
            )
            await self._fetch(Span(first, last, self.seed.depth is None), _brought(wanted))

    def _changed(self, tx: Tx, first: int, last: int) -> list[Change]:
        found = reading.between(tx, self.project.key, first, last)
        return [
            change
            for landing in reversed(found)
            for change in reading.changes_of(self.forge, tx, landing)
        ]

    def _tree_at(self, tx: Tx, position: int) -> list[Change]:
        landing = reading.landing_at(tx, self.project, position)

        def source(digest: Digest) -> bytes:
            return self.forge.objects.get(tx, digest)

        files = tree.walk(landing.tree, source)
        return [Change(path, None, one) for path, one in files if one.mode is not Mode.DIRECTORY]


def _brought(listed: Iterable[Change]) -> dict[Digest, int]:
    """Return the contents that changes bring, with their sizes: the rest of them is not held on to.

    What is fetched for a list may take long, and the list itself be large.
    """
    return {change.new.id: change.new.size for change in listed if change.new is not None}


async def pull(forge: Forge, network: Dialling | None, seed: Seed) -> None:
    """Bring a seed to where its holders are; what comes of it stands in its row."""
    async with AsyncExitStack() as stack:
        sources, faults = await look(forge, network, seed, stack)
        dropped: list[tuple[Source, HolderFault]] = []
        project: Project | None = None
        try:
            await _noticed(forge, faults)
            if not sources:
                raise NobodyHas(faults[0] if faults else None)
            seed, project = await taken(forge, seed, sources, dropped)
            if project is None:
                raise NobodyHas(dropped[-1][1] if dropped else None)
            asked, spare = in_order(sources)
            taking = Taking(forge, seed, project.key, asked, dropped, spare, room_of(seed))
            position = await forge.db.read(lambda tx: reading.height(tx, project.key))
            work = Pull(forge, seed, project, position, taking)
            await replication.fetching(forge, seed, work.target)
            await taking.take_up()
            await work.run()
        except QuotaReached as fault:
            await replication.full(forge, seed, fault.message)
        except Withdrawn as fault:
            await replication.withdrawn(forge, seed, fault.message)
        except SeededAlready as fault:
            await _seen(forge, fault.project_id, sources)
        except Fault as fault:
            await replication.failed(forge, seed, fault.code, fault.message)
        else:
            await _finished(forge, seed, project, taking.sources)
            await _with_git(project, work, position)
        for source, failed in dropped:
            await _score(forge, source, failed, project)


async def _noticed(forge: Forge, faults: Sequence[HolderFault]) -> None:
    """Raise `Withdrawn` if the project's home has signed that it is gone, whoever says so."""
    for fault in faults:
        if not isinstance(fault, Refused) or fault.notice is None:
            continue
        try:
            notice = base64.b64decode(fault.notice, validate=True)
            await mirroring.withdraw(forge, notice)
            raise Withdrawn(open_notice(notice)[0].project)
        except (ValueError, KeysFault, BadNotice, NotHeld) as problem:
            log.info("a notice says nothing", extra={"why": str(problem)})


async def taken(
    forge: Forge, seed: Seed, sources: list[Source], dropped: list[tuple[Source, HolderFault]]
) -> tuple[Seed, Project | None]:
    """Take in the documents of each source, the longest chain wins; return the mirror."""
    project: Project | None = None
    for source in list(sources):
        try:
            if project is not None and project.document.hex() == source.project.document:
                continue
            documents = await _documents(source, is_alone=len(sources) == 1)
            if seed.id is None:
                seed = await replication.identified(forge, seed, await _id_of(source, documents))
            called = (source.project.account, source.project.handle)
            project = await mirroring.take(
                forge, documents, seed.id, _settled(forge), called=called
            )
        except (Withdrawn, *OURS):
            raise
        except HolderFault as fault:
            failed = fault
        except Fault as fault:
            failed = Refusal(source, fault)
        else:
            continue
        sources.remove(source)
        dropped.append((source, failed))
    return seed, project


async def _documents(source: Source, *, is_alone: bool) -> list[bytes]:
    """Return a source's documents; who is the only one may take its time."""
    try:
        async with asyncio.timeout(None if is_alone else DOCUMENTS_SECONDS):
            return await source.documents()
    except TimeoutError as late:
        where = source.holder.where
        raise Misbehaved(where, Offence.STALL, "too little, too slowly") from late


def _settled(forge: Forge) -> mirroring.Also:
    """Return what follows from new documents: an old home's tenure may have ended."""

    def also(tx: Tx, project: Project, chain: Chain) -> None:
        accepting.settle(forge, tx, project, chain)
        replication.fell_back(tx, project.id, reading.height(tx, project.key))

    return also


async def _id_of(source: Source, documents: Sequence[bytes]) -> str:
    try:
        return (await asyncio.to_thread(open_chain, documents)).id
    except KeysFault as fault:
        raise Misbehaved(
            source.holder.where, Offence.DOWNGRADE, f"no documents: {fault}"
        ) from fault


async def _finished(forge: Forge, seed: Seed, project: Project, sources: Sequence[Source]) -> None:
    assert seed.id is not None
    await _seen(forge, seed.id, sources)
    if (now := await replication.get(forge, seed.key)) is not None:
        await replication.verified(forge, now)
        for source in sources:
            if source.did == project.home:
                await receipts.send(forge, now, source, project)


async def _with_git(project: Project, work: Pull, before: int) -> None:
    """Fetch what git has besides landings, if anybody gives it: a mirror is whole without it."""
    try:
        await residues.bring(work.taking, project, before, work.position)
    except DiskFull:
        raise
    except (Fault, StoreFault) as fault:
        log.warning("no git: %s", fault, extra={"project": project.id})


async def _seen(forge: Forge, project_id: str, sources: Sequence[Source]) -> None:
    """Remember who has a project, and how far."""
    for source in sources:
        if source.peer is not None:
            await replication.held_by(forge, project_id, source.peer, source.head.position)


async def _score(forge: Forge, source: Source, fault: HolderFault, project: Project | None) -> None:
    """Hold a fault against who is to blame: the home for what it signed, else the holder."""
    log.warning("a holder failed", extra={"peer": source.holder.where, "code": fault.code})
    offence = fault.offence
    if source.peer is None:
        return
    if project is not None:  # What has no points is free: it must not keep others from being asked.
        await replication.set_back(forge, project.id, source.peer)
    if not offence.points:
        return
    is_signed = offence is Offence.EQUIVOCATION or fault.is_signed
    if is_signed and (project is None or source.did != project.home):
        return
    if offence is Offence.OUTLIVED and not _has_heard(source, project):
        return
    await peering.scored(forge, source.peer, offence.points, offence.code)


def _has_heard(source: Source, project: Project | None) -> bool:
    """Return whether a holder has the documents that are here, so that it knows the home."""
    return project is not None and source.project.document == project.document.hex()


def room_of(seed: Seed) -> int | None:
    """Return how many bytes may still come for a seed."""
    return None if seed.quota is None else max(0, seed.quota - seed.bytes)
