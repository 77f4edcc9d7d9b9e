"""Who is remembered: so many and no more, whoever comes with how many keys."""

import pytest

from keys.ed25519 import PrivateKey
from node.replication import peering, rules
from node.replication import verbs as replication
from node.replication.model import ACTOR, MET, OPERATOR, Met, NoPeer, Unproven, Wish
from p2p import sources
from p2p.bans import Bans
from p2p.transport import addresses
from p2p.transport.limits import Settings
from p2p.transport.network import Network
from tests.support.forges import a_forge
from tests.support.mirrors import a_home, pulled, seeded


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(peering, "MOST", 5)


async def strangers(forge, number):
    for _ in range(number):
        await peering.met(forge, Met(did=PrivateKey.generate().did), MET)


async def dids(forge):
    return {one.did for one in await peering.peers(forge)}


async def test_strangers_make_nobody_forgotten_but_each_other(forge):
    named = await peering.met(forge, Met(did=PrivateKey.generate().did), "operator")
    allowed = await peering.met(forge, Met(did=PrivateKey.generate().did), MET)
    await peering.allow(forge, allowed)
    friend = await peering.met(forge, Met(did=PrivateKey.generate().did), MET, answered=True)
    await strangers(forge, 20)
    assert {named.did, allowed.did, friend.did} < await dids(forge)
    assert len(await dids(forge)) == 5 + 2


async def test_who_is_followed_is_not_forgotten(forge):
    followed = await peering.met(forge, Met(did=PrivateKey.generate().did), ACTOR)
    await strangers(forge, 20)
    assert followed.did in await dids(forge)


async def test_who_was_met_first_counts_as_named_once_the_operator_names_it(forge):
    url = "http://192.168.1.7:7070"
    await peering.met(forge, Met(url=url), MET)
    named = await peering.add(forge, url, None)
    assert [one.is_trusted for one in sources.ways_to(named)] == [True]
    again = await peering.met(forge, Met(url=url), MET, answered=True)
    assert [one.is_trusted for one in sources.ways_to(again)] == [True]


async def test_who_is_banned_is_not_forgotten_for_new_names(forge):
    liar = await peering.met(forge, Met(did=PrivateKey.generate().did), MET)
    await peering.scored(forge, liar, 100, "graft")
    await strangers(forge, 20)
    assert await peering.is_banned(forge, liar.did)
    for _ in range(8):
        await peering.scored_did(forge, PrivateKey.generate().did, 100, "torrent")
    assert len(await dids(forge)) <= 10


async def test_a_name_means_somebody_only_if_nobody_else_is_called_so(forge):
    moss = await peering.met(forge, Met(url="https://moss.example", name="moss"), "operator")
    assert await peering.find(forge, "moss") == moss
    liar = PrivateKey.generate().did
    await peering.met(forge, Met(did=liar, name="moss"), MET, answered=True)
    with pytest.raises(NoPeer):
        await peering.find(forge, "moss")
    await peering.met(forge, Met(did=liar, name="https://moss.example"), MET, answered=True)
    assert (await peering.find(forge, "https://moss.example")).key == moss.key
    with pytest.raises(NoPeer):
        await peering.find(forge, "")


async def test_a_name_is_one_line_that_commands_nothing(forge):
    name = "moss\x1b[2J\n\u202eevil" + "x" * 200
    peer = await peering.met(forge, Met(did=PrivateKey.generate().did, name=name), MET)
    assert peer.name == ("moss[2Jevil" + "x" * 200)[:100]


PROJECT = "mic:z" + "Q" * 44


async def test_who_boasts_from_many_addresses_does_not_hide_who_holds_a_project(forge, monkeypatch):
    monkeypatch.setattr(peering, "MOST", 100)
    wish = Wish(rules.place(PROJECT))
    seed = await replication.add(forge, wish)
    honest = await peering.met(forge, Met(url="https://honest.example"), MET, answered=True)
    await replication.held_by(forge, PROJECT, honest, 2)
    for _ in range(20):
        did = PrivateKey.generate().did
        peer_id = addresses.peer_id(did)
        there = tuple(f"/ip4/192.0.2.{number}/tcp/1/p2p/{peer_id}" for number in range(1, 17))
        liar = await peering.met(forge, Met(did=did, addresses=there), MET)
        await replication.held_by(forge, PROJECT, liar, 1 << 40)
    ways = await sources.ways(forge, seed)
    assert ways[0].address == "https://honest.example"
    assert len({way.address.rpartition("/")[2] for way in ways[: 2 * sources.MOST]}) == 8


async def test_who_answered_once_and_gives_nothing_does_not_hide_who_has_a_project(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(peering, "MOST", 100)
    async with a_home(tmp_path / "home") as home, a_forge(tmp_path / "holder") as forge:
        await home.land(readme=b"# A book\n")
        honest = await peering.met(forge, Met(url=home.door.url, is_near=True), MET, answered=True)
        await replication.held_by(forge, home.project.id, honest, 1)
        for number in range(2 * sources.MOST):
            liar = Met(url=f"http://127.0.0.1:1{number}", is_near=True)
            row = await peering.met(forge, liar, MET, answered=True)
            await replication.held_by(forge, home.project.id, row, 1 << 40)
        seed = await pulled(forge, await seeded(forge, home.project.id))
        assert seed.state == "failed"
        assert (await pulled(forge, seed)).state == "verified"


async def test_the_home_is_asked_whoever_else_says_to_be_further(tmp_path, monkeypatch):
    monkeypatch.setattr(peering, "MOST", 100)
    async with a_home(tmp_path / "home") as home, a_forge(tmp_path / "holder") as forge:
        await home.land(readme=b"# A book\n")
        learned = Met(home.forge.node.did, home.door.url, is_near=True, is_proven=True)
        row = await peering.met(forge, learned, MET)
        await replication.held_by(forge, home.project.id, row, 1)
        seed = await pulled(forge, await seeded(forge, home.project.id))
        for _ in range(2 * sources.MOST):
            liar = Met(did=PrivateKey.generate().did, addresses=("/ip4/192.0.2.1/tcp/1",))
            row = await peering.met(forge, liar, MET, answered=True)
            await replication.held_by(forge, home.project.id, row, 1 << 40)
        assert (await sources.ways(forge, seed))[0].address == home.door.url


async def test_no_more_bans_are_kept_than_peers_whatever_keys_come(forge):
    async def refuse(sock, _did):
        sock.close()

    network = Network(forge.node.key, [], refuse, Settings(), lambda _: None)
    bans = Bans(network)
    for _ in range(20):
        peer = await peering.scored_did(forge, PrivateKey.generate().did, 100, "graft")
        await bans.follow(peer)
        await bans.forget_but(await dids(forge))
    assert len(bans) == len(network._bans) == len(await dids(forge)) == 5


URL = "https://fen.example"


async def test_an_url_that_somebody_says_is_theirs_means_nobody_yet(forge):
    stranger = PrivateKey.generate().did
    await peering.met(forge, Met(did=stranger, url=URL), MET)
    with pytest.raises(Unproven, match=stranger):
        await peering.find(forge, URL)
    proven = Met(did=stranger, url=URL, is_proven=True)
    await peering.met(forge, proven, MET, answered=True)
    assert (await peering.find(forge, URL)).did == stranger


async def test_whoever_is_asked_at_an_url_is_not_who_only_said_that_it_is_theirs(forge):
    stranger = PrivateKey.generate().did
    for learned, source in ((Met(url=URL), OPERATOR), (Met(url=URL, name="fen"), MET)):
        said = await peering.met(forge, Met(did=stranger, url=URL), MET)
        there = await peering.met(forge, learned, source)
        assert there.key != said.key
        assert (there.did, there.url) == (None, URL)
        assert (await peering.of_did(forge, stranger)).url is None
        await peering.allow(forge, await peering.find(forge, URL))
        assert not (await peering.of_did(forge, stranger)).is_allowed
        again = await peering.met(forge, Met(did=stranger, url=URL), MET)
        assert again.url is None
        await peering.remove(forge, there)


async def test_who_proves_an_url_takes_it_from_who_only_said_so(forge):
    stranger, fen = PrivateKey.generate().did, PrivateKey.generate().did
    said = await peering.met(forge, Met(did=stranger, url=URL), MET)
    await peering.scored(forge, said, 100, "graft")
    proven = await peering.met(forge, Met(did=fen, url=URL, is_proven=True), MET, answered=True)
    assert (proven.url, proven.score, proven.url_proven) == (URL, 0, True)
    assert (await peering.of_did(forge, stranger)).url is None
    for word in (Met(did=stranger, url=URL), Met(did=stranger, url=URL, is_proven=True)):
        await peering.met(forge, word, MET)
        assert (await peering.find(forge, URL)).did == fen


async def test_a_proven_url_takes_the_place_of_one_that_was_only_said(forge):
    fen = PrivateKey.generate().did
    await peering.met(forge, Met(did=fen, url="https://moved.example"), MET)
    await peering.met(forge, Met(did=fen, url=URL, is_proven=True), MET)
    assert (await peering.of_did(forge, fen)).url == URL
    await peering.met(forge, Met(did=fen, url="https://other.example"), MET)
    assert (await peering.of_did(forge, fen)).url == URL
