"""Peers are known by what they sign of themselves, and nobody gets another one's name by it.

The clock stands still, and each step of looking around is taken by the test.
"""

import dataclasses
import socket
from contextlib import asynccontextmanager
from random import Random
from typing import NamedTuple

import pytest

from keys.ed25519 import PrivateKey
from keys.statements.addresses import AddressEntry, open_addresses, seal_addresses
from node.daemon import peering as door
from node.daemon.health import Metrics
from node.kernel.forge import Forge
from node.replication import peering
from node.replication.model import MET, OPERATOR, Met
from p2p import discovery
from p2p.client import Way
from p2p.discovery import Discovery
from p2p.judging import Held, Tenure
from p2p.policy import Policy
from p2p.transport import addresses
from p2p.transport.limits import Settings
from p2p.transport.network import Network
from tests.support.forges import HeldClock, a_forge
from tests.support.neighbours import HERE
from tests.support.strangers import a_liar
from tests.support.wire import a_door

pytestmark = pytest.mark.slow


class Node(NamedTuple):
    """A node of which nothing runs by itself but its door."""

    forge: Forge
    network: Network
    clock: HeldClock
    looking: Discovery

    @property
    def did(self):
        return self.forge.node.did


@asynccontextmanager
async def a_node(directory):
    clock = HeldClock()
    async with (
        a_forge(directory, now=clock) as forge,
        door._answering(forge, Metrics()) as answering,
        Network.open(
            forge.node.key, [HERE], answering.serve, settings=Settings(gossip=False)
        ) as network,
    ):
        forge.reach.addresses = network.addresses
        policy = Policy(forge.node.did, Random(1), clock())
        yield Node(forge, network, clock, Discovery(forge, network, policy))


@pytest.fixture
async def ann(tmp_path):
    async with a_node(tmp_path / "ann") as made:
        yield made


@pytest.fixture
async def bob(tmp_path):
    async with a_node(tmp_path / "bob") as made:
        yield made


async def row_of(node, did):
    (found,) = [one for one in await peering.peers(node.forge) if one.did == did]
    return found


async def test_a_node_signs_where_it_is_and_signs_anew_when_that_changes(ann):
    ann.looking.sign()
    first = open_addresses(ann.forge.reach.entry)
    assert (first.did, first.addresses) == (ann.did, ann.network.addresses)
    ann.looking.sign()
    assert open_addresses(ann.forge.reach.entry) == first
    ann.forge.reach.addresses = (f"/ip4/192.0.2.1/tcp/1/p2p/{ann.network.peer_id}",)
    ann.looking.sign()
    second = open_addresses(ann.forge.reach.entry)
    assert second.addresses == ann.forge.reach.addresses
    assert second.sequence == first.sequence + 1


async def test_a_node_signs_anew_before_its_entry_ends(ann):
    ann.looking.sign()
    first = open_addresses(ann.forge.reach.entry)
    ann.clock.move(discovery.ENTRY_MS - discovery.AGAIN_MS)
    ann.looking.sign()
    assert open_addresses(ann.forge.reach.entry) == first
    ann.clock.move(1)
    ann.looking.sign()
    second = open_addresses(ann.forge.reach.entry)
    assert second.replaces(first, ann.clock())


async def test_a_peer_tells_its_name_and_all_its_addresses(ann, bob):
    await peering.add(bob.forge, ann.network.addresses[0], ann.did)
    elsewhere = f"/ip4/192.0.2.1/tcp/1/p2p/{ann.network.peer_id}"
    ann.forge.reach.addresses = (*ann.network.addresses, elsewhere)
    ann.looking.sign()
    await bob.looking.ask_around()
    row = await row_of(bob, ann.did)
    assert row.name == ann.forge.node.name
    assert elsewhere in row.addresses


async def test_what_a_peer_says_is_asked_for_again_after_an_hour_and_not_before(ann, bob):
    await peering.add(bob.forge, ann.network.addresses[0], ann.did)
    ann.looking.sign()
    await bob.looking.ask_around()
    elsewhere = f"/ip4/192.0.2.1/tcp/1/p2p/{ann.network.peer_id}"
    ann.forge.reach.addresses = (*ann.network.addresses, elsewhere)
    ann.looking.sign()
    bob.clock.move(discovery.AGAIN_MS - 1)
    await bob.looking.ask_around()
    assert elsewhere not in (await row_of(bob, ann.did)).addresses
    bob.clock.move(1)
    await bob.looking.ask_around()
    assert elsewhere in (await row_of(bob, ann.did)).addresses


async def test_who_is_connected_is_known_with_the_address_it_has(ann, bob):
    (await bob.network.dial(ann.network.addresses[0])).close()
    await ann.looking.look_around()
    assert ann.forge.reach.hosts == {bob.did: "127.0.0.1"}
    assert (await row_of(ann, bob.did)).source == MET


async def test_who_has_dialled_is_asked_where_it_is(ann, bob):
    (await bob.network.dial(ann.network.addresses[0])).close()
    bob.looking.sign()
    await ann.looking.look_around()
    assert (await row_of(ann, bob.did)).addresses == ()
    await ann.looking.ask_around()
    assert set((await row_of(ann, bob.did)).addresses) == set(bob.network.addresses)


@pytest.mark.parametrize("lie", ["another's", "another's address", "altered", "over", "older"])
async def test_what_a_peer_does_not_sign_of_itself_is_not_believed(bob, lie):
    async with a_liar() as liar:
        other = PrivateKey.generate()
        await peering.add(bob.forge, liar.network.addresses[0], liar.did)
        now = bob.clock()
        honest = AddressEntry(
            did=liar.did,
            name="first",
            addresses=(),
            sequence=now,
            expires_at=now + discovery.ENTRY_MS,
        )
        found = bob.looking
        liar.entry = seal_addresses(honest, liar.key)
        await found.ask_around()
        before = await row_of(bob, liar.did)
        stolen = f"/ip4/192.0.2.1/tcp/1/p2p/{addresses.peer_id(other.did)}"
        changed = dataclasses.replace(honest, name="second", sequence=now + 1)
        liar.entry = {
            "another's": seal_addresses(dataclasses.replace(changed, did=other.did), other),
            "another's address": seal_addresses(
                dataclasses.replace(changed, name="first", addresses=(stolen,)), liar.key
            ),
            "altered": seal_addresses(changed, liar.key)[:-3] + b"x}]",
            "over": seal_addresses(dataclasses.replace(changed, expires_at=now + 1), liar.key),
            "older": seal_addresses(dataclasses.replace(changed, sequence=now - 1), liar.key),
        }[lie]
        bob.clock.move(discovery.AGAIN_MS)
        await found.ask_around()
        after = await row_of(bob, liar.did)
        assert (
            (after.name, after.addresses)
            == (before.name, before.addresses)
            == (
                "first",
                liar.network.addresses,
            )
        )
        assert [one.did for one in await peering.peers(bob.forge)] == [liar.did]


async def test_nothing_is_kept_of_who_is_forgotten(bob):
    async with a_liar() as liar:
        row = await peering.add(bob.forge, liar.network.addresses[0], liar.did)
        now = bob.clock()
        entry = AddressEntry(
            did=liar.did, name="x", addresses=(), sequence=now, expires_at=now + discovery.ENTRY_MS
        )
        liar.entry = seal_addresses(entry, liar.key)
        found = bob.looking
        await found.ask_around()
        assert set(found._book) == set(found._asked) == {liar.did}
        await peering.remove(bob.forge, row)
        await found.ask_around()
        assert not found._book
        assert not found._asked


async def test_a_neighbour_that_was_named_by_its_url_is_one_peer_that_can_be_dialled(ann, bob):
    async with a_door(ann.forge) as there:
        object.__setattr__(ann.forge.node, "url", there.url)
        ann.looking.sign()
        await peering.add(bob.forge, there.url, None)
        await bob.looking.ask_around()
        peer = await only(bob)
        assert (peer.did, peer.url, peer.addresses) == (
            ann.did,
            there.url,
            (ann.network.addresses[0],),
        )


async def test_who_did_not_say_how_it_is_dialled_is_asked_again_ever_more_rarely(ann, bob):
    ann.forge.reach.addresses = ()  # Its network is not up yet.
    async with a_door(ann.forge) as there:
        object.__setattr__(ann.forge.node, "url", there.url)
        ann.looking.sign()
        await peering.add(bob.forge, there.url, None)
        pauses = []
        for _ in range(4):
            await bob.looking.ask_around()
            (pause,) = bob.looking._asked.values()
            pauses.append(pause.until - bob.clock())
            bob.clock.move(pauses[-1])
        assert pauses == [5_000, 5_000, 10_000, 20_000]  # It has another name since the first.
        ann.forge.reach.addresses = ann.network.addresses
        ann.clock.move(1)
        ann.looking.sign()
        await bob.looking.ask_around()
        assert (await only(bob)).addresses == ann.network.addresses
        (pause,) = bob.looking._asked.values()
        assert pause.until - bob.clock() == discovery.AGAIN_MS


async def test_who_has_what_is_wanted_is_stayed_connected_with(ann, bob):
    wanted = Held(project="mic:z1", epoch=1, homes=(Tenure(0, ann.did),))
    bob.looking._policy.hold(wanted, bob.clock())
    await peering.add(bob.forge, ann.network.addresses[0], ann.did)
    await bob.looking.stay_connected()
    assert [one.did for one in await bob.network.connected()] == [ann.did]


async def test_who_cannot_be_dialled_is_tried_ever_more_rarely_and_nobody_else_is(bob):
    gone, other = PrivateKey.generate().did, PrivateKey.generate().did
    bob.looking._policy.hold(Held(project="mic:z1", epoch=1, homes=(Tenure(0, gone),)), bob.clock())
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    for did in (gone, other):
        where = f"/ip4/127.0.0.1/tcp/{port}/p2p/{addresses.peer_id(did)}"
        await peering.add(bob.forge, where, did)
    for pause in (5_000, 10_000, 20_000):
        await bob.looking.stay_connected()
        assert {did: one.ms for did, one in bob.looking._dialled.items()} == {gone: pause}
        bob.clock.move(pause)


async def test_under_another_name_of_its_host_a_neighbour_can_be_dialled_and_has_no_url(ann, bob):
    async with a_door(ann.forge) as there:
        object.__setattr__(ann.forge.node, "url", there.url)
        ann.looking.sign()
        alias = there.url.replace("127.0.0.1", "localhost")
        await peering.add(bob.forge, alias, None)
        await bob.looking.ask_around()
        (named,) = [one for one in await peering.peers(bob.forge) if one.did is None]
        assert (named.url, named.addresses) == (alias, ())
        found = await peering.find(bob.forge, ann.did)
        assert (found.url, found.addresses) == (None, (ann.network.addresses[0],))
        assert found.seen_at is None


async def test_a_peer_that_turns_out_to_be_this_node_is_forgotten(bob):
    met = Met(url="http://names.example", addresses=(bob.network.addresses[0],), is_near=True)
    await peering.met(bob.forge, met, OPERATOR)
    bob.looking.sign()
    await bob.looking._learn(
        Mirror(bob.forge.reach.entry), Way("http://names.example"), await only(bob)
    )
    assert await peering.peers(bob.forge) == []


async def test_who_shows_the_entry_of_the_node_that_asks_does_not_get_rid_of_a_ban(bob):
    await peering.met(bob.forge, Met(url="http://names.example", is_near=True), OPERATOR)
    await peering.ban(bob.forge, await only(bob))
    bob.looking.sign()
    await bob.looking._learn(
        Mirror(bob.forge.reach.entry), Way("http://names.example"), await only(bob)
    )
    assert (await only(bob)).banned_until


async def only(node):
    (one,) = await peering.peers(node.forge)
    return one


class Mirror:
    """Somebody who shows an entry that is not theirs."""

    is_inside = False

    def __init__(self, entry):
        self.entry = entry

    async def get(self, _path, shape):
        return shape(entry=self.entry)
