"""Landings that were left here for a home: passed on until it answers.

The home's word is believed where it can be checked: that something landed is proven by a record
which the home signed. A refusal ends the offer, but for those that pass by themselves.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import msgspec

from keys.errors import KeysFault
from keys.statements.landing import open_landing
from mic.wire import framing
from mic.wire.messages import LANDING, Landed, LandRequest
from mic.wire.messages import Project as Shown
from node.kernel.forge import Forge
from node.offers import verbs as offers
from node.offers.model import Offer
from node.projects import identity
from node.projects.model import Project
from node.replication import verbs as replication
from p2p.client import Dialling, Way, asking
from p2p.faults import HolderFault, Misbehaved, NoAnswer, Refused
from p2p.scores import Offence
from p2p.sources import Told, proven, ways_to_node
from store.digest import digest_of, parse_digest
from store.records import encode

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
EACH_SECONDS = 600.0
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504, 507})
"""Statuses that say nothing about the landing."""

WAITING = frozenset({"project.behind"})
"""Codes of the same kind: the home lands again when it has got back what it had signed."""


async def run(forge: Forge, network: Dialling | None) -> None:
    """Pass on what waits, until cancelled."""
    while True:
        try:
            for offer in await offers.due(forge):
                await _one(forge, network, offer)
        except Exception:
            log.exception("offers cannot be passed on")
        await asyncio.sleep(LOOK_SECONDS)


async def _one(forge: Forge, network: Dialling | None, offer: Offer) -> None:
    try:
        async with asyncio.timeout(EACH_SECONDS):
            await pass_on(forge, network, offer)
    except (HolderFault, TimeoutError) as fault:
        log.info("the home does not answer", extra={"session": offer.session, "why": str(fault)})
        await offers.unanswered(forge, offer)
    except Exception:
        log.exception("an offer failed", extra={"session": offer.session})
        await offers.unanswered(forge, offer)


async def pass_on(forge: Forge, network: Dialling | None, offer: Offer) -> None:
    """Give a landing to its home and keep the answer; raises `HolderFault` if there was none."""
    project = await forge.db.read(lambda tx: identity.of_key(tx, offer.project))
    if project is None or project.home is None:
        await offers.refused(forge, offer, "project.missing", "The project is not mirrored here.")
        return
    last: HolderFault = NoAnswer("The project's home", "no way to it is known")
    for way in await ways_to_node(forge, project.id, project.home):
        try:
            await _asked(forge, network, way, project, offer)
        except HolderFault as fault:
            last = fault
        else:
            return
    raise last


async def _asked(
    forge: Forge, network: Dialling | None, way: Way, project: Project, offer: Offer
) -> None:
    async with AsyncExitStack() as stack:
        home = await stack.enter_async_context(asking(forge, network, way))
        told = await home.get("/node", Told)
        if (proven(way) or told.did) != project.home:
            raise NoAnswer(home.where, "it is not the project's home")
        there = await home.get(f"/by-id/{project.id}", Shown)
        path = f"/projects/{there.account}/{there.handle}/offers"
        try:
            landed = await home.send(path, _body(forge, offer), LANDING, Landed)
        except Refused as refusal:
            if refusal.status in PASSING or refusal.said in WAITING:
                raise
            await offers.refused(forge, offer, refusal.said, refusal.why)
            return
    position = _checked(project, offer, landed, way)
    await offers.landed(forge, offer, position, landed.record)
    await replication.head_proven(forge, project.id, position)


async def _body(forge: Forge, offer: Offer) -> AsyncIterator[bytes]:
    """Yield the landing as its author sent it, with all that it brings."""
    asked = msgspec.json.decode(offer.request, type=LandRequest)
    yield framing.land_head(asked)
    listed, size = parse_digest(asked.changes.id), asked.changes.size
    ids = await forge.db.read(lambda tx: offers.objects_of(forge, tx, listed, size))
    for digest in ids:
        record = await forge.db.read(lambda tx, one=digest: forge.objects.record(tx, one))  # type: ignore[misc]
        yield encode(record)


def _checked(project: Project, offer: Offer, landed: Landed, way: Way) -> int:
    """Return the position that the home signed for this landing; raises `Misbehaved`."""
    try:
        record, signer = open_landing(landed.record)
    except KeysFault as fault:
        raise Misbehaved(way.address, Offence.MALFORMED, f"no landing record: {fault}") from fault
    asked = msgspec.json.decode(offer.request, type=LandRequest)
    contribution = digest_of(asked.statement or b"")
    if (record.project, record.session, record.contribution, signer) != (
        project.id,
        offer.session,
        contribution,
        project.home,
    ):
        raise Misbehaved(way.address, Offence.GRAFT, "a record of another landing")
    return record.position
