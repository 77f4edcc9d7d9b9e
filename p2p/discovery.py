"""Finds peers, and tells others where this node is: all of it hints.

Every node signs where it says that it is reached, and shows that on `GET /node`. Who is connected,
who is said by the DHT to hold a project, and what peers say of themselves becomes rows and hints to
the policy. Nobody gets anybody's name by it: an address is believed to be a node's only after that
node has proven its key there, or where the address itself shows the node's signature.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import NamedTuple

import msgspec

from keys.errors import KeysFault
from keys.statements.addresses import MOST, AddressEntry, open_addresses, seal_addresses
from node.kernel.forge import Forge
from node.replication import peering, rules
from node.replication.model import MET, Met, Peer
from p2p import facts
from p2p.client import Holder, Way, asking
from p2p.faults import HolderFault
from p2p.policy import Policy
from p2p.sources import ways_to
from p2p.transport import addresses
from p2p.transport.errors import BadAddress, TransportFault
from p2p.transport.model import Connected
from p2p.transport.network import Network

log = logging.getLogger(__name__)

CONNECTED_SECONDS = 2.0
BOOK_SECONDS = 5.0
DHT_SECONDS = 600.0
ENTRY_MS = 7 * 24 * 3_600_000
AGAIN_MS = 3_600_000
"""How long what a peer said of itself is not asked for again."""

SOON_MS = 5_000
"""The first pause before a peer is asked again that did not say how it is dialled; it doubles."""

LONGEST_DIAL_MS = 10 * 60_000
AT_ONCE = 8
ASK_SECONDS = 20.0
FOUND = "dht"


class Introduced(msgspec.Struct, frozen=True, kw_only=True):
    """What of GET /node is of use here."""

    entry: bytes | None = None


class Pause(NamedTuple):
    """Until when somebody is left alone, and for how many milliseconds that is."""

    until: int
    ms: int


class Discovery:
    """Looks for peers of one node; `network` is None where it only speaks HTTP."""

    def __init__(self, forge: Forge, network: Network | None, policy: Policy) -> None:
        self._forge = forge
        self._network = network
        self._policy = policy
        self._connected: frozenset[str] = frozenset()
        self._asked: dict[str, Pause] = {}
        self._dialled: dict[str, Pause] = {}
        self._book: dict[str, AddressEntry] = {}

    @property
    def steps(self) -> tuple[tuple[Callable[[], Awaitable[None]], float], ...]:
        """What is done again and again, and the seconds in between."""
        return (
            (self.look_around, CONNECTED_SECONDS),
            (self.stay_connected, CONNECTED_SECONDS),
            (self.ask_around, BOOK_SECONDS),
            (self.search, DHT_SECONDS),
        )

    def sign(self) -> None:
        """Sign anew where this node is reached, if that changed or the old entry ends soon."""
        reach, now = self._forge.reach, self._forge.now()
        before = None if reach.entry is None else open_addresses(reach.entry)
        node = self._forge.node
        entry = AddressEntry(
            did=node.did,
            name=node.name,
            addresses=reach.addresses[:MOST],
            urls=(node.url,),
            sequence=now if before is None else max(now, before.sequence + 1),
            expires_at=now + ENTRY_MS,
        )
        if before is None or _where(before) != _where(entry) or before.expires_at < now + AGAIN_MS:
            reach.entry = seal_addresses(entry, node.key)

    async def look_around(self) -> None:
        """Note who is connected: whoever had been away is asked at once."""
        self.sign()
        if self._network is not None and self._network.state.is_up:
            found = await self._network.connected()
            for one in found:
                if one.did not in self._connected:
                    await self._meet(one.did, _dialled(one))
            self._connected = frozenset(one.did for one in found)
            self._forge.reach.hosts = {one.did: _host(one) for one in found}

    async def ask_around(self) -> None:
        """Ask peers for what they sign of themselves, each once in a while."""
        now = self._forge.now()
        known = {facts.name(one): one for one in await peering.peers(self._forge)}
        self._forget_but(known.keys())
        for name in in_turn(self._asked, known, now)[:AT_ONCE]:
            before = self._asked.get(name)
            self._asked[name] = Pause(now + AGAIN_MS, SOON_MS)
            if not await self._introduce(known[name]):
                self._asked[name] = longer(before, self._forge.now(), AGAIN_MS)

    async def stay_connected(self) -> None:
        """Be connected with those who have what is wanted here: so their news come at once."""
        if self._network is None or not self._network.state.is_up:
            return
        now = self._forge.now()
        others = [one for one in self._policy.wanted.values() if not one.held.is_ours]
        wanted = {peer for one in others for peer in one.holders}
        known = {
            one.did: one
            for one in await peering.peers(self._forge)
            if one.did in wanted and one.addresses and not rules.is_banned(one, now)
        }
        self._dialled = {did: one for did, one in self._dialled.items() if did in known}
        away = {did: one for did, one in known.items() if did and did not in self._connected}
        for did in in_turn(self._dialled, away, now)[:AT_ONCE]:
            ways = [way for way in ways_to(away[did]) if not way.is_url]
            before, self._dialled[did] = self._dialled.get(did), Pause(now + SOON_MS, SOON_MS)
            if not await self._told(away[did], ways):
                self._dialled[did] = longer(before, self._forge.now(), LONGEST_DIAL_MS)

    def _forget_but(self, names: Collection[str]) -> None:
        """Keep nothing of who is not known any more: whoever comes with ever new keys leaves it."""
        self._asked = {one: at for one, at in self._asked.items() if one in names}
        self._book = {one: entry for one, entry in self._book.items() if one in names}

    async def search(self) -> None:
        """Tell the DHT what is held here, and ask it who holds what few are known to hold."""
        if self._network is None or not self._network.settings.bootstrap:
            return
        for project, wanted in list(self._policy.wanted.items()):
            if wanted.held.is_private:
                continue
            if wanted.held.epoch:
                await self._network.provide(project)
            if not wanted.held.is_ours and len(wanted.holders) < self._policy.settings.needed:
                await self._found(project, await self._network.providers(project))

    async def _meet(self, did: str, known: Iterable[str], projects: Iterable[str] = ()) -> None:
        """Note where a peer is: there where it was dialled, or where others say that it is."""
        learned = Met(did=did, addresses=tuple(known), is_near=not projects)
        await peering.met(self._forge, learned, FOUND if projects else MET)
        self._policy.meet(did, self._forge.now(), projects, is_seen=True)

    async def _found(self, project: str, told: Iterable[str]) -> None:
        for address in told:
            did = _did_of(address)
            if did is not None and did != self._forge.node.did:
                await self._meet(did, [address], [project])

    async def _introduce(self, peer: Peer) -> bool:
        """Ask a peer who it is; return whether it said how it is dialled."""
        return await self._told(peer, [*ways_to(peer), *_by_id(peer)])

    async def _told(self, peer: Peer, ways: Iterable[Way]) -> bool:
        """Take in what a peer says by the first way on which it answers."""
        for way in ways:
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    async with asking(self._forge, self._network, way) as holder:
                        return await self._learn(holder, way, peer)
            except (HolderFault, TransportFault, TimeoutError) as fault:
                log.info("no introduction", extra={"peer": way.address, "fault": str(fault)})
        return False

    async def _learn(self, holder: Holder, way: Way, peer: Peer) -> bool:
        """Take in the entry that a peer shows of itself; return whether it says how to dial it."""
        told = await holder.get("/node", Introduced)
        entry = _opened(told.entry)
        if entry is not None and entry.did == self._forge.node.did:
            await self._forget_self(peer)
            return False
        if entry is None or not _is_of(entry, way, peer):
            return False
        known = self._book.get(entry.did)
        if entry != known and not entry.replaces(known, self._forge.now()):
            return False
        self._book[entry.did] = entry
        reached = tuple(one for one in entry.addresses if _did_of(one) == entry.did)
        url = way.address if way.address in entry.urls else None
        by_did = peering.is_inside(self._forge, entry.did)
        is_near = holder.is_inside if way.is_url else by_did
        learned = Met(entry.did, url, entry.name, reached, is_near, is_proven=url is not None)
        await peering.met(self._forge, learned, MET, answered=bool(url) or not way.is_url)
        return bool(reached)

    async def _forget_self(self, peer: Peer) -> None:
        """Know this node as no peer of itself; a mark against somebody is not lost so."""
        if not peer.scored_at and peer.did in {None, self._forge.node.did}:
            log.warning("a peer is this node itself: forgotten", extra={"peer": facts.name(peer)})
            await peering.remove(self._forge, peer)


def in_turn(pauses: Mapping[str, Pause], names: Iterable[str], now: int) -> list[str]:
    """Return those of `names` whose time has come, who waited longest first."""
    due = {name: pauses[name].until if name in pauses else 0 for name in names}
    return sorted((name for name in due if due[name] <= now), key=lambda name: due[name])


def longer(before: Pause | None, now: int, longest: int) -> Pause:
    """Return the pause after one more time in vain."""
    pause = SOON_MS if before is None else min(2 * before.ms, longest)
    return Pause(now + pause, pause)


def _by_id(peer: Peer) -> list[Way]:
    """Return the way to a peer that has dialled us: where it is reached, nobody has told yet."""
    return [] if peer.did is None else [Way(f"/p2p/{addresses.peer_id(peer.did)}")]


def _dialled(one: Connected) -> list[str]:
    """Return where a peer is reached: there where we dialled it, not where it dialled from."""
    if one.direction != "out":
        return []
    where = addresses.parse(one.address).where
    return [f"{where}/p2p/{addresses.peer_id(one.did)}"]


def _host(one: Connected) -> str:
    """Return the address that a peer has, empty where it is not known."""
    return (addresses.parse(one.address).host or "") if one.address else ""


def _where(entry: AddressEntry) -> tuple[object, ...]:
    return (entry.name, entry.addresses, entry.urls)


def _opened(data: bytes | None) -> AddressEntry | None:
    try:
        return None if data is None else open_addresses(data)
    except KeysFault:
        return None


def _is_of(entry: AddressEntry, way: Way, peer: Peer) -> bool:
    """Return whether an entry may be of who was reached by `way`.

    A URL that it does not name may be another name of the node, or lead to anybody: what the entry
    says is its signer's word all the same, and the URL stays nobody's.
    """
    return peer.did in {None, entry.did} and (way.is_url or _did_of(way.address) == entry.did)


def _did_of(address: str) -> str | None:
    try:
        return addresses.did_of(addresses.of_peer(address).peer_id or "")
    except BadAddress:
        return None
