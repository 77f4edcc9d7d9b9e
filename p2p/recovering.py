"""A home that was put back to an older state asks its peers for what it has signed since.

After a restore it signs nothing before it has asked those that it knows, or has waited for them for
long enough. What they show is believed for one reason alone: this node's own key has signed it. It
is fetched and checked like what a mirror fetches.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Sequence
from contextlib import AsyncExitStack

from keys.statements.landing import open_landing
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.landings import reading, recovering, succeeding
from node.projects.behind import Lag
from node.projects.model import BadDocuments, GraftedDocuments, Project
from node.replication import peering, rules
from node.replication import verbs as replication
from node.replication.model import Peer, Seed
from p2p import facts
from p2p.client import Dialling
from p2p.comparing import compare
from p2p.contents import NobodyHas, Taking
from p2p.facts import Facts
from p2p.faults import HolderFault
from p2p.fetch import Pull
from p2p.judging import Claim, Held, Worth, judge
from p2p.sources import Source, in_order, look
from p2p.succeeding import follow
from p2p.transport.errors import TransportFault

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
PAUSE_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 60.0
WAIT_SECONDS = 20.0
"""How long a restored node waits for peers before it believes that nothing is missing."""

ASK_SECONDS = 10.0
AGAIN_SECONDS = 1.0


async def run(forge: Forge, network: Dialling | None) -> None:
    """Bring what is behind to where it was, until cancelled."""
    await _fenced(ask_everybody(forge, network))
    await recovering.trust(forge)
    pauses: dict[int, tuple[float, float]] = {}
    while True:
        for lag in await recovering.lags(forge):
            due, pause = pauses.get(lag.project.key, (0.0, PAUSE_SECONDS))
            if lag.position and time.monotonic() >= due:
                await _fenced(catch_up(forge, network, lag))
                after = min(2 * pause, LONGEST_PAUSE_SECONDS)
                pauses[lag.project.key] = (time.monotonic() + pause, after)
        await asyncio.sleep(LOOK_SECONDS)


async def _fenced(work: Awaitable[None]) -> None:
    try:
        await work
    except Exception:
        log.exception("what was signed before could not be got back")


# -------------------------------------------------------------------------- after a restore


async def ask_everybody(forge: Forge, network: Dialling | None) -> None:
    """Ask the peers that are known how far the projects are for which nothing is signed."""
    asked = {lag.project.key for lag in await recovering.lags(forge) if not lag.position}
    if not asked:
        return
    held = [one for _, one in await Facts(forge).held(asked)]
    now = forge.now()
    peers = [one for one in await peering.peers(forge) if not rules.is_banned(one, now)]
    log.info("restored: peers are asked how far this node was", extra={"peers": len(peers)})
    try:
        async with asyncio.timeout(WAIT_SECONDS), asyncio.TaskGroup() as group:
            for peer in peers:
                group.create_task(_ask(forge, network, peer, held))
    except TimeoutError:
        log.warning("not all peers said how far this node was: it goes on without them")


async def _ask(forge: Forge, network: Dialling | None, peer: Peer, held: Sequence[Held]) -> None:
    """Ask one peer until it answers."""
    name = facts.name(peer)
    mine = [one for one in held if not one.is_private or name in one.peers]
    while True:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                found = await compare(forge, network, name, peer, mine, frozenset())
        except (Fault, TransportFault, TimeoutError, ValueError) as fault:
            log.info("a peer does not say how far it is: %s", fault, extra={"peer": name})
            await asyncio.sleep(AGAIN_SECONDS)
            continue
        break
    by_id = {one.project: one for one in mine}
    for head in found.heads:
        claim = Claim(head.project, head.epoch, head.position, head.record)
        if judge(claim, by_id[head.project], open_landing).worth is Worth.LOST:
            await recovering.noticed(forge, head.project, head.position)
            await replication.held_by(forge, head.project, peer, head.position)


# ------------------------------------------------------------------------------- catching up


async def catch_up(forge: Forge, network: Dialling | None, lag: Lag) -> None:
    """Fetch what a project lacks from whoever has it; what comes of it stands in its row."""
    if await recovering.settled(forge, lag.project):
        return
    seed = replication.sought(lag.project.id, lag.project, lag.position)
    async with AsyncExitStack() as stack:
        sources, faults = await look(forge, network, seed, stack)
        try:
            if not sources:
                raise NobodyHas(faults[0] if faults else None)
            await _taken(forge, lag.project, seed, sources)
        except Fault as fault:
            log.warning("not caught up: %s", fault.message, extra={"project": lag.project.id})
            await recovering.failed(forge, lag.project, fault.message)
    if await recovering.settled(forge, lag.project):
        log.warning("got back what this node had signed", extra={"project": lag.project.id})


async def _taken(forge: Forge, project: Project, seed: Seed, sources: Sequence[Source]) -> None:
    """Take in documents and positions; who shows documents that do not hold is asked no more."""
    good = list[Source]()
    last: Fault = NobodyHas(None)
    for source in sources:
        try:
            documents = await source.documents()
            project = await succeeding.learned(forge, project.id, documents, follow)
        except (HolderFault, BadDocuments, GraftedDocuments) as fault:
            log.warning("documents are refused: %s", fault.message, extra={"peer": source.did})
            last = fault
        else:
            good.append(source)
        if project.is_mirror:
            log.warning("a project has another home", extra={"project": project.id})
            return
    if not good:
        raise last
    asked, spare = in_order(good)
    position = await forge.db.read(lambda tx: reading.height(tx, project.key))
    taking = Taking(forge, seed, project.key, asked, spare=spare)
    await Pull(forge, seed, project, position, taking).run()
