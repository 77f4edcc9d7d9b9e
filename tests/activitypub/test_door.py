"""The node says who it is to anybody, in the words of ActivityStreams, and claims nothing more."""

import dataclasses

import msgspec
import pytest
from aiohttp.test_utils import TestClient, TestServer

from activitypub import reading, vocabulary
from activitypub.negotiation import kind, wants_page
from keys.did import peer_id
from keys.integrity import check
from node.daemon.http import application

URL = "https://grove.example"
JSON = {"Accept": "application/activity+json"}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def forge_of(forge):
    """The forge, with pages at a URL of its own."""

    def made(url=URL, name="grove"):
        return dataclasses.replace(forge, node=dataclasses.replace(forge.node, url=url, name=name))

    return made


@pytest.fixture
async def client(forge_of):
    async with TestClient(TestServer(application(forge_of()))) as made:
        yield made


async def test_the_actor_is_the_node_and_signs_where_it_is(client, forge):
    address = f"/ip4/192.0.2.7/tcp/4001/p2p/{peer_id(forge.node.key.public)}"
    forge.reach.addresses = (address,)
    answer = await client.get("/ap/actor", headers=JSON)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/activity+json"
    assert answer.headers["Vary"] == "Accept"
    data = await answer.read()
    said = msgspec.json.decode(data)
    key = forge.node.did.removeprefix("did:key:")
    check(said, forge.node.key.public, forge.now())
    assert {name: said[name] for name in said if name not in {"proof", "@context"}} == {
        "id": URL + "/ap/actor",
        "type": "Application",
        "preferredUsername": "node",
        "webfinger": "node@grove.example",
        "name": "grove",
        "url": URL + "/",
        "assertionMethod": [
            {
                "id": f"{URL}/ap/actor#{key}",
                "type": "Multikey",
                "controller": URL + "/ap/actor",
                "publicKeyMultibase": key,
            }
        ],
        "p2pAddresses": [address],
    }
    assert said["@context"][0] == "https://www.w3.org/ns/activitystreams"
    told = reading.actor(data, URL + "/ap/actor", forge.now())
    assert (told.did, told.home, told.addresses) == (forge.node.did, URL, (address,))


async def test_each_word_that_others_do_not_have_is_defined_in_the_document(client):
    said = await (await client.get("/ap/actor", headers=JSON)).json(content_type=None)
    *known, own = said["@context"]
    assert all(isinstance(one, str) for one in known)
    assert own["p2pAddresses"]["@id"] == "https://micelio.dev/ns#p2pAddresses"


async def test_the_document_is_the_same_for_an_hour(client, clock):
    first = await (await client.get("/ap/actor", headers=JSON)).read()
    clock.move(60_000)
    assert await (await client.get("/ap/actor", headers=JSON)).read() == first
    clock.move(3_600_000)
    assert await (await client.get("/ap/actor", headers=JSON)).read() != first


async def test_a_browser_is_led_to_the_pages(client):
    answer = await client.get("/ap/actor", headers={"Accept": BROWSER}, allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/")
    assert answer.headers["Vary"] == "Accept"


@pytest.mark.parametrize(
    ("accept", "is_page"),
    [
        (BROWSER, True),
        ("text/html", True),
        ("text/html, application/activity+json;q=0.9", True),
        ("application/activity+json, text/html", False),
        ("application/activity+json;q=0.2, text/html;q=0.1", False),
        ('application/ld+json; profile="https://www.w3.org/ns/activitystreams"', False),
        ("application/json", False),
        ("*/*", False),
        ("", False),
        ("text/html;q=0", False),
        ("text/html;q=nan", False),
        ("text/html;q=-1", False),
        ("TEXT/HTML; Q=1", True),
        (";;;,,,q=q;q", False),
    ],
)
def test_who_is_a_browser(accept, is_page):
    assert wants_page(accept) is is_page


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("application/activity+json", vocabulary.JSON),
        ("application/ld+json", vocabulary.LINKED_PROFILE),
        ("application/ld+json, application/activity+json", vocabulary.JSON),
        ("application/ld+json, application/activity+json;q=0.5", vocabulary.LINKED_PROFILE),
        ("application/ld+json;q=0.5, */*", vocabulary.JSON),
        ("", vocabulary.JSON),
    ],
)
def test_the_kind_is_the_one_that_was_asked_for(accept, wanted):
    assert kind(accept) == wanted


@pytest.mark.parametrize(
    "resource",
    [
        "acct:node@grove.example",
        "acct:Node@GROVE.example",
        "https://grove.example/ap/actor",
        "https://grove.example/",
        "https://grove.example",
    ],
)
async def test_the_node_is_found_by_its_name(client, resource):
    answer = await client.get("/.well-known/webfinger", params={"resource": resource})
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/jrd+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    said = await answer.json(content_type=None)
    assert said["subject"] == "acct:node@grove.example"
    assert {
        "rel": "self",
        "type": "application/activity+json",
        "href": "https://grove.example/ap/actor",
    } in said["links"]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("resource=", 400),
        ("resource=node@grove.example", 400),
        ("resource=acct:", 400),
        ("resource=acct:node%00@grove.example", 400),
        ("resource=acct:n%C3%B6de@grove.example", 400),
        ("resource=acct:node@grove.example&resource=acct:node@grove.example", 400),
        ("resource=acct:ada@grove.example", 404),
        ("resource=acct:node@moss.example", 404),
        ("resource=acct:node@grove.example:7070", 404),
        ("resource=acct:node@grove.example@moss.example", 404),
        ("resource=https://grove.example/ada", 404),
        ("resource=https://grove.example/ap/actor%23main-key", 404),
        ("resource=" + "acct:" + "a" * 8000, 404),
    ],
)
async def test_who_is_not_named_or_not_here_is_not_found(client, query, status):
    answer = await client.get(f"/.well-known/webfinger?{query}")
    assert answer.status == status
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_only_the_links_that_were_asked_for_are_told(client):
    query = "resource=acct:node@grove.example&rel=self&rel=nothing"
    said = await (await client.get(f"/.well-known/webfinger?{query}")).json(content_type=None)
    assert [one["rel"] for one in said["links"]] == ["self"]


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://grove.example", "grove.example"),
        ("https://grove.example:443", "grove.example"),
        ("http://127.0.0.1:7070", "127.0.0.1:7070"),
        ("http://[::1]:7070", "[::1]:7070"),
    ],
)
async def test_the_host_has_its_port_unless_that_is_the_usual_one(forge_of, url, authority):
    async with TestClient(TestServer(application(forge_of(url)))) as client:
        resource = {"resource": f"acct:node@{authority}"}
        answer = await client.get("/.well-known/webfinger", params=resource)
        assert answer.status == 200
        said = await (await client.get("/ap/actor", headers=JSON)).json(content_type=None)
        assert said["webfinger"] == f"node@{authority}"


@pytest.mark.parametrize("path", ["/ap/actor", "/.well-known/webfinger"])
async def test_there_is_no_inbox_yet(client, path):
    assert (await client.post(path, data=b"{}")).status == 405
    assert (await client.get("/ap/actor/inbox", headers=JSON)).status == 404
    said = await (await client.get("/ap/actor", headers=JSON)).json(content_type=None)
    assert not {"inbox", "outbox", "followers", "following", "publicKey"} & said.keys()


async def test_a_name_that_is_no_text_for_others_is_still_a_name(forge_of, forge):
    hostile = '"}, "inbox": "x\u2028<script>'
    async with TestClient(TestServer(application(forge_of(name=hostile)))) as client:
        said = await (await client.get("/ap/actor", headers=JSON)).json(content_type=None)
    assert said["name"] == hostile
    check(said, forge.node.key.public, forge.now())
