"""A node is known by its actor document: asked for politely, pinned to its key, read again.

The clock stands still, and each look is taken by the test.
"""

import asyncio
import gzip
import json
import socket

import pytest
from aiohttp import web

from activitypub import following, vocabulary
from activitypub.reading import LONGEST
from keys.did import peer_id
from keys.ed25519 import PrivateKey
from node.federation import rules
from node.federation import verbs as federation
from node.federation.model import BadActor
from node.kernel import fetching
from node.kernel.outbound import BadUrl
from node.replication import peering
from node.replication.model import ACTOR, MET, OPERATOR, Met
from tests.support.actors import KEY, a_document, a_face, a_port, a_stranger, served, url_of
from tests.support.forges import HeldClock, a_forge

OTHER = PrivateKey(bytes([8] * 32))
FINGER = "/.well-known/webfinger"
PEER = f"/p2p/{peer_id(KEY.public)}"


@pytest.fixture
async def ann(tmp_path, clock):
    async with a_face(tmp_path / "ann", name="ann", now=clock) as made:
        yield made


@pytest.fixture
async def host():
    async with a_stranger() as made:
        yield made


def named(url):
    """What an operator types for the node at a URL."""
    return f"@node@{url.partition('//')[2]}"


async def follows(forge, address):
    """Follow, and read what is due; returns the row."""
    await federation.follow(forge, rules.address(address))
    await following.look(forge)
    return await federation.find(forge, address)


async def again(forge, clock, address):
    """Read the document when that is due again."""
    clock.move(2 * rules.AGAIN_MS)
    await following.look(forge)
    return await federation.find(forge, address)


async def only_peer(forge):
    (found,) = await peering.peers(forge)
    return found


@pytest.mark.parametrize("typed", [named, lambda url: f"{url}/ap/actor"])
async def test_a_node_that_is_followed_is_a_peer(forge, ann, typed):
    here = f"/ip4/127.0.0.1/tcp/4001/p2p/{peer_id(ann.node.key.public)}"
    ann.reach.addresses = (here,)
    row = await follows(forge, typed(ann.node.url))
    assert (row.did, row.url, row.error) == (ann.node.did, ann.node.url + "/ap/actor", None)
    peer = await only_peer(forge)
    assert (peer.did, peer.url, peer.name) == (ann.node.did, ann.node.url, "ann")
    assert (peer.source, peer.addresses) == (ACTOR, (here,))


async def test_what_it_says_is_read_again_after_an_hour_and_not_before(forge, ann, clock):
    await follows(forge, named(ann.node.url))
    here = f"/ip4/127.0.0.1/tcp/4001/p2p/{peer_id(ann.node.key.public)}"
    ann.reach.addresses = (here,)
    clock.move(rules.AGAIN_MS - 1)
    await following.look(forge)
    assert (await only_peer(forge)).addresses == ()
    clock.move(6_000)
    await following.look(forge)
    assert (await only_peer(forge)).addresses == (here,)


async def test_who_does_not_answer_is_asked_again_later_each_time(forge, clock):
    door = a_port()
    address = named(url_of(door))
    first = await follows(forge, address)
    door.close()
    assert (first.code, first.did, first.failures) == ("outbound.no-answer", None, 1)
    assert clock() < first.due_at < clock() + 16_000
    second = await again(forge, clock, address)
    assert second.due_at - clock() > first.due_at - (clock() - 2 * rules.AGAIN_MS)
    assert await peering.peers(forge) == []


async def test_it_is_read_again_when_it_is_back(forge, host, clock):
    assert (await follows(forge, named(host.url))).code == "outbound.no-answer"
    host.shows_actor()
    assert (await again(forge, clock, named(host.url))).failures == 0
    assert (await only_peer(forge)).did == KEY.did


async def test_another_key_is_not_believed_and_that_is_said(forge, host, clock, caplog):
    host.shows_actor(KEY, "/ip4/127.0.0.1/tcp/1" + PEER)
    await follows(forge, named(host.url))
    before = await only_peer(forge)
    other = f"/ip4/127.0.0.1/tcp/2/p2p/{peer_id(OTHER.public)}"
    host.shows_actor(OTHER, other)
    row = await again(forge, clock, named(host.url))
    assert (row.did, row.code) == (KEY.did, "actor.other-key")
    assert OTHER.did in row.error
    assert KEY.did in row.error
    assert "actor not believed" in caplog.text
    assert await only_peer(forge) == before
    await federation.remove(forge, row)
    assert (await follows(forge, named(host.url))).did == OTHER.did
    assert (await only_peer(forge)).addresses == (other,)


async def test_a_node_does_not_follow_itself(ann):
    row = await follows(ann, named(ann.node.url))
    assert row.code == "actor.own"
    assert await peering.peers(ann) == []


async def test_who_was_met_counts_as_followed_and_who_was_named_as_named(forge, host, clock):
    host.shows_actor()
    await peering.met(forge, Met(did=KEY.did), MET)
    await follows(forge, named(host.url))
    assert (await only_peer(forge)).source == ACTOR
    await peering.add(forge, "/ip4/127.0.0.1/tcp/1" + PEER, KEY.did)
    row = await again(forge, clock, named(host.url))
    assert (await only_peer(forge)).source == OPERATOR
    await federation.remove(forge, row)
    assert (await only_peer(forge)).source == OPERATOR


async def test_who_is_not_followed_any_more_is_forgotten(forge, host, clock):
    host.shows_actor()
    by_name = await follows(forge, named(host.url))
    by_url = await follows(forge, host.url + "/ap/actor")
    await federation.remove(forge, by_name)
    assert (await only_peer(forge)).did == KEY.did
    await federation.remove(forge, by_url)
    assert await peering.peers(forge) == []
    asked = len(host.asked)
    clock.move(2 * rules.AGAIN_MS)
    await following.look(forge)
    assert len(host.asked) == asked


async def test_a_document_that_comes_after_it_was_let_go_changes_nothing(forge, host):
    host.shows_actor()
    row = await follows(forge, named(host.url))
    told = await following.found(forge, row.address)
    await federation.remove(forge, row)
    await federation.learned(forge, row, told)
    assert await peering.peers(forge) == []


async def test_the_url_counts_where_the_node_signs_that_it_is_there(forge, host):
    """What is held against the URL is then held against the node."""
    named_peer = await peering.add(forge, host.url, None)
    await peering.scored(forge, named_peer, 40, "altered-blob")
    host.shows_actor()
    await follows(forge, named(host.url))
    peer = await only_peer(forge)
    assert (peer.did, peer.url, peer.score, peer.source) == (KEY.did, host.url, 40, OPERATOR)


async def test_an_address_inside_is_believed_of_who_is_inside(forge, host, monkeypatch):
    inside, outside = f"/ip4/10.0.0.7/tcp/1{PEER}", f"/ip4/192.0.2.7/tcp/1{PEER}"
    host.shows_actor(KEY, inside, outside)
    await follows(forge, named(host.url))
    assert set((await only_peer(forge)).addresses) == {inside, outside}
    assert set((await only_peer(forge)).near) == {inside, outside, host.url}
    await federation.remove(forge, await federation.find(forge, named(host.url)))
    monkeypatch.setattr(fetching.outbound, "is_public", lambda _address: True)
    told = await following.found(forge, named(host.url))
    monkeypatch.undo()
    row = await federation.follow(forge, rules.address(named(host.url)))
    await federation.learned(forge, row, told)
    assert (await only_peer(forge)).addresses == (outside,)
    assert (await only_peer(forge)).near == frozenset()


async def test_redirects_are_followed_on_the_host_that_was_named(forge, host):
    there = host.url + "/actors/node"
    (key,) = json.loads(a_document(host.url))["assertionMethod"]
    own = [key | {"controller": there}]
    host.shows("/actors/node", a_document(host.url, id=there, assertionMethod=own))
    host.moves("/ap/actor", "/actors/node#main")
    assert (await follows(forge, host.url + "/ap/actor")).url == there


async def test_a_redirect_leads_nowhere_inside(forge, host):
    async with a_stranger() as victim:
        victim.shows_actor()
        host.moves("/ap/actor", victim.url + "/ap/actor")
        host.moves(FINGER, victim.url + FINGER)
        for typed in (host.url + "/ap/actor", named(host.url)):
            assert (await follows(forge, typed)).code == "outbound.not-public"
        assert victim.asked == []


async def test_redirects_in_a_circle_end(forge, host):
    host.moves("/ap/actor", "/ap/b")
    host.moves("/ap/b", "/ap/actor")
    assert (await follows(forge, host.url + "/ap/actor")).code == "outbound.moved"
    assert len(host.asked) == fetching.HOPS + 1


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("ftp://127.0.0.1/x", "outbound.bad-url"),
        ("http://user:secret@127.0.0.1/x", "outbound.bad-url"),
        ("http://[::1", "outbound.moved"),
        ("http://169.254.169.254/latest", "outbound.not-public"),
        ("http://[::ffff:127.0.0.1]/x", "outbound.not-public"),
        ("http://2130706433/x", "outbound.not-public"),
        ("http://127.0.0.1:99999/x", "outbound.bad-url"),
        ("/" + "x" * 3000, "outbound.bad-url"),
    ],
)
async def test_a_redirect_that_cannot_be_meant_is_refused(forge, host, where, code):
    host.moves("/ap/actor", where)
    assert (await follows(forge, host.url + "/ap/actor")).code == code


def test_a_redirect_never_leads_away_from_tls():
    with pytest.raises(fetching.NotTaken) as refused:
        fetching._next("https://grove.example/a", "http://grove.example/b")
    assert refused.value.code == "outbound.moved"
    assert fetching._next("http://grove.example/a", "https://grove.example/b#c") == (
        "https://grove.example/b"
    )


@pytest.mark.parametrize(
    ("code", "headers", "body"),
    [
        ("outbound.wrong-kind", {"Content-Type": "application/json"}, None),
        ("outbound.wrong-kind", {"Content-Type": "text/html"}, None),
        ("outbound.wrong-kind", {"Content-Type": "application/ld+json"}, None),
        ("outbound.wrong-kind", {"Content-Type": "application/octet-stream"}, None),
        (
            "outbound.wrong-kind",
            {"Content-Type": vocabulary.JSON, "Content-Encoding": "gzip"},
            gzip.compress(b" " * 10_000_000),
        ),
        ("outbound.too-long", {"Content-Type": vocabulary.JSON}, b" " * 10_000_000),
        ("outbound.too-long", {"Content-Type": vocabulary.JSON}, b"[" * (LONGEST + 1)),
        ("actor.not-json", {"Content-Type": vocabulary.JSON}, b"[" * LONGEST),
    ],
)
async def test_what_is_no_document_is_not_read(forge, host, code, headers, body):
    data = a_document(host.url) if body is None else body
    host.answers["/ap/actor"] = 200, headers, data
    assert (await follows(forge, host.url + "/ap/actor")).code == code


@pytest.mark.parametrize("kind", ["application/activity+json; charset=utf-8", "APPLICATION/ACTIVITY+JSON", vocabulary.LINKED_PROFILE])  # fmt: skip
async def test_both_kinds_of_document_are_read(forge, host, kind):
    host.shows("/ap/actor", a_document(host.url), kind)
    assert (await follows(forge, host.url + "/ap/actor")).error is None


@pytest.mark.parametrize("status", [204, 301, 400, 401, 404, 410, 500, 503])
async def test_any_other_answer_is_none(forge, host, status):
    host.answers["/ap/actor"] = status, {}, b""
    assert (await follows(forge, host.url + "/ap/actor")).code == "outbound.no-answer"


async def test_a_document_that_is_copied_to_another_host_is_refused(forge, host, ann):
    host.shows("/ap/actor", a_document(ann.node.url, ann.node.key))
    assert (await follows(forge, host.url + "/ap/actor")).code == "actor.other-id"


async def test_who_speaks_no_http_does_not_answer(forge):
    async def serve(_reader, writer):
        writer.write(b"\x00\xff" * 40_000)
        writer.close()

    door = a_port()
    server = await asyncio.start_server(serve, sock=door)
    async with server:
        row = await follows(forge, url_of(door) + "/ap/actor")
    assert row.code == "outbound.no-answer"
    assert row.error.isprintable()


async def test_who_says_nothing_is_not_waited_for(forge, host, monkeypatch):
    monkeypatch.setattr(following, "READ_SECONDS", 0.05)
    asked, over = asyncio.Event(), asyncio.Event()

    async def hold(_request):
        asked.set()
        await over.wait()
        return web.Response()

    door = a_port()
    app = web.Application()
    app.router.add_get("/ap/actor", hold)
    host.shows_actor()
    async with served(app, door):
        await federation.follow(forge, rules.address(url_of(door) + "/ap/actor"))
        row = await follows(forge, named(host.url))
        slow = await federation.find(forge, url_of(door) + "/ap/actor")
        over.set()
    assert asked.is_set()
    assert (row.code, slow.code) == (None, "outbound.no-answer")


async def test_a_fault_of_our_own_keeps_nobody_else_from_being_read(forge, host, monkeypatch):
    host.shows_actor()
    await federation.follow(forge, "@broken@127.0.0.1:1")
    before = following.found

    async def found(forge, address):
        if address.startswith("@broken"):
            raise ZeroDivisionError
        return await before(forge, address)

    monkeypatch.setattr(following, "found", found)
    assert (await follows(forge, named(host.url))).error is None
    assert (await federation.find(forge, "@broken@127.0.0.1:1")).code == "actor.broken"


async def test_the_node_is_asked_as_the_field_asks(forge):
    seen = []

    async def answer(request):
        seen.append(request)
        raise web.HTTPNotFound

    door = a_port()
    url = url_of(door)
    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with served(app, door):
        await follows(forge, named(url))
        await follows(forge, url + "/ap/actor")
    finger, actor = seen
    assert finger.path == FINGER
    assert finger.query["resource"] == f"acct:{named(url)[1:]}"
    assert finger.host == actor.host == url.partition("//")[2]
    assert "application/activity+json" in actor.headers["Accept"]
    assert "Authorization" not in actor.headers
    assert "Cookie" not in actor.headers


async def test_a_host_is_reached_over_ipv6(forge):
    door = socket.socket(socket.AF_INET6)
    door.bind(("::1", 0))
    url = f"http://[::1]:{door.getsockname()[1]}"
    app = web.Application()

    async def answer(_request):
        return web.Response(body=a_document(url), headers={"Content-Type": vocabulary.JSON})

    app.router.add_get("/ap/actor", answer)
    async with served(app, door):
        assert (await follows(forge, url + "/ap/actor")).error is None


@pytest.mark.parametrize(
    ("text", "kept", "host"),
    [
        ("@node@grove.example", "@node@grove.example", "https://grove.example"),
        ("acct:Node@GROVE.example:8443", "@node@grove.example:8443", "https://grove.example:8443"),
        ("@node@127.0.0.1:7070", "@node@127.0.0.1:7070", "http://127.0.0.1:7070"),
        ("@node@localhost:7070", "@node@localhost:7070", "http://localhost:7070"),
        ("@node@[::1]:7070", "@node@[::1]:7070", "http://[::1]:7070"),
        ("@node@192.168.1.7", "@node@192.168.1.7", "http://192.168.1.7"),
        (
            "https://grove.example/ap/actor",
            "https://grove.example/ap/actor",
            "https://grove.example",
        ),
        ("http://grove.example/users/a", "http://grove.example/users/a", "http://grove.example"),
    ],
)
def test_where_an_address_leads(text, kept, host):
    assert rules.address(text) == kept
    assert rules.host_of(kept) == host


@pytest.mark.parametrize(
    "text",
    ["@", "@node", "@node@", "@@grove.example", "@node@grove.example/x", "@no de@grove.example",
     "@node@grove.example?x", "@node@a@b", "@node@grove.example:port", "@n\u00f6de@grove.example",
     "@node@" + "x" * 300, "acct:node", "@node@[::1", "@node@user:x@host"],
)  # fmt: skip
def test_what_begins_as_an_address_and_is_none_is_refused(text):
    with pytest.raises(BadActor):
        rules.address(text)


@pytest.mark.parametrize(
    "text",
    [
        "https://grove.example/ap/actor?x",
        "https://grove.example/ap#x",
        "https://u@grove.example/ap",
    ],
)
def test_a_url_that_says_more_than_where_is_refused(text):
    with pytest.raises(BadUrl):
        rules.address(text)


@pytest.mark.parametrize(
    "text",
    ["https://grove.example", "https://grove.example/", "/ip4/192.0.2.7", "moss", "did:key:z"],
)
def test_other_addresses_are_those_of_something_else(text):
    assert rules.address(text) is None


async def test_what_is_followed_outlives_a_restart(tmp_path, host):
    clock = HeldClock()
    host.shows_actor()
    async with a_forge(tmp_path / "bob", now=clock) as bob:
        await follows(bob, named(host.url))
    host.shows_actor(KEY, "/ip4/127.0.0.1/tcp/9" + PEER)
    clock.move(2 * rules.AGAIN_MS)
    async with a_forge(tmp_path / "bob", now=clock) as bob:
        await following.look(bob)
        assert (await only_peer(bob)).addresses == ("/ip4/127.0.0.1/tcp/9" + PEER,)
