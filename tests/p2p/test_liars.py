"""Whatever a holder sends instead of the truth is refused by name, held against it, and not kept."""

import asyncio
import struct

import pytest
import zstandard
from aiohttp import ClientTimeout

from node.replication import peering
from node.replication import verbs as replication
from node.replication.model import MET, Met
from p2p import client, fetch, seeding
from p2p import contents as taking
from p2p.faults import Misbehaved, NoAnswer
from p2p.scores import Offence
from p2p.sources import Told
from store import changes, contents
from store.digest import digest_of
from store.records import HEADER, MAX_OBJECT, Codec, Decoder, Kind, Record, encode, make
from tests.support.forges import a_forge
from tests.support.hostile_holder import a_liar
from tests.support.mirrors import a_home, pulled, seeded

_LAYOUT = struct.Struct("<4sBBHII32s")


@pytest.fixture
async def home(tmp_path):
    async with a_home(tmp_path / "home") as made:
        await made.land(readme=b"# A book\n" * 50, one=b"one\n" * 100)
        await made.land(one=b"one\n" * 99 + b"1\n")
        yield made


@pytest.fixture
async def holder(tmp_path):
    async with a_forge(tmp_path / "holder") as forge:
        yield forge


def records(data: bytes) -> list[Record]:
    return list(Decoder().feed(data))


def altered(data: bytes) -> bytes:
    first, *rest = records(data)
    lie = Record(first.kind, Codec.RAW, 5, first.digest, b"lies!")
    return b"".join(map(encode, [lie, *rest]))


def truncated(data: bytes) -> bytes:
    return data[: HEADER + 3]


def too_few(data: bytes) -> bytes:
    return b"".join(map(encode, records(data)[:-1]))


def bomb(data: bytes) -> bytes:
    first, *rest = records(data)
    frame = zstandard.ZstdCompressor().compress(bytes(64 << 20))
    lie = Record(first.kind, Codec.ZSTD, MAX_OBJECT, first.digest, frame)
    return b"".join(map(encode, [lie, *rest]))


def ten_gibibytes(data: bytes) -> bytes:
    first = records(data)[0]
    lie = _LAYOUT.pack(b"MICO", 1, 0, 0, (1 << 32) - 1, (1 << 32) - 1, first.digest)
    return lie + bytes(1000)


def unasked(data: bytes) -> bytes:
    return encode(make(Kind.BLOB, b"something else entirely")) + data


def noise(data: bytes) -> bytes:
    return b"<html>" + data


LIES = [
    (altered, "altered-blob"),
    (truncated, "truncated"),
    (too_few, "truncated"),
    (bomb, "bomb"),
    (ten_gibibytes, "oversize"),
    (unasked, "malformed"),
    (noise, "oversize"),
]


@pytest.mark.parametrize(("lie", "reason"), LIES)
async def test_a_lie_among_contents_is_named_and_costs(home, holder, lie, reason):
    async with a_liar(home, "/objects/fetch", lie) as address:
        seed = await pulled(holder, await seeded(holder, address))
    assert (seed.state, seed.position) == ("failed", 0)
    (liar,) = await peering.peers(holder)
    assert liar.reason == reason
    assert liar.score > 0


def another_author(data: bytes) -> bytes:
    """The second position's contribution for the first one's."""
    found = records(data)
    return b"".join(map(encode, [found[0], found[5], *found[2:]]))


def replayed(data: bytes) -> bytes:
    found = records(data)
    return b"".join(map(encode, [*found[:4], *found[:4]]))


def without_the_first(data: bytes) -> bytes:
    return b"".join(map(encode, records(data)[4:]))


@pytest.mark.parametrize("lie", [altered, truncated, another_author, without_the_first, bomb])
async def test_a_lie_in_the_log_is_not_accepted(home, holder, lie):
    async with a_liar(home, "/records", lie) as address:
        seed = await pulled(holder, await seeded(holder, address))
    assert (seed.state, seed.position) == ("failed", 0)
    (liar,) = await peering.peers(holder)
    assert liar.score > 0


async def test_who_sends_again_what_is_there_keeps_no_pull_going(home, holder):
    said = []

    def once_more(data: bytes) -> bytes:
        said.append(data)
        return said[0] if len(said) < 9 else data

    async with a_liar(home, "/records", once_more) as address:
        seed = await pulled(holder, await seeded(holder, address))
        await home.land(two=b"2\n")
        seed = await pulled(holder, seed)
    assert (len(said), seed.state, seed.position) == (2, "failed", 2)
    (liar,) = await peering.peers(holder)
    assert liar.reason == "replay"


async def test_what_one_holder_lies_about_another_one_tells(home, holder):
    async with a_liar(home, "/objects/fetch", altered) as address:
        seed = await seeded(holder, address)
        honest = await peering.met(holder, Met(url=home.door.url), "operator")
        await replication.held_by(holder, home.project.id, honest, 2)
        seed = await replication.identified(holder, seed, home.project.id)
        seed = await pulled(holder, seed)
    assert (seed.state, seed.error, seed.position) == ("verified", None, 2)
    liar = next(one for one in await peering.peers(holder) if one.key != honest.key)
    assert (liar.source, liar.reason) == (MET, "altered-blob")


async def test_documents_of_another_project_are_a_graft(home, holder, tmp_path):
    async with a_home(tmp_path / "other") as other:
        await other.land(readme=b"Other\n")
        answer = await other.door.get(f"/projects/{other.project.address}/document")
        seed = await pulled(holder, await seeded(holder, home.address))
        await home.land(two=b"2\n")
        async with a_liar(home, "/document", lambda _: answer.body) as address:
            liar = await seeded(holder, address)
            after = await pulled(holder, liar)
    assert seed.state == "verified"
    assert after.state == "failed"
    assert digest_of(answer.body)


async def test_contents_that_were_good_before_a_stream_broke_are_not_asked_for_again(home, holder):
    asked = []

    def broken(data: bytes) -> bytes:
        asked.append(len(records(data)))
        return data if len(asked) > 1 else data[:-4]

    async with a_liar(home, "/objects/fetch", broken) as address:
        seed = await pulled(holder, await seeded(holder, address))
        seed = await pulled(holder, seed)
    assert seed.state == "verified"
    assert asked == [3, 1]


NOT_UNDERSTOOD = {
    "no text": b'{"position":1,"name":"\xff"}',
    "deep": b"[" * 100_000,
    "a position beyond all numbers": b'{"position":%d,"tree":"","id":null}' % (1 << 64),
    "a position before the first": b'{"position":-1,"tree":"","id":null}',
    "nothing": b"",
    "a number without end": b'{"position":%s,"name":%s}' % (b"9" * 5000, b"9" * 5000),
    "times beyond all clocks": b'{"id":"%s","account":"a","handle":"b","name":"c",'
    b'"description":"","visibility":"public","page":"","document":"' + b"0" * 64 + b'",'
    b'"created_at":' + b"9" * 30 + b',"updated_at":' + b"9" * 5000 + b"}",
}


@pytest.mark.parametrize("name", NOT_UNDERSTOOD)
@pytest.mark.parametrize("path", ["/node", "/head", "/document", "/book", "{id}"])
async def test_who_says_what_cannot_be_understood_spoils_it_for_nobody_else(
    home, holder, name, path
):
    said = NOT_UNDERSTOOD[name].replace(b"%s", home.project.id.encode())
    async with a_liar(home, path.format(id=home.project.id), lambda _: said) as address:
        seed = await seeded(holder, address)
        honest = await peering.met(holder, Met(url=home.door.url), "operator")
        await replication.held_by(holder, home.project.id, honest, 2)
        seed = await replication.identified(holder, seed, home.project.id)
        seed = await pulled(holder, seed)
    assert (seed.state, seed.error, seed.position) == ("verified", None, 2)


def in_crumbs(data: bytes) -> bytes:
    """The first position with thousands of objects of two bytes each."""
    found = records(data)[:4]
    crumbs = (make(Kind.DOCUMENT, number.to_bytes(2)) for number in range(5000))
    return b"".join(map(encode, [*found[:3], *crumbs, found[3]]))


async def test_a_position_has_no_more_objects_than_it_can_have(home, holder):
    async with a_liar(home, "/records", in_crumbs) as address:
        seed = await pulled(holder, await seeded(holder, address))
    assert seed.state == "failed"
    (liar,) = await peering.peers(holder)
    assert liar.reason == "oversize"


def listing(*listed: bytes):
    """Return how the first position has these objects for its change list."""

    def lie(data: bytes) -> bytes:
        found = records(data)
        pieces = (make(Kind.BLOB, one) for one in listed)
        return b"".join(map(encode, [*found[:2], *pieces, *found[3:]]))

    return lie


CHUNK = bytes(1 << 20)
BEGUN = b"\x92\x01\xdd" + (changes.MOST + 1).to_bytes(4, "big")
PIECES = (BEGUN[:1], BEGUN[1:4], BEGUN[4:] + CHUNK)
TOO_LARGE = {
    "paths": listing(BEGUN),
    "paths that are said in pieces": listing(
        contents.encode([(len(one), digest_of(one)) for one in (*PIECES, *[CHUNK] * 4)]),
        *PIECES,
        CHUNK,
    ),
    "bytes of one chunk that a manifest repeats": listing(
        contents.encode([(len(CHUNK), digest_of(CHUNK))] * 50_000), CHUNK
    ),
}


@pytest.mark.parametrize("name", TOO_LARGE)
async def test_a_position_changes_no_more_than_a_landing_can(home, holder, name):
    async with a_liar(home, "/records", TOO_LARGE[name]) as address:
        seed = await pulled(holder, await seeded(holder, address))
    assert (seed.state, seed.position) == ("failed", 0)
    assert "changes more than any landing can" in seed.error
    (liar,) = await peering.peers(holder)
    assert liar.reason == "oversize"


def without_end(said: bytes) -> bytes:
    return said + b" " * (9 << 20)


async def test_a_small_answer_is_small(home, holder):
    async with a_liar(home, "/head", without_end) as address:
        seed = await pulled(holder, await seeded(holder, address))
    assert (seed.state, seed.code) == ("failed", "peer.no-answer")
    assert "an answer without end" in seed.error


UNLIMITED = ClientTimeout(total=None)
"""What a holder gets round that sends a byte now and then."""


@pytest.mark.parametrize("path", ["/records", "/document", "/objects/fetch"])
async def test_who_sends_slowly_holds_up_nobody_who_has_another_holder(
    home, holder, monkeypatch, path
):
    monkeypatch.setattr(fetch, "PORTION_SECONDS", 0.3)
    monkeypatch.setattr(fetch, "DOCUMENTS_SECONDS", 0.3)
    monkeypatch.setattr(taking, "PORTION_SECONDS", 0.3)
    monkeypatch.setattr(client, "TIMEOUT", UNLIMITED)
    end = asyncio.Event()

    async def slowly(said: bytes) -> bytes:
        await end.wait()
        return said

    async with a_liar(home, path, slowly) as address:
        seed = await seeded(holder, address)
        honest = await peering.met(holder, Met(url=home.door.url), "operator")
        await replication.held_by(holder, home.project.id, honest, 2)
        seed = await replication.identified(holder, seed, home.project.id)
        async with asyncio.timeout(10):
            seed = await pulled(holder, seed)
        end.set()
    assert (seed.state, seed.error, seed.position) == ("verified", None, 2)


async def test_a_head_that_comes_byte_by_byte_is_not_waited_for(holder, monkeypatch):
    monkeypatch.setattr(client, "PATIENCE", 0.1)
    monkeypatch.setattr(client, "TIMEOUT", UNLIMITED)
    object.__setattr__(holder, "reach_private", True)
    asked = asyncio.Event()

    async def drip(_reader, writer):
        writer.write(b"HTTP/1.1 200 OK\r\nX-A: b")
        await asked.wait()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        async with client.asking(holder, None, client.Way(f"http://{host}:{port}")) as one:
            with pytest.raises(NoAnswer):
                async with asyncio.timeout(10):
                    await one.get("/node", Told)
        asked.set()


async def test_who_sends_next_to_nothing_is_named_and_let_go(holder, monkeypatch):
    object.__setattr__(holder, "reach_private", True)

    async def crumbs(_reader, writer):
        monkeypatch.setattr(client, "PATIENCE", -1.0)  # It is over with the first byte.
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(crumbs, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        async with client.asking(holder, None, client.Way(f"http://{host}:{port}")) as one:
            with pytest.raises(Misbehaved) as fault:
                await one.get("/node", Told)
    assert fault.value.offence is Offence.STALL


def test_pulls_that_take_long_hold_up_no_others():
    assert seeding.has_room([0.0] * 3, 1.0)
    assert not seeding.has_room([0.0] * 4, 1.0)
    assert seeding.has_room([0.0] * 4, 601.0)
    assert not seeding.has_room([0.0] * 16, 601.0)
