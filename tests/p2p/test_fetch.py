"""A seed becomes what its home has: the same trees, records and bytes, and nothing unproven."""

import random
import threading

import pytest

from node.daemon import fsck
from node.daemon.housekeeping import roots
from node.holdings import reading as holdings
from node.holdings import verbs as held
from node.landings import adopting, reading
from node.projects import identity, mirroring
from node.replication import peering
from node.replication import verbs as replication
from node.replication.model import Met
from p2p import fetch
from p2p.fetch import pull
from store import collect as garbage
from store import contents
from store.digest import digest_of
from store.nodes import Entry, Mode
from tests.support.forges import a_forge, an_account
from tests.support.mirrors import a_home, head_of, pulled, seeded
from tests.support.wire import a_door


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


async def test_a_seed_becomes_what_its_home_has(home, holder):
    seed = await pulled(holder, await seeded(holder, home.address))
    assert (seed.state, seed.error, seed.position) == ("verified", None, 2)
    assert seed.id == home.project.id
    there, here = await head_of(home.forge, home.project.key), await head_of(holder, seed.project)
    assert (here.id, here.tree, here.position) == (there.id, there.tree, there.position)


async def test_what_landed_since_comes_with_the_next_pull(home, holder):
    seed = await pulled(holder, await seeded(holder, home.address))
    await home.land(src__two=None, src__three=b"three\n" * 1000)
    seed = await pulled(holder, seed)
    assert (seed.state, seed.position) == ("verified", 3)


async def test_a_large_file_comes_in_pieces(home, holder):
    big = random.Random(1).randbytes(9 << 20)
    await home.land(big=big)
    seed = await pulled(holder, await seeded(holder, home.address))
    assert (seed.state, seed.error) == ("verified", None)
    assert seed.bytes > 9 << 20


async def test_a_depth_leaves_out_what_only_older_positions_need(home, holder):
    await home.land(src__two=b"two, but later\n")
    seed = await pulled(holder, await seeded(holder, home.address, depth=1))
    assert (seed.state, seed.position, seed.contents_from) == ("verified", 3, 3)
    kept = {name: await is_held(holder, seed, data) for name, data in home.files.items()}
    assert kept == dict.fromkeys(home.files, True)
    assert not await is_held(holder, seed, b"two\n")


async def test_a_depth_that_grows_fetches_what_was_left_out(home, holder):
    await home.land(src__two=b"two, but later\n")
    seed = await pulled(holder, await seeded(holder, home.address, depth=1))
    seed = await pulled(holder, await seeded(holder, home.address))
    assert (seed.state, seed.contents_from, seed.depth) == ("verified", 1, None)
    assert await is_held(holder, seed, b"two\n")


async def test_a_quota_counts_the_log(home, holder):
    same = {f"{'long/' * 30}{number}": b"all of them say this\n" for number in range(400)}
    await home.land_all(same)  # one content, and a list of changes that is long
    seed = await pulled(holder, await seeded(holder, home.address, quota=30_000))
    assert (seed.state, seed.code) == ("full", "seed.quota")
    seed = await pulled(holder, await seeded(holder, home.address, quota=500_000))
    assert (seed.state, seed.position) == ("verified", 3)
    assert seed.bytes > 60_000


async def test_a_quota_stops_a_seed_and_more_of_it_lets_it_go_on(home, holder):
    await home.land(noise=random.Random(2).randbytes(100_000))
    seed = await pulled(holder, await seeded(holder, home.address, quota=50_000))
    assert (seed.state, seed.code) == ("full", "seed.quota")
    seed = await pulled(holder, await seeded(holder, home.address, quota=500_000))
    assert (seed.state, seed.position) == ("verified", 3)


async def test_what_is_read_least_makes_room_and_what_is_pinned_does_not(home, holder, tmp_path):
    async with a_home(tmp_path / "other") as other:
        await other.land(noise=random.Random(3).randbytes(100_000))
        pinned = await pulled(holder, await seeded(holder, other.address, is_pinned=True))
        loose = await pulled(holder, await seeded(holder, home.address))
    gone = await replication.make_room(holder, pinned.bytes)
    assert [one.key for one in gone] == [loose.key]
    after = await replication.get(holder, loose.key)
    assert (after.state, after.bytes, after.position) == ("dropped", 0, 2)
    assert not await is_held(holder, loose, b"two\n")
    await collect_twice(holder)
    assert not await is_stored(holder, b"two\n")
    here = await head_of(holder, loose.project)
    assert here.position == 2
    seed = await pulled(holder, await seeded(holder, home.address))
    assert (seed.state, seed.error, seed.contents_from) == ("verified", None, 1)
    await collect_twice(holder)
    assert await is_stored(holder, b"two\n")


async def test_a_private_project_is_absent_for_who_may_not_hold_it(tmp_path, holder):
    async with a_home(tmp_path / "secret", visibility="private") as secret:
        await secret.land(diary=b"nobody knows\n")
        seed = await pulled(holder, await seeded(holder, secret.address))
    assert (seed.state, seed.project) == ("failed", None)


async def test_a_project_that_was_deleted_at_home_is_not_served_any_more(home, holder):
    seed = await pulled(holder, await seeded(holder, home.address))
    answer = await home.door.ask("DELETE", f"/projects/{home.project.address}")
    assert answer.status == 200
    await replication.head_proven(holder, seed.id, 2)
    seed = await pulled(holder, seed)
    assert (seed.state, seed.code, seed.project) == ("withdrawn", "seed.withdrawn", None)
    assert (seed.told, seed.lag) == (2, 0)


async def test_what_is_unseeded_is_gone_and_can_come_back(home, holder):
    seed = await pulled(holder, await seeded(holder, home.address))
    await replication.remove(holder, seed)
    assert await replication.seeds(holder) == []
    seed = await pulled(holder, await seeded(holder, home.address))
    assert (seed.state, seed.position) == ("verified", 2)


async def is_held(forge, seed, data: bytes) -> bool:
    def read(tx):
        return not holdings.missing(forge, tx, seed.project, [digest_of(data)])

    return await forge.db.read(read)


async def is_stored(forge, data: bytes) -> bool:
    return await forge.db.read(lambda tx: forge.objects.has(tx, digest_of(data)))


async def collect_twice(forge):
    for now in (1_000, 2_000):
        await garbage.collect(
            forge.objects, roots, now, 0, forget=lambda gone: held.forget(forge, gone)
        )


async def test_a_check_of_everything_finds_mirrors_well(home, holder):
    await pulled(holder, await seeded(holder, home.address, depth=1))
    assert await fsck.meaning(holder) == []


async def test_news_that_come_during_a_pull_are_looked_at_after_it(home, holder):
    seed = await seeded(holder, home.address)
    await replication.pulling(holder, seed)
    seed = await pulled(holder, seed)
    assert await replication.due(holder) == []
    await replication.pulling(holder, seed)
    await replication.head_proven(holder, seed.id, 3)
    seed = await pulled(holder, seed)
    assert [one.key for one in await replication.due(holder)] == [seed.key]


async def test_what_was_signed_and_nobody_gives_is_looked_for_soon_and_then_no_more(home, holder):
    seed = await pulled(holder, await seeded(holder, home.address))
    await replication.head_proven(holder, seed.id, 9)
    pauses = []
    lags = []
    for _ in range(4):
        await replication.pulling(holder, seed)
        seed = await pulled(holder, seed)
        pauses.append(seed.due_at - holder.now())
        lags.append(seed.lag)
    assert (seed.state, lags) == ("verified", [7, 7, 0, 0])
    assert pauses[0] < 3_000
    assert 30_000 < pauses[-1] <= 80_000
    await replication.head_proven(holder, seed.id, 9)
    (seed,) = await replication.due(holder)
    assert seed.lag == 7


async def test_who_holds_a_project_proves_nothing_of_how_far_it_is(home, holder):
    seed = await seeded(holder, home.address)
    await replication.pulling(holder, seed)
    seed = await pulled(holder, seed)
    boaster = await peering.met(holder, Met(url="https://boaster.example"), "gossip")
    await replication.held_by(holder, seed.id, boaster, 99)
    assert (await replication.get(holder, seed.key)).lag == 0
    assert await replication.due(holder) == []


async def test_what_a_former_home_has_signed_is_not_waited_for_under_the_new_one(
    home, holder, tmp_path
):
    async with a_forge(tmp_path / "heir") as heir, a_door(heir) as door:
        await pulled(heir, await seeded(heir, home.address))
        key = home.forge.keys.person(home.ada.did)
        await adopting.adopt(heir, home.project.id, key, await an_account(heir, "zoe"))
        seed = await pulled(holder, await seeded(holder, home.address))
        await replication.head_proven(holder, seed.id, 9)
        heir_ = await peering.met(holder, Met(url=door.url), "operator")
        await replication.held_by(holder, seed.id, heir_, 2)
        seed = await pulled(holder, seed)
    assert (seed.position, seed.lag) == (2, 0)
    mirror = await holder.db.read(lambda tx: identity.of_id(tx, seed.id))
    assert mirror.home == heir.node.did


async def test_a_home_is_found_by_the_name_of_its_host(home, holder):
    by_name = home.address.replace("127.0.0.1", "localhost")
    seed = await pulled(holder, await seeded(holder, by_name))
    assert (seed.state, seed.error, seed.position) == ("verified", None, 2)


async def test_a_project_is_named_by_its_id_and_who_has_it(home, holder):
    address = f"{home.project.id}@{home.door.url}"
    seed = await pulled(holder, await seeded(holder, address))
    assert (seed.state, seed.error, seed.position) == ("verified", None, 2)
    assert (seed.address, seed.id) == (address, home.project.id)


async def test_a_project_that_is_seeded_from_a_second_address_is_one_seed_and_has_two_holders(
    home, holder
):
    first = await pulled(holder, await seeded(holder, home.address))
    elsewhere = home.address.replace("127.0.0.1", "localhost")
    await pull(holder, None, await seeded(holder, elsewhere, depth=1, is_pinned=True))
    (one,) = await replication.seeds(holder)
    assert (one.key, one.address, one.state) == (first.key, home.address, "verified")
    assert (one.depth, one.is_pinned) == (1, True)
    assert len(await replication.holders(holder, home.project.id)) == 2
    assert [one.score for one in await peering.peers(holder)] == [0, 0]


async def test_who_has_not_got_a_project_is_said_in_words_that_can_be_read(home, holder):
    seed = await pulled(holder, await seeded(holder, f"{home.door.url}/ada/nothing"))
    assert seed.error == (
        f"Nobody who has it answers: {home.door.url} refused:"
        " There is no such project, or it is not yours to see."
    )
    unknown = await seeded(holder, home.project.id)
    for one in await peering.peers(holder):
        await peering.remove(holder, one)
    seed = await pulled(holder, unknown)
    assert seed.error == "No node is known that may have it: `micelio peer add ADDRESS` names one."


async def test_an_old_home_that_has_not_heard_of_the_new_one_is_not_blamed(home, holder, tmp_path):
    async with a_forge(tmp_path / "heir") as heir, a_door(heir) as door:
        await pulled(heir, await seeded(heir, home.address))
        key = home.forge.keys.person(home.ada.did)
        zoe = await an_account(heir, "zoe")
        made = await adopting.adopt(heir, home.project.id, key, zoe)
        await home.land(late=b"too late\n")
        seed = await pulled(holder, await seeded(holder, f"{door.url}/{made.address}"))
        old = await peering.met(holder, Met(url=home.door.url), "operator")
        await replication.held_by(holder, home.project.id, old, 3)
        seed = await pulled(holder, seed)
    assert (seed.state, seed.position) == ("verified", 2)
    assert [one.score for one in await peering.peers(holder)] == [0, 0]


async def says_wrongly(home, monkeypatch, size):
    """Let a home sign that a file has another size than it has, and that it is gone."""
    with monkeypatch.context() as patched:
        patched.setattr(reading, "_require_all", lambda *_: None)
        patched.setattr(
            "tests.support.mirrors.stood", lambda data: Entry(Mode.FILE, digest_of(data), size)
        )
        await home.land(wrong=b"x\n")
        await home.land(wrong=None)


@pytest.mark.parametrize("size", [4, contents.BLOB_MAX + 1])
async def test_who_passes_on_what_a_home_signed_is_not_blamed_for_it(
    holder, tmp_path, monkeypatch, size
):
    """Who keeps the newest contents alone cannot know that an older one is not what it is said."""
    async with (
        a_home(tmp_path / "home") as home,
        a_forge(tmp_path / "mirror") as mirror,
        a_door(mirror) as door,
    ):
        await home.land(right=b"x\n")
        await says_wrongly(home, monkeypatch, size)
        copy = await pulled(mirror, await seeded(mirror, home.address, depth=1))
        assert (copy.state, copy.position) == ("verified", 3)
        there = await mirror.db.read(lambda tx: identity.of_key(tx, copy.project))
        seed = await pulled(holder, await seeded(holder, f"{door.url}/{there.address}"))
        assert (seed.state, seed.position) == ("failed", 0)
        assert "Nothing landed" in seed.error
        assert [one.score for one in await peering.peers(holder)] == [0]


async def test_a_home_is_blamed_for_what_it_signed(home, holder, monkeypatch):
    await says_wrongly(home, monkeypatch, 4)
    seed = await pulled(holder, await seeded(holder, home.address))
    assert "wrong is said to have 4 bytes" in seed.error
    assert [one.score for one in await peering.peers(holder)] == [25]


async def test_documents_are_read_beside_the_loop(home, holder, monkeypatch):
    read, threads = mirroring.open_chain, set()

    def noted(documents):
        threads.add(threading.get_ident())
        return read(documents)

    for module in (mirroring, fetch):
        monkeypatch.setattr(module, "open_chain", noted)
    await pulled(holder, await seeded(holder, home.address))
    assert threads
    assert threading.get_ident() not in threads
