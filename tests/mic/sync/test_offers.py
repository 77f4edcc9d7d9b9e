"""A landing that only its signature vouches for: what a stranger can make of one."""

import gzip
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from keys.ed25519 import PrivateKey
from mic.sync.offers import STRANGERS
from node.landings import adopting, succeeding
from node.projects import identity
from store.digest import digest_of
from store.records import Codec, Kind, Record, encode
from tests.support.followers import documents_of
from tests.support.forges import a_forge, an_account
from tests.support.mirrors import a_home, pulled, seeded
from tests.support.wire import a_door, a_token, blob, session_id

JUNK = b"nobody asked for this\n" * 100


@pytest.fixture
async def home(tmp_path):
    async with a_home(tmp_path / "home") as made:
        await made.land(readme=b"# A book\n")
        yield made


@asynccontextmanager
async def a_mirror(home, directory):
    """A node that holds the project: its forge, and its door for strangers."""
    async with a_forge(directory) as forge, a_door(forge) as door:
        seed = await pulled(forge, await seeded(forge, home.address))
        assert seed.state == "verified", seed.error
        yield forge, door


def repeated(home):
    """The first landing once more, made of what everybody may read, and something added."""
    return home.hand.landing(session_id(1), {"readme": b"# A book\n"}).body() + encode(blob(JUNK))


def fresh(home, number=2):
    return home.hand.landing(session_id(number), {"new": b"new\n"}, base=1)


async def has(forge, raw):
    return await forge.db.read(lambda tx: forge.objects.has(tx, digest_of(raw)))


async def test_a_signed_landing_needs_nobody_else(home):
    stranger = home.door.as_(None)
    answer = await stranger.post(f"/projects/{home.project.address}/offers", fresh(home).body())
    assert (answer.status, answer.json["position"]) == (201, 2)


async def test_what_landed_is_told_again_and_brings_the_home_nothing(home):
    stranger = home.door.as_(None)
    answer = await stranger.post(f"/projects/{home.project.address}/offers", repeated(home))
    assert (answer.status, answer.json["position"]) == (201, 1)
    assert not await has(home.forge, JUNK)


async def test_a_signature_for_something_else_brings_the_home_nothing(home):
    other = fresh(home).with_(statement=fresh(home, 3).request.statement)
    answer = await home.door.as_(None).post(
        f"/projects/{home.project.address}/offers", other.body() + encode(blob(JUNK))
    )
    assert answer.code == "landing.statement-mismatch"
    assert not await has(home.forge, JUNK)


async def test_what_landed_is_told_again_and_brings_a_mirror_nothing(home, tmp_path):
    async with a_mirror(home, tmp_path / "mirror") as (forge, door):
        where = f"/projects/{home.project.address}"
        found = (await door.get(f"/by-id/{home.project.id}")).json
        where = f"/projects/{found['account']}/{found['handle']}"
        answer = await door.post(f"{where}/landings", repeated(home))
        assert (answer.status, answer.json["state"], answer.json["position"]) == (202, "landed", 1)
        assert not await has(forge, JUNK)
        assert (await door.get(f"{where}/offers/{session_id(1)}")).code == "offer.missing"


async def test_an_offer_that_waits_is_told_again_and_brings_nothing(home, tmp_path):
    async with a_mirror(home, tmp_path / "mirror") as (forge, door):
        found = (await door.get(f"/by-id/{home.project.id}")).json
        where = f"/projects/{found['account']}/{found['handle']}/landings"
        assert (await door.post(where, fresh(home).body())).json["state"] == "queued"
        again = await door.post(where, fresh(home).body() + encode(blob(JUNK)))
        assert (again.status, again.json["state"]) == (202, "queued")
        assert not await has(forge, JUNK)


async def test_a_mirror_keeps_nothing_of_an_author_that_the_project_does_not_know(home, tmp_path):
    stranger = replace(home.hand, key=PrivateKey.generate())
    body = stranger.landing(session_id(2), {"new": JUNK}, base=1).body()
    async with a_mirror(home, tmp_path / "mirror") as (forge, door):
        found = (await door.get(f"/by-id/{home.project.id}")).json
        where = f"/projects/{found['account']}/{found['handle']}"
        zoe = door.as_(await a_token(forge, await an_account(forge, "zoe")))
        for one in (door, zoe):  # an account signs with a key of its own, or it is nobody's either
            answer = await one.post(f"{where}/landings", body)
            assert (answer.status, answer.code) == (403, "offer.not-known")
            assert (await one.get(f"{where}/offers/{session_id(2)}")).code == "offer.missing"
        assert not await has(forge, JUNK)
    refused = await home.door.as_(None).post(f"/projects/{home.project.address}/offers", body)
    assert (refused.status, refused.code) == (403, "offer.not-known")


async def test_a_mirror_keeps_what_an_account_of_its_own_signs(home, tmp_path):
    async with a_mirror(home, tmp_path / "mirror") as (forge, door):
        found = (await door.get(f"/by-id/{home.project.id}")).json
        zoe = await an_account(forge, "zoe")
        hers = replace(home.hand, key=forge.keys.person(zoe.did))
        body = hers.landing(session_id(2), {"new": JUNK}, base=1).body()
        where = f"/projects/{found['account']}/{found['handle']}/landings"
        answer = await door.as_(await a_token(forge, zoe)).post(where, body)
        assert (answer.status, answer.json["state"]) == (202, "queued")
        assert (await door.post(where, body)).code == "offer.not-known"


async def test_an_old_home_that_is_further_takes_no_landing_and_says_where_the_project_is(
    home, tmp_path
):
    async with a_forge(tmp_path / "heir") as heir, a_door(heir):
        await pulled(heir, await seeded(heir, home.address))
        key, zoe = home.forge.keys.person(home.ada.did), await an_account(heir, "zoe")
        made = await adopting.adopt(heir, home.project.id, key, zoe)
        await home.land(late=b"late\n")
        documents = await documents_of(heir, made)
        await succeeding.learned(home.forge, made.id, documents, lambda *_: None)
        found = (await home.door.get(f"/by-id/{made.id}")).json
        assert (found["error"]["code"], found["error"]["details"]["home"]) == (
            "project.moved",
            heir.node.did,
        )
        body = home.hand.landing(session_id(3), {"more": JUNK}, base=2).body()
        where = await home.forge.db.read(lambda tx: identity.of_id(tx, made.id))
        for verb, code in (("landings", "project.moved"), ("offers", "project.elsewhere")):
            answer = await home.door.post(f"/projects/{where.address}/{verb}", body)
            assert answer.code == code
        assert not await has(home.forge, JUNK)


async def test_a_compressed_body_leaves_no_more_than_a_plain_one(home, tmp_path):
    async with a_mirror(home, tmp_path / "mirror") as (forge, door):
        found = (await door.get(f"/by-id/{home.project.id}")).json
        where = f"/projects/{found['account']}/{found['handle']}/landings"
        empty = [bytes([n]) * (2 << 20) for n in range(STRANGERS // (2 << 20) + 1)]
        plain = [Record(Kind.BLOB, Codec.RAW, len(raw), digest_of(raw), raw) for raw in empty]
        body = gzip.compress(fresh(home).body() + b"".join(map(encode, plain)))
        assert len(body) < STRANGERS
        answer = await door.post(where, body, headers={"Content-Encoding": "gzip"})
        assert answer.code == "offer.too-large"
        assert not await has(forge, empty[-1])
