"""The page of peers: an admin of the node sees all, others what is public, nobody a private name."""

import re
from contextlib import asynccontextmanager

import pytest
from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from keys.ed25519 import PrivateKey
from keys.statements.receipt import Receipt, seal_receipt
from node.daemon.http import application
from node.federation import verbs as federation
from node.federation.model import Described, OtherKey
from node.kernel.parties import ANONYMOUS
from node.landings import reading, recovering
from node.replication import peering
from node.replication import verbs as replication
from node.replication.copies import copying
from node.replication.model import MET, Met
from node.signin import verbs as signin
from tests.support.forges import a_project, an_account, the_keeper
from tests.support.mirrors import a_home, pulled, seeded


@asynccontextmanager
async def at_the_door(forge):
    async with TestClient(
        TestServer(application(forge)),
        cookie_jar=CookieJar(unsafe=True),
        headers={"Sec-Fetch-Site": "same-origin"},
    ) as made:
        yield made


@pytest.fixture
async def visitor(forge):
    async with at_the_door(forge) as made:
        yield made


async def signed_in(forge, client):
    """Let the keeper of the node be who asks."""
    link = await signin.make_link(forge, await the_keeper(forge))
    await client.post(f"/sign-in/{link}", allow_redirects=False)


async def page(client, path):
    answer = await client.get(path)
    text = await answer.text()
    assert answer.status == 200, text
    return text


async def test_a_visitor_sees_what_is_held_and_no_addresses_of_peers(forge, visitor, tmp_path):
    async with a_home(tmp_path / "home") as home:
        await home.land(readme=b"# A book\n")
        seed = await pulled(forge, await seeded(forge, home.address, reason="a friend's"))
    await peering.met(forge, Met(url="https://moss.example", name="moss"), "operator")
    text = await page(visitor, "/peers")
    assert seed.name in text
    assert "verified" in text
    assert "a friend&#39;s" in text
    assert '<span class="tally-figure">1</span><span class="soft">1 verified, ' in text
    assert "moss" not in text


async def test_an_admin_sees_the_peers_and_what_is_held_against_them(forge, visitor):
    keeper = await the_keeper(forge)
    peer = await peering.met(forge, Met(url="https://moss.example", name="moss"), "operator")
    await peering.scored(forge, peer, 100, "altered-blob")
    await visitor.post(f"/sign-in/{await signin.make_link(forge, keeper)}", allow_redirects=False)
    text = await page(visitor, "/peers")
    assert "moss" in text
    assert "100 points, altered-blob" in text
    assert "banned" in text


async def a_copy(home, key, position):
    """Let somebody say that they hold a project up to a position."""
    landing = await home.forge.db.read(lambda tx: reading.landing_at(tx, home.project, position))
    said = Receipt(
        project=home.project.id, position=position, record=landing.id, contents_from=1, at=1
    )
    receipt, hints = seal_receipt(said, key), Met(key.did, name=f"holder-{position}")
    await copying.receive(home.forge, ANONYMOUS, home.project, receipt, hints)


async def test_an_admin_sees_who_holds_what_and_others_how_many_do(tmp_path):
    async with a_home(tmp_path / "home") as home, at_the_door(home.forge) as visitor:
        await home.land(readme=b"# A book\n")
        await home.land(more=b"more\n")
        for position in (1, 2):
            await a_copy(home, PrivateKey.generate(), position)
        text = await page(visitor, "/peers")
        assert "2 copies" in text
        assert "Who holds what" not in text
        assert "holder-" not in text
        await signed_in(home.forge, visitor)
        text = await page(visitor, "/peers")
        assert "Who holds what" in text
        assert text.count('class="reach-name"') == 2
        row = text[text.index('<th scope="row">') : text.index("</tbody>")]
        assert re.findall(r'data-label="(holder-\d)"', row) == ["holder-1", "holder-2"]
        assert row.index("1 behind") < row.index("not verified yet") < row.index("0 of 2 verified")


async def test_an_admin_sees_that_peers_do_not_reach_the_node(forge, visitor):
    keeper = await the_keeper(forge)
    forge.reach.fault = "/ip4/127.0.0.1/tcp/4001 cannot be listened on: taken <here>."
    assert "cannot be listened on" not in await page(visitor, "/peers")
    await visitor.post(f"/sign-in/{await signin.make_link(forge, keeper)}", allow_redirects=False)
    text = await page(visitor, "/peers")
    assert "Peers do not reach this node: /ip4/127.0.0.1/tcp/4001 cannot be listened on" in text
    assert "taken &lt;here&gt;" in text


async def test_a_peer_of_which_only_the_key_is_known_is_shown_by_it(forge, visitor):
    keeper = await the_keeper(forge)
    did = PrivateKey.generate().did
    await peering.met(forge, Met(did=did), MET)
    await visitor.post(f"/sign-in/{await signin.make_link(forge, keeper)}", allow_redirects=False)
    assert did in await page(visitor, "/peers")


async def test_what_peers_call_themselves_is_text(forge, visitor, tmp_path):
    hostile = "<img src=x onerror=alert(1)>\"'{{7*7}}"
    keeper = await the_keeper(forge)
    peer = await peering.met(forge, Met(url="https://moss.example", name=hostile), "operator")
    await peering.scored(forge, peer, 40, hostile)
    async with a_home(tmp_path / "home") as home:
        await home.land(readme=b"# A book\n")
        seed = await pulled(forge, await seeded(forge, home.address, reason=hostile))
    await replication.failed(forge, seed, "peer.refused", hostile)
    await visitor.post(f"/sign-in/{await signin.make_link(forge, keeper)}", allow_redirects=False)
    for where in ("/peers", f"/{seed.name}"):
        text = await page(visitor, where)
        assert "<img src=x" not in text
    assert "&lt;img src=x onerror=alert(1)&gt;&#34;&#39;{{7*7}}" in await page(visitor, "/peers")


async def test_an_admin_sees_who_is_followed_and_what_is_not_believed(forge, visitor):
    keeper = await the_keeper(forge)
    hostile = "@node@<img src=x>"
    key, other = PrivateKey.generate().did, PrivateKey.generate().did
    known = await federation.follow(forge, "@node@moss.example")
    where = "https://moss.example/ap/actor"
    told = Described(where, key, "moss", "https://moss.example", ())
    await federation.learned(forge, known, told)
    await federation.failed(forge, known, OtherKey(known.address, key, other))
    await federation.follow(forge, hostile)
    assert "moss.example" not in await page(visitor, "/peers")
    await visitor.post(f"/sign-in/{await signin.make_link(forge, keeper)}", allow_redirects=False)
    text = await page(visitor, "/peers")
    assert "<span>followed</span>" in text
    assert "@node@moss.example" in text
    assert "another key" in text
    assert other in text
    assert "not read yet" in text
    assert "&lt;img src=x&gt;" in text
    assert "<img src=x" not in text


async def test_a_seed_that_is_no_project_yet_is_nobodys_business(forge, visitor):
    await seeded(forge, "https://moss.example/hazel/spore")
    assert "hazel/spore" not in await page(visitor, "/peers")


async def test_metrics_count_peers_and_seeds(forge, visitor):
    await peering.met(forge, Met(url="https://moss.example"), "operator")
    await seeded(forge, "https://moss.example/hazel/spore")
    text = await page(visitor, "/metrics")
    assert "micelio_peers 1.0" in text
    assert "micelio_seeds 1.0" in text
    assert "micelio_seeds_verified 0.0" in text


async def test_what_this_node_has_forgotten_is_told(forge, visitor):
    ada = await an_account(forge, "ada")
    book, diary = [
        await a_project(forge, ada, handle, visibility=visibility)
        for handle, visibility in (("book", "public"), ("diary", "private"))
    ]
    assert "Behind" not in await page(visitor, "/peers")
    for one in (book, diary):
        assert await recovering.noticed(forge, one.id, 7)
    text = await page(visitor, "/peers")
    assert "ada/book" in text
    assert "others hold @7" in text
    assert "diary" not in text
