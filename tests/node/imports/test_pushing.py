"""A push on a project with landings is one landing, and its tip keeps its id."""

import dataclasses
import shutil

import pytest

from node.access import verbs as access
from node.imports import verbs as imports
from node.imports.model import BadPush, FetchFirst, TagTaken
from node.kernel.errors import Denied
from node.landings import verbs as landings
from node.landings.model import Landing
from node.projects import members
from node.sessions import verbs as sessions
from tests.node.imports.test_importing import ZERO, bring, every_version, fsck, told
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from tests.support.gits import Gits, long


@pytest.fixture
async def world(forge, tmp_path):
    """Ada's project with three commits, and her repository."""
    ada = await an_account(forge)
    project = await a_project(forge, ada)
    gits = long(tmp_path / "a.git", 3)
    await bring(forge, ada, project, gits)
    return ada, project, gits


async def push(forge, ada, project, gits, old, new):
    return await imports.receive(forge, ada.party, project, gits.path, old, new, told)


def the_files(gits):
    return {path: (mode, data) for path, (mode, data) in gits.version("main").items()}


async def test_all_commits_of_a_push_land_as_one_session(forge, world):
    ada, project, gits = world
    old = gits.line()[-1]
    files = {path: data for path, (_, data) in gits.version("main").items()}
    one = gits.commit(files | {"a.txt": b"1\n"}, old, message=b"Begin\n\nWhy.\n")
    side = gits.commit(files | {"only.txt": b"in between\n"}, old, message=b"Aside\n")
    two = gits.commit(files | {"a.txt": b"2\n"}, one, side, message=b"End\n")
    gits.main(two)
    landing = await push(forge, ada, project, gits, old, two)
    assert isinstance(landing, Landing)
    assert landing.position == 4
    assert landing.goal.startswith("End\n\n3 commits:\n")
    session = await sessions.get(forge, ada.party, project, landing.session)
    said = "\n".join(message.text for message in session.conversation)
    assert {"Begin", "Why.", "Aside", "End"} <= set(said.split("\n"))
    assert (await every_version(forge, project))[-1] == the_files(gits)
    assert await imports.commit_of(forge, ada.party, project, 4) == two
    for _ in range(2):
        async with imports.repository(forge, ada.party, project) as path:
            again = Gits.__new__(Gits)
            again.path = path
            assert again.objects("main") == gits.objects("main")
            assert fsck(path) == []
        shutil.rmtree(forge.cache)


async def test_a_single_commit_lands_with_its_message(forge, world):
    ada, project, gits = world
    old = gits.line()[-1]
    new = gits.main(gits.commit({"a": b"1"}, old, message=b"Just this\n\nBecause.\n"))
    landing = await push(forge, ada, project, gits, old, new)
    assert (landing.goal, landing.author) == ("Just this\n\nBecause.", "ada")


@pytest.mark.parametrize("message", [b"", b"\n", "\u200b\ufeff\n".encode()])
async def test_a_push_whose_message_nobody_sees_lands_and_says_that_there_is_none(
    forge, world, message
):
    ada, project, gits = world
    old = gits.line()[-1]
    new = gits.main(gits.commit({"a": b"1"}, old, message=message))
    landing = await push(forge, ada, project, gits, old, new)
    assert (landing.position, landing.title) == (4, "(no message)")


async def test_landings_and_pushes_take_turns(forge, world):
    ada, project, gits = world
    await a_landing(forge, ada, project, {"from-mic": b"1\n"})
    base = await imports.commit_of(forge, ada.party, project, 4)
    async with imports.repository(forge, ada.party, project) as path:
        gits.git("fetch", "-q", str(path), "+main:main")
    files = {path: data for path, (_, data) in gits.version("main").items()}
    new = gits.main(gits.commit(files | {"from-git": b"2\n"}, base, message=b"From git\n"))
    assert (await push(forge, ada, project, gits, base, new)).position == 5
    await a_landing(forge, ada, project, {"from-mic": b"3\n"})
    shutil.rmtree(forge.cache)
    async with imports.repository(forge, ada.party, project) as path:
        assert fsck(path) == []
        again = Gits.__new__(Gits)
        again.path = path
        assert again.line()[3:5] == [base, new]
        ours = await every_version(forge, project)
        assert [again.version(one) for one in again.line()] == ours


async def test_the_same_push_again_is_the_same_landing(forge, world):
    ada, project, gits = world
    old = gits.line()[-1]
    new = gits.main(gits.commit({"a": b"1"}, old))
    first = await push(forge, ada, project, gits, old, new)
    assert await push(forge, ada, project, gits, old, new) == first
    assert (await landings.head(forge, ada.party, project)).position == 4


async def test_a_push_beside_a_landing_must_fetch_first_and_names_the_paths(forge, world):
    ada, project, gits = world
    old = gits.line()[-1]
    await a_landing(forge, ada, project, {"both.txt": b"theirs\n", "alone.txt": b"x\n"})
    async with imports.repository(forge, ada.party, project) as path:
        (gits.path / "objects/info").mkdir(exist_ok=True)
        (gits.path / "objects/info/alternates").write_text(f"{path / 'objects'}\n")
        files = {name: data for name, (_, data) in gits.version("main").items()}
        new = gits.main(gits.commit(files | {"both.txt": b"mine\n"}, old))
        with pytest.raises(FetchFirst) as refused:
            await push(forge, ada, project, gits, old, new)
    assert refused.value.details == {"position": 4, "paths": ["both.txt"]}
    assert "both.txt" in str(refused.value)


async def test_what_takes_landings_back_is_refused_with_what_to_do(forge, world):
    ada, project, gits = world
    old = gits.line()[-1]
    forced = gits.main(gits.commit({"a": b"1"}, gits.line()[0]))
    with pytest.raises(BadPush, match="only goes forward"):
        await push(forge, ada, project, gits, old, forced)
    with pytest.raises(BadPush, match="cannot be deleted"):
        await push(forge, ada, project, gits, old, ZERO)
    assert (await landings.head(forge, ada.party, project)).position == 3


async def test_a_push_that_changes_no_file_is_refused(forge, world):
    ada, project, gits = world
    old = gits.line()[-1]
    same = gits.git("rev-parse", "main^{tree}").decode().strip()
    new = gits.main(gits.commit(same, old))
    with pytest.raises(BadPush, match="change no file"):
        await push(forge, ada, project, gits, old, new)


async def test_a_tag_names_a_position_and_is_moved_by_nobody_else(forge, world):
    ada, project, gits = world
    first, second, *_ = gits.line()
    assert (await imports.tag(forge, ada.party, project, "v1", first, gits.path)).position == 1
    assert (await imports.tag(forge, ada.party, project, "v1", first, gits.path)).position == 1
    assert (await imports.tag(forge, ada.party, project, "v1", second, gits.path)).position == 2
    for bad in ("../x", "a b", "", "a..b", "x.lock"):
        with pytest.raises(BadPush):
            await imports.tag(forge, ada.party, project, bad, first, gits.path)
    await imports.untag(forge, ada.party, project, "v1")
    assert await imports.tags(forge, ada.party, project) == []


async def test_a_writer_may_make_a_tag_but_not_move_one(forge, world):
    ada, project, gits = world
    bob = await an_account(forge, "bob")
    await members.set_member(forge, ada.party, project, "bob", "writer")
    standing = await forge.db.read(lambda tx: access.standing_of(tx, bob.key))
    writer = dataclasses.replace(bob.party, standing=standing)
    first, second, *_ = gits.line()
    await imports.tag(forge, writer, project, "v1", first, gits.path)
    with pytest.raises(TagTaken):
        await imports.tag(forge, writer, project, "v1", second, gits.path)
    with pytest.raises(Denied):
        await imports.untag(forge, writer, project, "v1")
    assert (await imports.tags(forge, ada.party, project))[0].oid == first
