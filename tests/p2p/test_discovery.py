"""Peers are known by what they sign of themselves, and nobody gets another one's name by it."""

import dataclasses

import pytest

from keys.ed25519 import PrivateKey
from keys.statements.addresses import AddressEntry, open_addresses, seal_addresses
from node.replication import peering
from p2p.discovery import Discovery
from p2p.transport import addresses
from tests.support.neighbours import neighbours
from tests.support.strangers import a_liar

pytestmark = pytest.mark.slow


def looking(node):
    return Discovery(node.forge, node.network, node.puller.policy)


async def row_of(node, did):
    (found,) = [one for one in await peering.peers(node.forge) if one.did == did]
    return found


async def test_a_node_signs_where_it_is_and_signs_anew_when_that_changes(tmp_path):
    async with neighbours(tmp_path, 1, gossip=False) as (ann,):
        found = looking(ann)
        found.sign()
        first = open_addresses(ann.forge.reach.entry)
        assert (first.did, first.addresses) == (ann.did, ann.network.addresses)
        found.sign()
        assert open_addresses(ann.forge.reach.entry) == first
        ann.forge.reach.addresses = (f"/ip4/192.0.2.1/tcp/1/p2p/{ann.network.peer_id}",)
        found.sign()
        second = open_addresses(ann.forge.reach.entry)
        assert second.addresses == ann.forge.reach.addresses
        assert second.sequence > first.sequence


async def test_a_peer_tells_its_name_and_all_its_addresses(tmp_path):
    async with neighbours(tmp_path, 2, gossip=False) as (ann, bob):
        elsewhere = f"/ip4/192.0.2.1/tcp/1/p2p/{ann.network.peer_id}"
        ann.forge.reach.addresses = (*ann.network.addresses, elsewhere)
        looking(ann).sign()
        await looking(bob).ask_around()
        row = await row_of(bob, ann.did)
        assert row.name == ann.forge.node.name
        assert elsewhere in row.addresses


@pytest.mark.parametrize("lie", ["another's", "another's address", "altered", "over", "older"])
async def test_what_a_peer_does_not_sign_of_itself_is_not_believed(tmp_path, lie):
    async with neighbours(tmp_path, 1, gossip=False) as (bob,), a_liar() as liar:
        other = PrivateKey.generate()
        await peering.add(bob.forge, liar.network.addresses[0], liar.did)
        now = bob.forge.now()
        honest = AddressEntry(
            did=liar.did,
            name="first",
            addresses=(),
            sequence=now,
            expires_at=now + 60_000,
        )
        found = looking(bob)
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
            "over": seal_addresses(dataclasses.replace(changed, expires_at=now), liar.key),
            "older": seal_addresses(dataclasses.replace(changed, sequence=now - 1), liar.key),
        }[lie]
        found._asked.clear()
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


async def test_nothing_is_kept_of_who_is_forgotten(tmp_path):
    async with neighbours(tmp_path, 1, gossip=False) as (bob,), a_liar() as liar:
        row = await peering.add(bob.forge, liar.network.addresses[0], liar.did)
        now = bob.forge.now()
        entry = AddressEntry(
            did=liar.did, name="x", addresses=(), sequence=now, expires_at=now + 60_000
        )
        liar.entry = seal_addresses(entry, liar.key)
        found = looking(bob)
        await found.ask_around()
        assert set(found._book) == set(found._asked) == {liar.did}
        await peering.remove(bob.forge, row)
        await found.ask_around()
        assert not found._book
        assert not found._asked
