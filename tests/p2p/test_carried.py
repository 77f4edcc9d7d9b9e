"""A bundle brings a project to a node as a holder would, and is believed as little."""

from dataclasses import replace

import msgspec
import pytest

from mic.wire.messages import Documents
from node.replication import rules
from node.replication import verbs as replication
from node.replication.model import OwnProject, Place, Wish
from p2p import carried
from store.bundles import Bundle
from store.records import Decoder, Kind, make
from tests.support import mirrors
from tests.support.bundling import a_bundle, rewritten
from tests.support.forges import a_forge
from tests.support.mirrors import a_home, head_of, pulled


@pytest.fixture
async def home(tmp_path):
    async with a_home(tmp_path / "home") as made:
        await made.land(readme=b"# A book\n", src__one=b"one\n" * 100)
        await made.land(src__two=b"two\n", src__one=b"one\n" * 99 + b"1\n")
        yield made


@pytest.fixture
async def holder(tmp_path):
    async with a_forge(tmp_path / "holder") as forge:
        yield forge


async def bundled(home, path, first=1, contents=None):
    """What `mic bundle` writes of the home's project, from its answers."""
    at = f"/projects/{home.project.address}"
    documents = (await home.door.get(f"{at}/document")).body
    log = list(Decoder().feed((await home.door.get(f"{at}/records?from={first}")).body))
    known = [data for data in home.files.values() if data is not None]
    known += [b"one\n" * 100]
    head = (await home.door.get(f"{at}/head")).json
    return a_bundle(
        path,
        msgspec.json.decode(documents, type=Documents).documents,
        log,
        [make(Kind.BLOB, one) for one in (known if contents is None else contents)],
        project=home.project.id,
        first=first,
        last=head["position"],
        record=bytes.fromhex(head["id"]),
    )


async def seeded(forge, path, **wish):
    """The seed of a bundle, after it was looked at once."""
    with Bundle.open(path) as bundle:
        place = Place(f"{rules.FILE}{path}", id=bundle.index.project)
    seed = await replication.add(forge, Wish(place, reason="a test", **wish))
    assert await carried.pull(forge, seed)
    return await replication.get(forge, seed.key)


async def test_a_bundle_becomes_a_mirror(home, holder, tmp_path):
    seed = await seeded(holder, await bundled(home, tmp_path / "b.bundle"))
    assert (seed.state, seed.error, seed.position) == ("verified", None, 2)
    there, here = await head_of(home.forge, home.project.key), await head_of(holder, seed.project)
    assert (here.id, here.tree) == (there.id, there.tree)


async def test_what_is_new_comes_with_the_next_file(home, holder, tmp_path):
    await seeded(holder, await bundled(home, tmp_path / "b.bundle"))
    await home.land(src__three=b"three\n")
    more = await bundled(home, tmp_path / "more.bundle", first=3, contents=[b"three\n"])
    seed = await seeded(holder, more)
    assert (seed.state, seed.error, seed.position) == ("verified", None, 3)
    assert seed.address == f"{rules.FILE}{more}"


async def test_a_file_that_begins_later_is_refused_by_name(home, holder, tmp_path):
    await home.land(src__three=b"three\n")
    more = await bundled(home, tmp_path / "more.bundle", first=3, contents=[b"three\n"])
    seed = await seeded(holder, more)
    assert (seed.state, seed.code, seed.position) == ("failed", "seed.begins-later", 0)


async def test_a_file_that_is_gone_says_nothing_against_what_it_brought(home, holder, tmp_path):
    path = await bundled(home, tmp_path / "b.bundle")
    seed = await seeded(holder, path)
    path.unlink()
    assert await carried.pull(holder, seed)
    seed = await replication.get(holder, seed.key)
    assert (seed.state, seed.position) == ("verified", 2)


async def test_a_file_that_has_given_all_keeps_nobody_from_following_the_home(
    home, holder, tmp_path
):
    followed = await pulled(holder, await mirrors.seeded(holder, home.address))
    path = await bundled(home, tmp_path / "book.bundle")
    with Bundle.open(path) as bundle:
        place = Place(f"{rules.FILE}{path}", id=bundle.index.project)
    seed = await replication.add(holder, Wish(place, reason="a test"))
    assert seed.key == followed.key
    await home.land(three=b"3\n")
    assert not await carried.pull(holder, seed)
    assert (await pulled(replace(holder, reach_private=True), seed)).position == 3


async def test_an_older_file_takes_nothing_back(home, holder, tmp_path):
    old = await bundled(home, tmp_path / "old.bundle")
    await home.land(src__three=b"three\n")
    await seeded(holder, await bundled(home, tmp_path / "new.bundle"))
    seed = await seeded(holder, old)
    assert (seed.state, seed.position) == ("verified", 3)


async def test_contents_that_lack_leave_the_log_as_it_was(home, holder, tmp_path):
    path = await bundled(home, tmp_path / "b.bundle", contents=[b"# A book\n"])
    seed = await seeded(holder, path)
    assert (seed.state, seed.code, seed.position) == ("failed", "peer.truncated", 0)


async def test_what_nobody_names_is_not_taken_in(home, holder, tmp_path):
    def added(parts):
        parts["contents"].append(make(Kind.BLOB, b"smuggled"))

    path = rewritten(await bundled(home, tmp_path / "b"), tmp_path / "more", change=added)
    seed = await seeded(holder, path)
    assert seed.state == "verified"
    digest = make(Kind.BLOB, b"smuggled").digest
    assert not await holder.db.read(lambda tx: holder.objects.has(tx, digest))


def cut(parts):
    parts["log"].pop()


def reordered(parts):
    half = len(parts["log"]) // 2
    parts["log"] = parts["log"][half:] + parts["log"][:half]


def nonsense(parts):
    parts["documents"] = [b"nonsense"]


@pytest.mark.parametrize("change", [cut, reordered, nonsense])
async def test_what_does_not_hold_is_refused(home, holder, tmp_path, change):
    path = rewritten(await bundled(home, tmp_path / "b"), tmp_path / "bad", change=change)
    seed = await seeded(holder, path)
    assert (seed.state, seed.position) == ("failed", 0)
    assert seed.code not in {None, "node.broken"}


async def test_a_graft_is_refused_by_name(home, holder, tmp_path):
    async with a_home(tmp_path / "other") as other:
        await other.land(a=b"a\n")
        project = other.project.id
    path = rewritten(await bundled(home, tmp_path / "b"), tmp_path / "bad", project=project)
    seed = await seeded(holder, path)
    assert (seed.state, seed.position) == ("failed", 0)
    assert "graft" in seed.code


async def test_a_private_project_is_held_only_where_its_policy_says(holder, tmp_path):
    async with a_home(tmp_path / "home", visibility="private") as home:
        await home.land(readme=b"one\n" * 100)
        seed = await seeded(holder, await bundled(home, tmp_path / "b"))
    assert (seed.state, seed.position, seed.project) == ("withdrawn", 0, None)


async def test_the_home_does_not_mirror_its_own_project(home, tmp_path):
    path = await bundled(home, tmp_path / "b")
    with pytest.raises(OwnProject):
        await seeded(home.forge, path)


async def test_a_quota_holds_for_a_file_too(home, holder, tmp_path):
    seed = await seeded(holder, await bundled(home, tmp_path / "b"), quota=10)
    assert (seed.state, seed.code) == ("full", "seed.quota")


async def test_no_bundle_is_said_so(home, holder, tmp_path):
    path = await bundled(home, tmp_path / "b")
    seed = await replication.add(holder, Wish(Place(f"{rules.FILE}{path}", id=home.project.id)))
    path.write_bytes(path.read_bytes()[:-1])
    assert await carried.pull(holder, seed)
    seed = await replication.get(holder, seed.key)
    assert (seed.state, seed.code) == ("failed", "seed.bad-bundle")
