"""Who may have a project: the ways to try, and what each says when it is asked.

Everything here is a hint. A node that is reached over libp2p has proven its key; what a URL says
about who it is, is not believed: otherwise anybody could have another node's name banned.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import zip_longest

import msgspec

from mic.wire.messages import Documents, Head, Project
from node.kernel.forge import Forge
from node.projects import identity
from node.replication import peering, rules
from node.replication import verbs as replication
from node.replication.model import MET, Met, Peer, Seed
from p2p.client import Dialling, Holder, Way, asking
from p2p.faults import HolderFault, Misbehaved, NoAnswer
from p2p.scores import Offence
from p2p.transport import addresses
from p2p.transport.errors import BadAddress

log = logging.getLogger(__name__)

MOST = 4
"""Holders that one seed asks at once."""

LOOK_SECONDS = 15.0
LATE_SECONDS = 0.5
"""How long others are waited for once somebody has answered."""


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What of a node's description is of use here; all of it is its own word."""

    name: str = ""
    url: str = ""
    did: str = ""
    p2p_addresses: list[str] = []


@dataclass(frozen=True, slots=True)
class Source:
    """A holder that has the project, and how far it says to be."""

    holder: Holder
    peer: Peer | None
    """None for a bundle, which is nobody."""
    project: Project
    head: Head
    did: str

    @property
    def path(self) -> str:
        """Where the project stands on this holder."""
        return f"/projects/{self.project.account}/{self.project.handle}"

    async def documents(self) -> list[bytes]:
        """Return the project's signed documents, oldest first, unproven."""
        return (await self.holder.get(f"{self.path}/document", Documents)).documents


async def ways(forge: Forge, seed: Seed) -> list[Way]:
    """Return the ways to try for a seed, the one that was named first, then those to its home."""
    named = rules.place(seed.address).node
    found = [Way(named, is_trusted=True)] if named else []
    known = await replication.holders(forge, seed.id) if seed.id else []
    home = await _home(forge, seed)
    peers = [*home, *(peer for peer, _ in known if peer not in home)]
    if not found and not peers:
        now = forge.now()
        peers = [one for one in await peering.peers(forge) if not rules.is_banned(one, now)]
    found += _in_turn([ways_to(peer)[:MOST] for peer in peers])
    return list({way.address: way for way in reversed(found)}.values())[::-1]


async def _home(forge: Forge, seed: Seed) -> list[Peer]:
    """Return who orders a project, as its documents say: nobody can crowd it out by saying more."""
    if seed.project is None:
        return []
    key = seed.project
    project = await forge.db.read(lambda tx: identity.of_key(tx, key))
    home = project.home if project is not None else None
    peer = await peering.of_did(forge, home) if home else None
    return [] if peer is None or rules.is_banned(peer, forge.now()) else [peer]


def _in_turn(several: Iterable[Sequence[Way]]) -> list[Way]:
    """Return one way of each, then a second one: who names many addresses hides nobody else."""
    turns = zip_longest(*several)
    return [way for turn in turns for way in turn if way is not None]


def ways_to(peer: Peer) -> list[Way]:
    """Return the ways to a peer, the fastest first."""
    there = [peer.url] if peer.url else []
    return [Way(one, one in peer.near) for one in (*there, *peer.addresses)]


async def ways_to_node(forge: Forge, project_id: str, did: str) -> list[Way]:
    """Return the ways that may lead to the node `did`, of which a project is held here."""
    peer = await peering.of_did(forge, did)
    found = ways_to(peer) if peer is not None else []
    seed = await replication.of_project(forge, project_id)
    if seed is not None and (named := rules.place(seed.address).node):
        found.insert(0, Way(named, is_trusted=True))
    for other, _ in await replication.holders(forge, project_id):
        found += [way for way in ways_to(other) if way.is_url]
    wanted = [way for way in found if proven(way) in {None, did}]
    return list({way.address: way for way in reversed(wanted)}.values())[::-1]


async def look(
    forge: Forge, network: Dialling | None, seed: Seed, stack: AsyncExitStack
) -> tuple[list[Source], list[HolderFault]]:
    """Ask all ways at once; return who has the project, and what went wrong."""
    sources: list[Source] = []
    faults: list[HolderFault] = []
    asked = (await ways(forge, seed))[: 2 * MOST]
    failed: set[str] = set()
    loop = asyncio.get_running_loop()

    async def one(way: Way) -> None:
        try:
            holder = await stack.enter_async_context(asking(forge, network, way))
            found = await _asked(forge, holder, seed)
        except HolderFault as fault:
            faults.append(fault)
            failed.add(way.address)
            return
        except Exception:  # what one says must not keep the others from being heard
            log.exception("a holder cannot be asked", extra={"peer": way.address})
            faults.append(NoAnswer(way.address, "it cannot be asked"))
            return
        sources.append(found)
        if found.head.position < max(seed.told, seed.position):
            return  # Who has what the home has signed is worth waiting for.
        when = loop.time() + LATE_SECONDS
        if (soon := deadline.when()) is None or soon > when:
            deadline.reschedule(when)

    try:
        async with asyncio.timeout(LOOK_SECONDS) as deadline, asyncio.TaskGroup() as group:
            for way in asked:
                group.create_task(one(way))
    except TimeoutError:
        faults.append(NoAnswer("Some of the holders", "they are too slow"))
        if not sources:
            failed.update(way.address for way in asked)
    await _set_back(forge, seed, failed, sources)
    return sources, faults


async def _set_back(
    forge: Forge, seed: Seed, failed: Collection[str], sources: Iterable[Source]
) -> None:
    """Have those who did not give a project asked after others, however far they say to be."""
    if seed.id is None or not failed:
        return
    there = {source.peer.key for source in sources if source.peer is not None}
    for peer, position in await replication.holders(forge, seed.id):
        has_failed = any(way.address in failed for way in ways_to(peer))
        if position and has_failed and peer.key not in there:
            await replication.set_back(forge, seed.id, peer)


def in_order(sources: Sequence[Source]) -> tuple[list[Source], list[Source]]:
    """Return whom to ask, the farthest first, and the spare ways to the same nodes.

    A URL is faster than a stream. It only claims to lead to a node, so what else leads there is
    kept, for when the URL fails.
    """
    ordered = sorted(sources, key=lambda one: (-one.head.position, not one.holder.way.is_url))
    first = {one.did: one for one in reversed(ordered)}
    asked = [one for one in ordered if first[one.did] is one]
    return asked[:MOST], [one for one in ordered if one not in asked[:MOST]]


async def _asked(forge: Forge, holder: Holder, seed: Seed) -> Source:
    told = await holder.get("/node", Told)
    did = proven(holder.way) or told.did
    if did == forge.node.did:
        raise NoAnswer(holder.where, "that is this node itself")
    peer = await _met(forge, holder.way, told)
    if rules.is_banned(peer, forge.now()) and not holder.way.is_trusted:
        raise NoAnswer(holder.where, "it is banned")
    project = await _project(holder, seed)
    head = await holder.get(f"/projects/{project.account}/{project.handle}/head", Head)
    return Source(holder, peer, project, head, did)


async def _project(holder: Holder, seed: Seed) -> Project:
    if seed.id is not None:
        found = await holder.get(f"/by-id/{seed.id}", Project)
        if found.id != seed.id:
            raise Misbehaved(holder.where, Offence.GRAFT, "another project than asked for")
        return found
    named = rules.place(seed.address)
    return await holder.get(f"/projects/{named.account}/{named.handle}", Project)


async def _met(forge: Forge, way: Way, told: Told) -> Peer:
    name = told.name[:100]
    if way.is_url:
        learned = Met(url=way.address, name=name, is_near=way.is_trusted)
        return await peering.met(forge, learned, MET, answered=True)
    found = tuple(one for one in told.p2p_addresses[:8] if proven(Way(one)) == proven(way))
    did = proven(way)
    await peering.met(forge, Met(did, addresses=(way.address,), is_near=way.is_trusted), MET)
    learned = Met(did, None, name, found, is_near=peering.is_inside(forge, did))
    return await peering.met(forge, learned, MET, answered=True)


def proven(way: Way) -> str | None:
    """Return the did that a way leads to and nobody else, None for a URL."""
    if way.is_url:
        return None
    try:
        return addresses.did_of(addresses.of_peer(way.address).peer_id or "")
    except BadAddress:
        return None
