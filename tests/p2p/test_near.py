"""Who may lead a node into its own network: the operator, who is there, and nobody else."""

from random import Random

import pytest

from keys.ed25519 import PrivateKey
from keys.statements.addresses import AddressEntry, seal_addresses
from node.replication import peering, rules
from node.replication import verbs as replication
from node.replication.model import MET, OPERATOR, Met
from p2p import discovery, sources
from p2p.client import Way, asking
from p2p.discovery import Discovery
from p2p.faults import NoAnswer
from p2p.policy import Policy
from p2p.transport import addresses
from p2p.transport.errors import PeerUnreachable
from p2p.transport.limits import Settings
from p2p.transport.network import Network

DID = PrivateKey.generate().did
PEER_ID = addresses.peer_id(DID)
PUBLIC, INSIDE = "/ip4/8.8.8.8/tcp/4001", "/ip4/10.0.0.1/tcp/4001"


@pytest.mark.parametrize(
    ("host", "far", "near"),
    [
        ("8.8.8.8", True, True),
        ("2606:4700::1111", True, True),
        ("192.0.2.7", True, True),
        ("node.example", True, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
        ("0.0.0.0", False, True),
        ("10.1.2.3", False, True),
        ("172.16.0.1", False, True),
        ("192.168.1.1", False, True),
        ("169.254.169.254", False, True),
        ("100.64.0.1", False, True),
        ("fe80::1", False, True),
        ("fd00::1", False, True),
        ("::ffff:10.0.0.1", False, True),
        ("64:ff9b::a00:1", False, True),
        ("224.0.0.1", False, True),
    ],
)
def test_where_somebody_may_lead(host, far, near):
    assert rules.may_lead(host, is_near=False) is far
    assert rules.may_lead(host, is_near=True) is near


def of_peer(where):
    return f"{where}/p2p/{PEER_ID}"


async def ways_of(forge, learned, source=MET):
    peer = await peering.met(forge, learned, source)
    return {way.address: way.is_trusted for way in sources.ways_to(peer)}


async def test_what_a_stranger_says_of_the_inside_is_not_remembered(forge):
    named = of_peer("/dns4/node.example/tcp/1")
    learned = Met(DID, "http://127.0.0.1:1", "", (of_peer(PUBLIC), of_peer(INSIDE), named))
    assert await ways_of(forge, learned) == {of_peer(PUBLIC): False, named: False}


async def test_what_the_operator_says_stays_said_and_vouches_for_nothing_else(forge):
    await peering.add(forge, of_peer(INSIDE), DID)
    learned = Met(DID, "http://10.0.0.1:80", "", (of_peer(INSIDE), of_peer("/ip4/10.0.0.2/tcp/1")))
    assert await ways_of(forge, learned) == {of_peer(INSIDE): True}
    await peering.add(forge, "http://127.0.0.1:7071", None)
    (_, url) = sorted(await peering.peers(forge), key=lambda one: one.url or "")
    assert sources.ways_to(url) == [Way("http://127.0.0.1:7071", is_trusted=True)]


async def test_who_is_connected_from_the_inside_may_lead_there(forge):
    assert not peering.is_inside(forge, DID)
    for host, is_inside in (("8.8.8.8", False), ("10.0.0.7", True), ("", False)):
        forge.reach.hosts = {DID: host}
        assert peering.is_inside(forge, DID) is is_inside


@pytest.mark.slow
async def test_the_transport_looks_where_a_name_leads_before_it_dials(forge):
    def may_lead(host, is_near):
        return rules.may_lead(host, is_near=is_near)

    settings = Settings(gossip=False, may_lead=may_lead)

    async def closing(sock, _did):
        sock.close()

    key = PrivateKey.generate()
    async with (
        Network.open(key, ["/ip4/127.0.0.1/tcp/0"], closing, settings=settings) as ann,
        Network.open(forge.node.key, ["/ip4/127.0.0.1/tcp/0"], closing, settings=settings) as bob,
    ):
        named = ann.addresses[0].replace("/ip4/127.0.0.1/", "/dns4/localhost/")
        for address in (ann.addresses[0], named):
            with pytest.raises(PeerUnreachable):
                await bob.dial(address)
            with pytest.raises(NoAnswer):
                async with asking(forge, bob, Way(address)) as holder:
                    await holder.get("/node", dict)
        assert await ann.connected() == []
        (await bob.dial(named, may_be_inside=True)).close()


async def test_a_url_that_a_peer_names_is_not_followed_inside(forge):
    peer = await peering.met(forge, Met(url="http://localhost:7070"), MET)
    (way,) = sources.ways_to(peer)
    with pytest.raises(NoAnswer, match="not a public one"):
        async with asking(forge, None, way):
            pass


# ------------------------------------------------------------------------ one peer, one row

URL = "https://moss.example"


async def test_a_url_and_a_did_that_say_that_they_are_one_become_one_peer(forge):
    by_url = await peering.met(forge, Met(url=URL, name="moss"), OPERATOR)
    await peering.scored(forge, by_url, 40, "boast")
    by_did = await peering.met(forge, Met(DID, addresses=(of_peer(PUBLIC),)), MET, answered=True)
    await replication.held_by(forge, "mic:z1", by_url, 7)
    await peering.met(forge, Met(DID, URL), MET)
    assert len(await peering.peers(forge)) == 2
    one = await peering.met(forge, Met(DID, URL, is_proven=True), MET)
    assert await peering.peers(forge) == [one]
    assert (one.key, one.did, one.url, one.name) == (by_did.key, DID, URL, "moss")
    assert (one.source, one.score, one.reason) == (OPERATOR, 40, "boast")
    assert one.addresses == (of_peer(PUBLIC),)
    assert one.near == {URL}
    assert [(peer.did, at) for peer, at in await replication.holders(forge, "mic:z1")] == [(DID, 7)]


async def test_a_url_that_was_known_alone_gets_its_did(forge):
    by_url = await peering.met(forge, Met(url=URL), MET)
    one = await peering.met(forge, Met(DID, URL, is_proven=True), MET)
    assert (one.key, one.did, one.url) == (by_url.key, DID, URL)


async def test_a_url_of_one_peer_does_not_become_another_ones(forge):
    one = await peering.met(forge, Met(DID, URL, is_proven=True), MET)
    other = await peering.met(forge, Met(PrivateKey.generate().did, URL, is_proven=True), MET)
    assert other.url is None
    assert (await peering.of_did(forge, DID)) == one


class Shown:
    """A node at a URL that shows an entry."""

    is_inside = False

    def __init__(self, entry):
        self._entry = entry

    async def get(self, _path, _shape):
        return discovery.Introduced(entry=self._entry)


@pytest.mark.parametrize(("urls", "rows"), [((URL,), 1), (("https://other.example",), 2), ((), 2)])
async def test_a_did_is_at_a_url_if_both_say_so(forge, urls, rows):
    key, now = PrivateKey.generate(), forge.now()
    entry = AddressEntry(
        did=key.did, name="moss", addresses=(), urls=urls, sequence=now, expires_at=now + 1000
    )
    await peering.met(forge, Met(key.did), MET)
    by_url = await peering.met(forge, Met(url=URL), MET)
    looking = Discovery(forge, None, Policy(forge.node.did, Random(1), now))
    looking._book[key.did] = entry  # It came over a stream of the node itself before.
    await looking._learn(Shown(seal_addresses(entry, key)), Way(URL), by_url)
    assert len(await peering.peers(forge)) == rows
