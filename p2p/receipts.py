"""Copies at other nodes: the receipt that a holder sends home, and the challenge that comes back.

The home draws contents at random from the positions that the receipt is about, and reads them
itself: whoever does not hold them cannot answer. What drawing costs does not depend on the size of
the project: each file is found by one way down a tree, half of them by chance alone, and half by
how many bytes lie below. Who is not reached is asked again, ever more rarely; it says nothing about
honesty, only that the copy counts as unproven until then. Anybody can send receipts, so few
challenges run at once, and few in a minute.
"""

import asyncio
import logging
import secrets
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

from keys.errors import KeysFault
from keys.statements.receipt import answer, check_answers
from mic.wire.messages import Project as Shown
from mic.wire.replication import (
    CHALLENGED,
    Challenge,
    HolderHint,
    Holders,
    NewReceipt,
    Proof,
)
from node.kernel.forge import Forge
from node.landings import reading
from node.projects import identity
from node.projects.model import Project
from node.replication import peering
from node.replication import verbs as replication
from node.replication.copies import copying
from node.replication.model import SEED, Copy, Met, Peer, Seed
from p2p.buckets import Bucket, Rate
from p2p.client import Dialling, Holder, Way, asking
from p2p.faults import HolderFault
from p2p.sources import Source, proven, ways_to
from store import contents, tree
from store.database import Tx
from store.digest import Digest, parse_digest
from store.errors import Absent, StoreFault

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
EACH_SECONDS = 30.0
AT_ONCE = 4
PACE = Rate(1, 30)
"""Challenges a second, and how many may come at once."""

ASKED_BYTES = 16 << 20
"""Bytes of all contents that one challenge is about, beyond the first."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a holder is asked, and what it must answer."""

    project: str
    nonce: bytes
    ids: tuple[Digest, ...]
    answers: tuple[bytes, ...]


async def run(forge: Forge, network: Dialling | None) -> None:
    """Challenge copies in their time, until cancelled."""
    pace = Bucket(PACE, forge.now())
    while True:
        try:
            await look(forge, network, pace)
        except Exception:
            log.exception("copies were not looked at")
        await asyncio.sleep(LOOK_SECONDS)


async def look(forge: Forge, network: Dialling | None, pace: Bucket) -> None:
    """Challenge some of the copies that are due, as many as may be asked at once."""
    some = await copying.due(forge, AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for copy in some:
            if pace.take(1, forge.now()):
                group.create_task(_in_time(forge, network, copy))


async def _in_time(forge: Forge, network: Dialling | None, copy: Copy) -> None:
    """Challenge one copy; whatever goes wrong with it is its own failure."""
    try:
        async with asyncio.timeout(EACH_SECONDS):
            await challenge(forge, network, copy)
    except TimeoutError:
        await copying.answered(forge, copy, is_met=False)
    except Exception:
        log.exception("a challenge failed")
        await copying.answered(forge, copy, is_met=False)


async def send(forge: Forge, seed: Seed, source: Source, project: Project) -> None:
    """Tell a project's home what is here, unless it knows; it need not listen."""
    receipt = await copying.owed(forge, seed, project)
    if receipt is None:
        return
    message = NewReceipt(
        receipt=receipt, url=forge.node.url or None, addresses=list(forge.reach.addresses)
    )
    try:
        async with asyncio.timeout(EACH_SECONDS):
            told = await source.holder.post(f"{source.path}/receipts", message, Holders)
    except (HolderFault, TimeoutError) as fault:
        log.info("a receipt was not taken", extra={"peer": source.holder.where, "why": str(fault)})
        return
    await copying.sent(forge, seed, receipt)
    for other in told.holders:
        await _hint(forge, project.id, other, proven(source.holder.way))


async def _hint(forge: Forge, project_id: str, other: HolderHint, by: str | None) -> None:
    """Remember another holder, of whom `by` told: whom an address leads to, it says itself."""
    is_near = peering.is_inside(forge, by)
    for address in other.addresses:
        if did := proven(Way(address)):
            learned = Met(did=did, addresses=(address,), is_near=is_near)
            met = await peering.met(forge, learned, SEED)
            await replication.held_by(forge, project_id, met, other.position)


async def challenge(forge: Forge, network: Dialling | None, copy: Copy) -> bool:
    """Ask a holder to prove its copy; return whether it did."""
    question = await forge.db.read(lambda tx: _drawn(forge, tx, copy))
    peer = await peering.of_did(forge, copy.holder)
    is_met = False
    if question is not None and peer is not None:
        is_met = await _answered(forge, network, peer, copy.holder, question)
    await copying.answered(forge, copy, is_met=is_met)
    return is_met


async def _answered(
    forge: Forge, network: Dialling | None, peer: Peer, holder: str, question: Question
) -> bool:
    for way in ways_to(peer):
        try:
            if await _met(forge, network, way, holder, question):
                return True
        except HolderFault as fault:
            log.info("a copy was not proven", extra={"peer": way.address, "code": fault.code})
    return False


async def _met(
    forge: Forge, network: Dialling | None, way: Way, holder: str, question: Question
) -> bool:
    async with AsyncExitStack() as stack:
        asked: Holder = await stack.enter_async_context(asking(forge, network, way))
        there = await asked.get(f"/by-id/{question.project}", Shown)
        message = Challenge(nonce=question.nonce, ids=[one.hex() for one in question.ids])
        path = f"/projects/{there.account}/{there.handle}/challenges"
        proof = await asked.post(path, message, Proof)
    try:
        check_answers(holder, proof.signature, question.project, question.nonce, question.answers)
        given = tuple(bytes(parse_digest(one)) for one in proof.answers)
    except (KeysFault, StoreFault):
        return False
    return given == question.answers


def _drawn(forge: Forge, tx: Tx, copy: Copy) -> Question | None:
    """Draw contents of the positions that the copy is of; None where there is nothing to ask."""
    project = identity.of_key(tx, copy.project)
    if project is None or reading.height(tx, project.key) < copy.position:
        return None
    found: dict[Digest, bytes] = {}
    size = 0
    for place in range(CHALLENGED):
        digest, raw = _one(forge, tx, project, copy, place)
        if found and size + len(raw) > ASKED_BYTES:
            break
        size += len(raw)
        found[digest] = raw
    nonce = secrets.token_bytes(32)
    return Question(
        project.id, nonce, tuple(found), tuple(answer(nonce, raw) for raw in found.values())
    )


def _one(forge: Forge, tx: Tx, project: Project, copy: Copy, place: int) -> tuple[Digest, bytes]:
    """Draw one content: of the newest position or an older one, by chance or by size."""

    def source(digest: Digest) -> bytes:
        return forge.objects.get(tx, digest)

    is_newest, by_size = place % 4 < 2, place % 2
    oldest = copy.position if is_newest else max(1, min(copy.contents_from, copy.position))
    landing = reading.landing_at(tx, project, _CHANCE.randint(oldest, copy.position))
    try:
        entry = tree.draw(landing.tree, _by_size if by_size else _by_chance, source)
        if entry is not None and entry.size:
            digest = _CHANCE.choice(contents.parts(entry.id, entry.size, source))
            return digest, source(digest)
    except Absent:
        log.info("a content is not here to be asked about", extra={"project": project.id})
    digest = Digest(landing.changes.id)
    return digest, source(digest)


_CHANCE = secrets.SystemRandom()


def _by_chance(sizes: Sequence[int]) -> int:
    return _CHANCE.randrange(len(sizes))


def _by_size(sizes: Sequence[int]) -> int:
    """Return the place in which a byte lies that was drawn from all of them."""
    return _CHANCE.choices(range(len(sizes)), sizes)[0] if any(sizes) else _by_chance(sizes)
