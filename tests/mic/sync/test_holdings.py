"""Who may name which object: only what was sent to a project can be landed on it, and read there.

Bob has an account and knows id and length of everything in Ada's private diary. He must get as far
with them as with ids of objects that nobody has, to the letter of every answer.
"""

import io
import random
import re
from dataclasses import dataclass

import pytest

from mic.wire.messages import Descriptor
from node.landings import verbs as landings
from node.projects.model import Project
from store import changes as change_lists
from store import contents
from store.changes import Change
from store.digest import digest_of
from store.records import Kind, encode, make
from store.tree import Entry, Mode
from tests.support.forges import a_project
from tests.support.wire import Hand, Parts, blob, entry, session_id
from tests.support.worlds import SECRET

(SECRET_BYTES,) = SECRET.values()
NEVER_SENT = b"never sent!!\n"
assert len(NEVER_SENT) == len(SECRET_BYTES)


@dataclass(frozen=True)
class Thief:
    """Bob, with a project of his own."""

    world: object
    project: Project
    hand: Hand

    @property
    def path(self):
        return f"/projects/{self.project.address}"

    @property
    def door(self):
        return self.world.stranger

    async def land(self, parts: Parts):
        return await self.door.post(f"{self.path}/landings", parts.body())

    async def missing(self, *ids):
        answer = await self.door.post(f"{self.path}/objects/missing", b"".join(ids))
        assert answer.status == 200
        return answer.body

    async def send(self, *records):
        answer = await self.door.post(f"{self.path}/objects", b"".join(map(encode, records)))
        assert answer.status == 200, answer.body
        return answer.json

    def naming(self, one: Entry, number: int = 40) -> Parts:
        """A landing of one file, of which no byte comes along."""
        return self.hand.landing(session_id(number), {}, changes=[Change("mine.txt", None, one)])


@pytest.fixture
async def thief(world):
    project = await a_project(world.forge, world.bob, "swag")
    return Thief(world, project, Hand(project, world.forge.keys.person(world.bob.did)))


def blurred(answer):
    """An answer without the ids in it: all that may differ."""
    return answer.status, re.sub(rb"[0-9a-f]{64}", b"ID", answer.body)


async def test_private_content_that_is_named_is_as_missing_as_what_nobody_has(thief):
    known, unknown = entry(SECRET_BYTES), entry(NEVER_SENT)
    answers = [await thief.land(thief.naming(one)) for one in (known, unknown)]
    assert answers[0].code == "landing.objects-missing"
    assert answers[0].json["error"]["details"]["objects"] == [known.id.hex()]
    assert blurred(answers[0]) == blurred(answers[1])
    answer = await thief.door.get(f"{thief.path}/files/mine.txt")
    assert (answer.status, answer.code) == (404, "path.missing")


async def test_a_wrong_length_is_told_to_holders_only(thief):
    for data in (SECRET_BYTES, NEVER_SENT):
        answer = await thief.land(thief.naming(Entry(Mode.FILE, digest_of(data), 99)))
        assert (answer.status, answer.code) == (404, "landing.objects-missing")


async def test_what_is_missing_is_what_was_never_sent_to_this_project(world, thief):
    ids = [digest_of(data) for data in (SECRET_BYTES, NEVER_SENT, b"one\n")]
    assert await thief.missing(*ids) == b"".join(ids)
    answer = await world.owner.post(f"{world.private_path}/objects/missing", b"".join(ids))
    assert answer.body == b"".join(ids[1:])


async def test_the_projects_of_one_account_stand_apart_too(world):
    answer = await world.owner.post(f"{world.path}/objects/missing", digest_of(SECRET_BYTES))
    assert answer.body == digest_of(SECRET_BYTES)


async def test_whoever_has_the_bytes_may_send_and_land_them(world, thief):
    secret = blob(SECRET_BYTES)
    before = (await world.forge.objects.stats()).objects
    assert await thief.send(secret) == await thief.send(blob(NEVER_SENT)) == {"stored": 1}
    after = (await world.forge.objects.stats()).objects
    assert await thief.missing(secret.digest, digest_of(NEVER_SENT)) == b""
    assert (await thief.land(thief.naming(entry(SECRET_BYTES)))).status == 201
    answer = await thief.door.get(f"{thief.path}/files/mine.txt")
    assert answer.body == SECRET_BYTES
    # The diary's content, a row of its landing so far, is not stored a second time.
    assert after == before + 1


async def test_what_comes_along_with_a_landing_need_not_come_again(thief):
    first = thief.hand.landing(session_id(41), {"mine.txt": SECRET_BYTES})
    assert (await thief.land(first)).status == 201
    assert await thief.missing(*(record.digest for record in first.records)) == b""


async def test_what_was_sent_and_not_landed_is_not_read_by_anybody(world, thief):
    await thief.send(blob(NEVER_SENT))
    for door in (world.door, world.owner, thief.door):
        answer = await door.post(f"{thief.path}/objects/fetch", digest_of(NEVER_SENT))
        assert (answer.status, answer.code) == (404, "store.absent")


async def test_an_id_opens_nothing_before_and_after_a_theft_was_tried(thief):
    await thief.land(thief.naming(entry(SECRET_BYTES)))
    answers = [
        await thief.door.post(f"{thief.path}/objects/fetch", digest_of(data))
        for data in (SECRET_BYTES, NEVER_SENT)
    ]
    assert answers[0].code == "store.absent"
    assert blurred(answers[0]) == blurred(answers[1])


async def foreign_ids(world):
    """Everything of the diary's landing that has an id, with its length."""
    forge = world.forge
    one = await landings.get(forge, world.ada.party, world.diary, 1)
    ids = [one.id, one.contribution, one.transcript, one.changes.id, one.tree]

    def lengths(tx):
        return [(digest, len(forge.objects.get(tx, digest))) for digest in ids]

    return await forge.db.read(lengths)


async def test_no_tree_list_or_document_of_another_project_passes_for_a_file(world, thief):
    for number, (digest, length) in enumerate(await foreign_ids(world), 42):
        answer = await thief.land(thief.naming(Entry(Mode.FILE, digest, length), number))
        assert (answer.status, answer.code) == (404, "landing.objects-missing")


async def test_the_change_list_of_another_project_cannot_be_landed(world, thief):
    listed = (await landings.get(world.forge, world.ada.party, world.diary, 1)).changes
    described = Descriptor(listed.id.hex(), listed.size)
    unknown = Descriptor(digest_of(b"no list").hex(), listed.size)
    bare = thief.hand.landing(session_id(43), {}, changes=[], signed=False)
    answers = [
        await thief.land(Parts(bare.request, ()).with_(changes=d)) for d in (described, unknown)
    ]
    assert answers[0].code == "landing.objects-missing"
    assert blurred(answers[0]) == blurred(answers[1])


SIZE = 5 << 20


@pytest.fixture
async def large(world):
    """A large file in the diary: its chunks, then its manifest."""
    records = list(contents.records_of(io.BytesIO(random.Random(1).randbytes(SIZE)), SIZE))
    body = b"".join(map(encode, records))
    assert (await world.owner.post(f"{world.private_path}/objects", body)).status == 200
    return records


async def test_a_manifest_or_a_chunk_of_another_project_is_missing(thief, large):
    *chunks, manifest = large
    naming = thief.naming(Entry(Mode.FILE, manifest.digest, SIZE))
    assert (await thief.land(naming)).json["error"]["details"]["objects"] == [manifest.digest.hex()]
    await thief.send(manifest, *chunks[1:])
    answer = await thief.land(naming)
    assert answer.json["error"]["details"]["objects"] == [chunks[0].digest.hex()]
    await thief.send(chunks[0])
    assert (await thief.land(naming)).status == 201


async def test_a_manifest_of_ones_own_over_the_chunks_of_another_is_refused(thief, large):
    mine = blob(random.Random(2).randbytes(1 << 20))
    parts = [(record.raw_length, record.digest) for record in (*large[:-1], mine)]
    size = sum(length for length, _ in parts)
    manifest = make(Kind.MANIFEST, contents.encode(parts))
    await thief.send(mine, manifest)
    answer = await thief.land(thief.naming(Entry(Mode.FILE, manifest.digest, size)))
    assert answer.code == "landing.objects-missing"
    named = answer.json["error"]["details"]["objects"]
    assert set(named) <= {record.digest.hex() for record in large[:-1]}


async def test_a_batch_of_a_session_names_only_what_was_sent(world, thief):
    start = {"id": session_id(44), "goal": "x", "base": 0}
    assert (await thief.door.ask("POST", f"{thief.path}/sessions", json=start)).status == 201
    where = f"{thief.path}/sessions/{session_id(44)}/epochs"
    answers = []
    for data in (SECRET_BYTES, NEVER_SENT):
        listed = change_lists.encode([Change("mine.txt", None, entry(data))])
        epoch = {"epoch": 1, "changes": {"id": digest_of(listed).hex(), "size": len(listed)}}
        absent = await thief.door.ask("POST", where, json=epoch)
        assert (absent.status, absent.code) == (404, "store.absent")
        await thief.send(blob(listed))
        answers.append(await thief.door.ask("POST", where, json=epoch))
    assert answers[0].code == "session.content-missing"
    assert blurred(answers[0]) == blurred(answers[1])
    foreign = (await landings.get(world.forge, world.ada.party, world.diary, 1)).changes
    epoch = {"epoch": 1, "changes": {"id": bytes(foreign.id).hex(), "size": foreign.size}}
    answer = await thief.door.ask("POST", where, json=epoch)
    assert (answer.status, answer.code) == (404, "store.absent")


async def test_what_came_before_a_body_broke_off_need_not_come_again(thief):
    good = blob(NEVER_SENT)
    answer = await thief.door.post(f"{thief.path}/objects", encode(good) * 1000 + b"no record")
    assert answer.status == 400
    assert await thief.missing(good.digest) == b""
