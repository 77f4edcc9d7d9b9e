"""Copies at other nodes: the receipt that a holder sends home, and the challenge that comes back.

The home draws contents at random from the position that the receipt names, and reads them itself:
whoever does not hold them cannot answer. Who is not reached is asked again, ever more rarely; it
says nothing about honesty, only that the copy counts as unproven until then.
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
from node.replication import copying, peering
from node.replication import verbs as replication
from node.replication.model import SEED, Copy, Met, Peer, Seed
from p2p.client import Dialling, Holder, Way, asking
from p2p.faults import HolderFault
from p2p.sources import Source, proven, ways_to
from store import tree
from store.database import Tx
from store.digest import Digest, parse_digest
from store.errors import StoreFault
from store.nodes import Mode

log = logging.getLogger(__name__)

LOOK_SECONDS = 1.0
EACH_SECONDS = 30.0
LARGEST = 4 << 20
"""Files above this are in pieces; a piece of them is as good a question as any."""


@dataclass(frozen=True, slots=True)
class Question:
    """What a holder is asked, and what it must answer."""

    project: str
    nonce: bytes
    ids: tuple[Digest, ...]
    answers: tuple[bytes, ...]


async def run(forge: Forge, network: Dialling | None) -> None:
    """Challenge copies in their time, until cancelled."""
    while True:
        try:
            for copy in await copying.due(forge):
                async with asyncio.timeout(EACH_SECONDS):
                    await challenge(forge, network, copy)
        except TimeoutError:
            await copying.answered(forge, copy, is_met=False)
        except Exception:
            log.exception("a challenge failed")
        await asyncio.sleep(LOOK_SECONDS)


async def send(forge: Forge, seed: Seed, source: Source, project: Project) -> None:
    """Tell a project's home what is here, unless it knows; it need not listen."""
    receipt = await copying.owed(forge, seed, project)
    if receipt is None:
        return
    message = NewReceipt(
        receipt=receipt, url=forge.node.url or None, addresses=list(forge.reach.addresses)
    )
    try:
        told = await source.holder.post(f"{source.path}/receipts", message, Holders)
    except HolderFault as fault:
        log.info("a receipt was not taken", extra={"peer": source.holder.where, "code": fault.code})
        return
    await copying.sent(forge, seed, receipt)
    for other in told.holders:
        await _hint(forge, project.id, other)


async def _hint(forge: Forge, project_id: str, other: HolderHint) -> None:
    """Remember another holder: whom an address leads to, the address itself says."""
    for address in other.addresses:
        if did := proven(Way(address)):
            met = await peering.met(forge, Met(did=did, addresses=(address,)), SEED)
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
    """Draw contents of the position that the copy is of; None where there is nothing to ask."""

    def source(digest: Digest) -> bytes:
        return forge.objects.get(tx, digest)

    project = identity.of_key(tx, copy.project)
    if project is None:
        return None
    landing = reading.landing_at(tx, project, copy.position)
    ids = _some(
        [
            entry.id
            for _, entry in tree.walk(landing.tree, source)
            if entry.mode is not Mode.DIRECTORY and 0 < entry.size <= LARGEST
        ]
    ) or [Digest(landing.changes.id)]
    nonce = secrets.token_bytes(32)
    return Question(project.id, nonce, tuple(ids), tuple(answer(nonce, source(one)) for one in ids))


def _some(ids: Sequence[Digest]) -> list[Digest]:
    """Return up to `CHALLENGED` of `ids`, nobody knows which."""
    drawn = secrets.SystemRandom().sample(range(len(ids)), min(len(ids), CHALLENGED))
    return list(dict.fromkeys(ids[number] for number in drawn))
