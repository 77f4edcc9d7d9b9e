"""Whatever a host sends, what is taken from it is what a node signed, within limits."""

import json

import msgspec
import pytest

from activitypub import reading, vocabulary
from activitypub.errors import NotBelieved
from activitypub.webfinger import actor_of
from keys.did import peer_id
from keys.ed25519 import PrivateKey
from keys.multikey import multibase58
from tests.support.actors import KEY, NOW, a_document

URL = "https://grove.example"
ACTOR = URL + "/ap/actor"
OTHER = PrivateKey(bytes([8] * 32))
PEER = f"/p2p/{peer_id(KEY.public)}"
KEY_ID = f"{ACTOR}#{KEY.did.removeprefix('did:key:')}"


def signed(**more):
    return a_document(URL, KEY, **more)


def altered(**more):
    """The document with other fields than were signed."""
    return json.dumps(json.loads(signed()) | more).encode()


def nested(depth):
    return b'{"@context":' + b"[" * depth + b"]" * depth + b"}"


def method(**more):
    return json.loads(signed())["assertionMethod"][0] | more


CYCLE = {"id": ACTOR, "type": "Application", "assertionMethod": [ACTOR, {"id": ACTOR}]}
HOSTILE = {
    "nothing": ("not-json", b""),
    "a page": ("not-json", b"<!doctype html>"),
    "half of it": ("not-json", signed()[:-10]),
    "no text": ("not-json", b'{"id": "\xff\xfe"}'),
    "half a surrogate": ("not-json", b'{"id": "\\ud800"}'),
    "10 MB": ("too-long", b'{"id":"' + b"x" * 10_000_000 + b'"}'),
    "10 MB of nothing": ("too-long", b" " * 10_000_000),
    "a byte too much": ("too-long", signed().ljust(reading.LONGEST + 1)),
    "nested without end": ("not-json", nested(100_000)),
    "nested too deep": ("too-deep", nested(100)),
    "a list too wide": ("too-much", signed(tag=[0] * 5_000)),
    "objects too many": ("too-much", signed(tag={str(n): n for n in range(5_000)})),
    "a list": ("wrong-shape", b"[" + signed() + b"]"),
    "a number": ("wrong-shape", b"7"),
    "null": ("wrong-shape", b"null"),
    "no context": ("wrong-shape", b'{"id": "https://grove.example/ap/actor"}'),
    "another context": ("wrong-shape", signed(**{"@context": "https://schema.org"})),
    "a context that is a number": ("wrong-shape", signed(**{"@context": 7})),
    "a graph": ("reshaped", signed(**{"@graph": [{}]})),
    "a graph inside": ("reshaped", signed(tag=[{"x": {"@included": {}}}])),
    "fields backwards": ("reshaped", signed(**{"@reverse": {"actor": ACTOR}})),
    "a person": ("wrong-shape", signed(type="Person")),
    "no type": ("wrong-shape", signed(type=None)),
    "a type that is an object": ("wrong-shape", signed(type={"Application": 1})),
    "a name that is a list": ("wrong-shape", signed(name=["grove"])),
    "a long name": ("wrong-shape", signed(name="x" * 3_000)),
    "a URL that is a number": ("wrong-shape", signed(url=7)),
    "addresses that are numbers": ("wrong-shape", signed(p2pAddresses=[1, 2])),
    "an address that is a text": ("wrong-shape", signed(p2pAddresses="/ip4/192.0.2.1")),
    "addresses too many": ("wrong-shape", signed(p2pAddresses=["/ip4/192.0.2.1"] * 200)),
    "keys too many": ("wrong-shape", signed(assertionMethod=[method()] * 17)),
    "a key that is a text": ("wrong-shape", signed(assertionMethod="z6Mk")),
    "no id": ("wrong-shape", altered(id=None)),
    "another host's id": ("other-id", signed(id="https://moss.example/ap/actor")),
    "another document's id": ("other-id", signed(id=ACTOR + "/")),
    "an id with another spelling": ("other-id", signed(id="https://GROVE.example/ap/actor")),
    "a cycle of ids": ("bad-proof", altered(**CYCLE)),
    "a key that names itself": ("bad-proof", signed(assertionMethod=[KEY_ID])),
    "no keys": ("bad-proof", signed(assertionMethod=[])),
    "another actor's key": (
        "bad-proof",
        signed(assertionMethod=[method(controller="https://moss.example/ap/actor")]),
    ),
    "a key of another id": ("bad-proof", signed(assertionMethod=[method(id=ACTOR + "#2")])),
    "a key of another kind": ("bad-proof", signed(assertionMethod=[method(type="Key")])),
    "a key that is none": (
        "bad-proof",
        signed(assertionMethod=[method(publicKeyMultibase="z6Mk")]),
    ),
    "a key without end": (
        "bad-proof",
        signed(assertionMethod=[method(publicKeyMultibase="z" + "6" * 100_000)]),
    ),
    "an RSA key": (
        "bad-proof",
        signed(assertionMethod=[method(publicKeyMultibase=multibase58(b"\x85\x24" + bytes(270)))]),
    ),
    "the key of somebody else": (
        "bad-proof",
        signed(
            assertionMethod=[method(publicKeyMultibase=OTHER.did.removeprefix("did:key:"))]
        ),
    ),
    "no proof": ("bad-proof", altered(proof=None)),
    "two proofs": ("bad-proof", altered(proof=[json.loads(signed())["proof"]] * 2)),
    "another name than was signed": ("bad-proof", altered(name="moss")),
    "another address than was signed": ("bad-proof", altered(p2pAddresses=["/ip4/1.1.1.1"])),
    "a number that no proof covers": ("bad-proof", altered(more=1 << 60)),
    "a number without end": ("not-json", b'{"@context":' + b"9" * 15_000 + b"}"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_not_the_signed_document_of_a_node_is_refused(name):
    reason, data = HOSTILE[name]
    with pytest.raises(NotBelieved) as refused:
        reading.actor(data, ACTOR, NOW)
    assert refused.value.code == f"actor.{reason}", refused.value.message
    assert len(refused.value.message) < 2_500


def test_what_a_node_signs_is_read():
    addresses = (f"/ip4/192.0.2.7/tcp/4001{PEER}", f"/dns4/grove.example/tcp/4001{PEER}")
    told = reading.actor(a_document(URL, KEY, *addresses), ACTOR, NOW)
    assert (told.url, told.did, told.name, told.home) == (ACTOR, KEY.did, "grove", URL)
    assert told.addresses == addresses


def test_words_that_are_not_known_are_no_obstacle():
    told = reading.actor(
        signed(type=["Application", "Service"], summary="<p>", inbox=ACTOR + "/inbox"), ACTOR, NOW
    )
    assert told.did == KEY.did


def test_of_several_keys_the_one_counts_that_signed():
    other = method(id=ACTOR + "#other", publicKeyMultibase=OTHER.did.removeprefix("did:key:"))
    told = reading.actor(signed(assertionMethod=["x", other, method()]), ACTOR, NOW)
    assert told.did == KEY.did


@pytest.mark.parametrize(
    "address",
    [
        f"/ip4/192.0.2.7/tcp/4001/p2p/{peer_id(OTHER.public)}",
        "/ip4/192.0.2.7/tcp/4001",
        "/ip4/192.0.2.7/udp/4001" + PEER,
        "/unix/tmp/socket" + PEER,
        PEER,
        "/ip4/192.0.2.7/tcp/4001" + PEER + PEER,
        "/ip4/192.0.2.7/tcp/4001" + PEER + "/ada/book",
        "",
    ],
)
def test_what_is_no_address_of_the_node_is_left_out(address):
    assert reading.actor(a_document(URL, KEY, address), ACTOR, NOW).addresses == ()


def test_so_many_addresses_are_said_and_read_and_no_more():
    many = [f"/ip4/192.0.2.{number}/tcp/1{PEER}" for number in range(60)]
    assert len(json.loads(a_document(URL, KEY, *many))["p2pAddresses"]) == 16
    said = signed(p2pAddresses=many)
    assert reading.actor(said, ACTOR, NOW).addresses == tuple(many[:16])


def test_the_longest_document_is_read():
    assert reading.actor(signed().ljust(reading.LONGEST), ACTOR, NOW).did == KEY.did


@pytest.mark.parametrize(
    "url",
    ["https://moss.example/", "http://grove.example/", "https://grove.example/x", "", "javascript:",
     "https://grove.example:99999", "https://user@grove.example/", "https://[::1"],
)  # fmt: skip
def test_pages_elsewhere_are_not_those_of_the_node(url):
    assert reading.actor(signed(url=url), ACTOR, NOW).home is None


FINGER = URL + "/.well-known/webfinger?resource=acct:node@grove.example"


def links(*several):
    return msgspec.json.encode({"subject": "acct:node@grove.example", "links": several})


def link(href=ACTOR, kind=vocabulary.JSON, rel="self"):
    return {"rel": rel, "type": kind, "href": href}


@pytest.mark.parametrize("kind", [vocabulary.JSON, vocabulary.LINKED_PROFILE])
def test_a_name_leads_to_the_document(kind):
    several = link("https://x.example", rel="other"), link("https://y.example", "text/html")
    assert actor_of(links(*several, link(kind=kind)), FINGER) == ACTOR


@pytest.mark.parametrize(
    ("reason", "data"),
    [
        ("wrong-shape", b""),
        ("wrong-shape", b"[]"),
        ("wrong-shape", b'{"links": {}}'),
        ("wrong-shape", b'{"links": [{"rel": 7}]}'),
        ("wrong-shape", b'{"links": [' + b"[" * 100_000),
        ("wrong-shape", b'{"links": "\xff"}'),
        ("no-actor", b"{}"),
        ("no-actor", links(link(kind="text/html"))),
        ("no-actor", links(link(kind="application/ld+json"))),
        ("no-actor", links({"rel": "self", "type": vocabulary.JSON})),
        ("no-actor", links(*[link(rel="x")] * 200, link())),
        ("other-host", links(link("https://moss.example/ap/actor"))),
        ("other-host", links(link("http://grove.example/ap/actor"))),
        ("other-host", links(link("https://grove.example@moss.example/ap/actor"))),
        ("other-host", links(link("https://grove.example:8443/ap/actor"))),
        ("other-host", links(link("/ap/actor"))),
        ("other-host", links(link("https://[::1/ap/actor"))),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(reason, data):
    with pytest.raises(NotBelieved) as refused:
        actor_of(data, FINGER)
    assert refused.value.code == f"actor.{reason}"
