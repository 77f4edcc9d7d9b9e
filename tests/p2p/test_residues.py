"""A mirror gives to git what the home gives: the same commits, or none."""

import json
import shutil

import pytest

from mic.sync import imports as sync
from node.imports import cache
from node.imports import verbs as imports
from node.imports.model import CommitsElsewhere
from node.kernel.parties import ANONYMOUS
from node.projects import identity
from node.replication import peering
from node.replication import verbs as replication
from node.replication.model import Met
from store.digest import digest_of
from tests.node.imports.test_importing import bring, fsck, told
from tests.support.drafts import a_landing
from tests.support.forges import a_forge
from tests.support.gits import Gits, long, odd
from tests.support.hostile_holder import a_liar
from tests.support.mirrors import a_home, pulled, seeded

pytestmark = pytest.mark.slow


@pytest.fixture
async def home(tmp_path):
    async with a_home(tmp_path / "home") as made:
        yield made


@pytest.fixture
async def holder(tmp_path):
    async with a_forge(tmp_path / "holder") as forge:
        yield forge


async def copy_of(holder, home):
    return await holder.db.read(lambda tx: identity.of_id(tx, home.project.id))


async def served(forge, project) -> set[str]:
    """The objects that git gets of main, all of them there."""
    async with imports.repository(forge, ANONYMOUS, project) as path:
        assert fsck(path) == []
        gits = Gits.__new__(Gits)
        gits.path = path
        return gits.objects("main")


@pytest.mark.parametrize("made", [long, odd])
async def test_a_mirror_of_an_import_gives_the_commits_that_were_imported(
    home, holder, tmp_path, made
):
    gits = long(tmp_path / "a.git", 12) if made is long else odd(tmp_path / "a.git")
    await bring(home.forge, home.ada, home.project, gits)
    seed = await pulled(holder, await seeded(holder, home.address))
    assert (seed.state, seed.error) == ("verified", None)
    project = await copy_of(holder, home)
    assert await served(holder, project) == gits.objects("main")
    shutil.rmtree(holder.cache)
    assert await served(holder, project) == await served(home.forge, home.project)


async def test_a_push_follows(home, holder, tmp_path):
    gits = long(tmp_path / "a.git", 3)
    await bring(home.forge, home.ada, home.project, gits)
    seed = await pulled(holder, await seeded(holder, home.address))
    old = gits.line()[-1]
    side = gits.commit({"only": b"in between\n"}, old, message=b"Aside\n")
    new = gits.main(gits.commit({"a": b"1\n"}, old, side, message=b"Pushed\n"))
    await imports.receive(home.forge, home.ada.party, home.project, gits.path, old, new, told)
    assert (await pulled(holder, seed)).position == 4
    project = await copy_of(holder, home)
    assert await served(holder, project) == gits.objects("main")
    assert await imports.commit_of(holder, ANONYMOUS, project, 4) == new


async def test_a_long_list_comes_in_pages(home, holder, tmp_path, monkeypatch):
    monkeypatch.setattr(sync, "RESIDUE", 1)
    gits = odd(tmp_path / "a.git")
    await bring(home.forge, home.ada, home.project, gits)
    for number in range(2):
        old = gits.line()[-1]
        new = gits.main(gits.commit({"a": b"%d" % number}, old, message=b"Pushed\n"))
        who = home.ada.party
        await imports.receive(home.forge, who, home.project, gits.path, old, new, told)
    await pulled(holder, await seeded(holder, home.address))
    assert await served(holder, await copy_of(holder, home)) == gits.objects("main")


async def test_what_git_does_not_need_is_not_given_as_such(home, tmp_path):
    await bring(home.forge, home.ada, home.project, long(tmp_path / "a.git", 3))
    path = f"/projects/{home.project.address}"
    head = (await home.door.get(f"{path}/head")).json["id"]
    answer = await home.door.post(f"{path}/objects/fetch?residue=1", bytes.fromhex(head))
    assert answer.status == 404


def another_commit(said: bytes) -> bytes:
    found = json.loads(said)
    found["pushed"] = [one | {"commit": "0" * 40} for one in found["pushed"]]
    return json.dumps(found).encode()


def without_the_last(said: bytes) -> bytes:
    found = json.loads(said)
    return json.dumps(found | {"kept": found["kept"][:-1]}).encode()


@pytest.mark.parametrize("lie", [another_commit, without_the_last])
async def test_a_push_of_which_a_holder_lies_leaves_a_mirror_without_git(
    home, holder, tmp_path, lie
):
    await a_landing(home.forge, home.ada, home.project, {"a": b"1\n"})
    gits = Gits(tmp_path / "a.git")
    async with imports.repository(home.forge, home.ada.party, home.project) as path:
        gits.git("fetch", "-q", str(path), "+main:main")
    old, who = gits.line()[-1], home.ada.party
    new = gits.main(gits.commit({"b": b"2\n"}, old, message=b"Pushed\n"))
    await imports.receive(home.forge, who, home.project, gits.path, old, new, told)
    async with a_liar(home, "/residue", lie) as address:
        seed = await pulled(holder, await seeded(holder, address))
    assert (seed.state, seed.error, seed.position) == ("verified", None, 2)
    with pytest.raises(CommitsElsewhere):
        await served(holder, await copy_of(holder, home))


def without_the_first(said: bytes) -> bytes:
    found = json.loads(said)
    return json.dumps(found | {"kept": found["kept"][1:]}).encode()


def with_sizes(of):
    def lie(said: bytes) -> bytes:
        found = json.loads(said)
        kept = [one | {"size": of(one["size"])} for one in found["kept"]]
        return json.dumps(found | {"kept": kept}).encode()

    return lie


SIZES = {
    "less": with_sizes(lambda size: size - 1),
    "more": with_sizes(lambda size: size + 1),
    "of a content in pieces": with_sizes(lambda size: size + (5 << 20)),
}


@pytest.mark.parametrize("name", SIZES)
async def test_who_lies_about_sizes_is_blamed_and_not_asked_again(home, holder, tmp_path, name):
    await bring(home.forge, home.ada, home.project, odd(tmp_path / "a.git"))
    lies = []

    def lie(said: bytes) -> bytes:
        lies.append(said)
        return SIZES[name](said)

    async with a_liar(home, "/residue", lie) as address:
        seed = await pulled(holder, await seeded(holder, address))
        assert (seed.state, seed.error) == ("verified", None)
        (liar,) = await peering.peers(holder)
        assert liar.reason == "malformed"
        told = len(lies)
        await a_landing(home.forge, home.ada, home.project, {"more": b"more\n"})
        honest = await peering.met(holder, Met(url=home.door.url), "operator")
        await replication.held_by(holder, home.project.id, honest, seed.position + 1)
        await pulled(holder, seed)
    assert len(lies) == told
    project = await copy_of(holder, home)
    assert await served(holder, project) == await served(home.forge, home.project)


@pytest.mark.parametrize("lie", [with_sizes(lambda _: 9 << 30), without_the_first])
async def test_what_is_for_nothing_is_not_counted(home, holder, tmp_path, lie):
    await bring(home.forge, home.ada, home.project, odd(tmp_path / "a.git"))
    async with a_liar(home, "/residue", nothing) as address:
        honest = await pulled(holder, await seeded(holder, address))
    async with a_forge(tmp_path / "other") as other, a_liar(home, "/residue", lie) as address:
        seed = await pulled(other, await seeded(other, address))
        with pytest.raises(CommitsElsewhere):
            await served(other, await copy_of(other, home))
        assert (seed.state, seed.bytes) == ("verified", honest.bytes)
        assert [one.score for one in await peering.peers(other)] == [0]


async def test_what_makes_room_leaves_nothing_for_git(home, holder, tmp_path):
    await bring(home.forge, home.ada, home.project, odd(tmp_path / "a.git"))
    await pulled(holder, await seeded(holder, home.address))
    assert await holder.db.read(lambda tx: list(imports.residues(tx)))
    assert await replication.make_room(holder, 0)
    assert await holder.db.read(lambda tx: list(imports.residues(tx))) == []


async def test_what_is_tried_still_is_told_to_nobody(home, tmp_path):
    await bring(home.forge, home.ada, home.project, odd(tmp_path / "a.git"))
    path = f"/projects/{home.project.address}"
    told = (await home.door.get(f"{path}/residue")).json["kept"]
    asked = bytes.fromhex(told[0]["id"])
    assert (await home.door.post(f"{path}/objects/fetch?residue=1", asked)).status == 200
    trial = cache.trial_of(home.forge, home.project.key)
    trial.parent.mkdir(parents=True, exist_ok=True)
    trial.touch()
    assert (await home.door.get(f"{path}/residue")).json["kept"] == []
    assert (await home.door.post(f"{path}/objects/fetch?residue=1", asked)).status == 404


async def test_commits_that_attack_who_clones_them_are_not_served(home, holder, tmp_path):
    gits = long(tmp_path / "a.git", 2)
    side = gits.commit({".git/config": b"[core]\n"}, gits.line()[-1], message=b"Evil\n")
    gits.main(gits.commit({"a": b"1\n"}, gits.line()[-1], side, message=b"Merge\n"))
    await bring(home.forge, home.ada, home.project, gits)
    seed = await pulled(holder, await seeded(holder, home.address))
    assert (seed.state, seed.error) == ("verified", None)
    with pytest.raises(CommitsElsewhere):
        await served(holder, await copy_of(holder, home))


def nothing(_: bytes) -> bytes:
    return b'{"kept":[],"pushed":[]}'


def one_part(part: bytes):
    def lie(said: bytes) -> bytes:
        kept = [{"kind": "part", "id": digest_of(part).hex(), "size": len(part)}]
        is_first = json.loads(said)["kept"]
        return json.dumps({"kept": kept if is_first else [], "pushed": []}).encode()

    return lie


@pytest.mark.parametrize(
    ("path", "lie"),
    [("/residue", nothing), ("/residue", one_part(b"# A book\n")), ("/residue", lambda _: b"{")],
    ids=["nothing", "noise", "what cannot be read"],
)
async def test_who_has_not_got_the_commits_leaves_a_mirror_without_git(
    home, holder, tmp_path, path, lie
):
    await bring(home.forge, home.ada, home.project, long(tmp_path / "a.git", 3))
    async with a_liar(home, path, lie) as address:
        seed = await pulled(holder, await seeded(holder, address))
    assert (seed.state, seed.error, seed.position) == ("verified", None, 3)
    project = await copy_of(holder, home)
    with pytest.raises(CommitsElsewhere):
        await served(holder, project)
    await a_landing(home.forge, home.ada, home.project, {"more": b"more\n"})
    honest = await peering.met(holder, Met(url=home.door.url), "operator")
    await replication.held_by(holder, home.project.id, honest, 4)
    assert (await pulled(holder, seed)).position == 4
    assert await served(holder, project) == await served(home.forge, home.project)
