"""A history of git becomes landings, and comes out again as it was."""

import dataclasses
import random
import shutil
import subprocess

import pytest

from keys.statements.landing import open_landing
from node.imports import verbs as imports
from node.imports.model import BadImport
from node.landings import reading
from node.landings import verbs as landings
from node.landings.model import Held
from node.projects.model import StorageLimit
from node.trees import verbs as trees
from store import contents, tree
from store.tree import Mode
from tests.support.drafts import a_draft, a_landing
from tests.support.forges import a_project, an_account
from tests.support.gits import ZERO, Gits, long, odd

MODES = {Mode.FILE: "100644", Mode.EXECUTABLE: "100755", Mode.LINK: "120000"}


def told(*_):
    """Nobody listens."""


async def bring(forge, ada, project, gits):
    """Push all of a repository into an empty project."""
    tip = gits.git("rev-parse", "main").decode().strip()
    outcome = await imports.receive(forge, ada.party, project, gits.path, ZERO, tip, told)
    for name, oid in gits.tags().items():
        await imports.tag(forge, ada.party, project, name, oid, gits.path)
    return outcome


def version(forge, tx, root):
    """Return mode and bytes of every file of a tree."""
    source = lambda digest: forge.objects.get(tx, digest)  # noqa: E731
    return {
        path: (MODES[entry.mode], b"".join(contents.read(entry.id, entry.size, source)))
        for path, entry in tree.walk(root, source)
    }


async def every_version(forge, project):
    def read(tx):
        found = reversed(reading.between(tx, project.key, 1, 10**6))
        return [version(forge, tx, landing.tree) for landing in found]

    return await forge.db.read(read)


def fsck(path):
    done = subprocess.run(
        ["git", "-c", "fsck.badTimezone=ignore", "-C", path, "fsck", "--connectivity-only"],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    return [row for row in (done.stdout + done.stderr).splitlines() if "dangling" not in row]


@pytest.fixture
async def world(forge):
    ada = await an_account(forge)
    return ada, await a_project(forge, ada)


@pytest.mark.slow
async def test_every_version_of_every_file_is_gits(forge, world, tmp_path):
    ada, project = world
    gits = odd(tmp_path / "odd.git")
    outcome = await bring(forge, ada, project, gits)
    line = gits.line()
    assert outcome.position == outcome.landings == len(line)
    ours = await every_version(forge, project)
    for commit, files in zip(line, ours, strict=True):
        assert files == gits.version(commit), commit


@pytest.mark.slow
async def test_commits_keep_their_ids_authors_times_and_messages(forge, world, tmp_path):
    ada, project = world
    gits = odd(tmp_path / "odd.git")
    await bring(forge, ada, project, gits)
    line = gits.line()
    for position, commit in enumerate(line, 1):
        assert await imports.commit_of(forge, ada.party, project, position) == commit
        assert (
            await forge.db.read(lambda tx, c=commit: imports.position_of(tx, project.key, c))
            == position
        )
    found = await landings.log(forge, ada.party, project, limit=100)
    by_goal = {one.goal: one for one in found}
    first = by_goal["First\n\nWith a body."]
    assert first.imported.commit == line[0]
    assert (first.imported.author, first.imported.email) == ("Ada Lovelace", "ada@example.org")
    assert first.imported.authored_at == 1_600_000_060_000
    assert (first.origin, first.author, first.contribution) == ("unknown", "ada", None)
    assert "Umbenannt: für" in by_goal
    assert "ÿþ no encoding said" in by_goal
    assert "(no message)" in by_goal
    assert by_goal["Merge a root"].imported.authored_at == -86_400_000
    assert by_goal["No date"].imported.authored_at == 0
    assert len(next(one for one in found if one.goal.startswith("xxx")).goal) == 65_535


@pytest.mark.slow
async def test_records_are_signed_and_chained_and_say_what_they_were(forge, world, tmp_path):
    ada, project = world
    gits = odd(tmp_path / "odd.git")
    await bring(forge, ada, project, gits)
    before = None
    for landing in reversed(await landings.log(forge, ada.party, project, limit=100)):
        detail = await landings.detail(forge, ada.party, project, landing.position)
        record, home = open_landing(detail.record)
        assert home == forge.node.did
        assert record.imported == landing.imported
        assert (record.previous, record.previous_tree) == (
            (before.id, before.tree) if before else (None, tree.EMPTY)
        )
        before = landing


@pytest.mark.slow
async def test_merges_tell_what_they_brought(forge, world, tmp_path):
    ada, project = world
    await bring(forge, ada, project, odd(tmp_path / "odd.git"))
    found = await landings.log(forge, ada.party, project, limit=100)
    merge = next(one for one in found if one.goal == "Octopus")
    detail = await landings.detail(forge, ada.party, project, merge.position)
    for subject in (b"Side one", b"Side two", b"Other"):
        assert subject in detail.transcript


@pytest.mark.slow
async def test_submodules_are_told_and_tags_name_positions(forge, world, tmp_path):
    ada, project = world
    gits = odd(tmp_path / "odd.git")
    outcome = await bring(forge, ada, project, gits)
    assert [one.partition(" ")[0] for one in outcome.warnings] == ["vendor/sub"]
    line = gits.line()
    tags = {one.name: one for one in await imports.tags(forge, ada.party, project)}
    assert {name: one.oid for name, one in tags.items()} == gits.tags()
    merge = line.index(gits.git("rev-parse", "light").decode().strip()) + 1
    assert {name: one.position for name, one in tags.items()} == {
        "v1": merge, "light": merge, "on-side": None, "blob": None,
    }  # fmt: skip


@pytest.mark.slow
async def test_the_repository_is_made_again_with_every_object(forge, world, tmp_path):
    ada, project = world
    gits = odd(tmp_path / "odd.git")
    await bring(forge, ada, project, gits)
    for _ in range(2):
        async with imports.repository(forge, ada.party, project) as path:
            again = Gits.__new__(Gits)
            again.path = path
            assert again.objects() == gits.objects()
            assert again.tags() == gits.tags()
            assert again.git("rev-parse", "HEAD") == gits.git("rev-parse", "main")
            assert fsck(path) == []
        shutil.rmtree(forge.cache)


async def test_an_own_landing_follows_in_git_with_one_id_on_every_node(forge, world, tmp_path):
    ada, project = world
    gits = long(tmp_path / "a.git", 3)
    await bring(forge, ada, project, gits)
    await a_landing(forge, ada, project, {"new.txt": b"new\n", "d0/f0.txt": None})
    commit = await imports.commit_of(forge, ada.party, project, 4)
    shutil.rmtree(forge.cache)
    async with imports.repository(forge, ada.party, project) as path:
        again = Gits.__new__(Gits)
        again.path = path
        assert again.git("rev-parse", "HEAD").decode().strip() == commit
        assert again.git("rev-parse", "HEAD^") == gits.git("rev-parse", "main")
        assert again.git("show", "HEAD:new.txt") == b"new\n"
        body = again.git("log", "-1", "--format=%an|%B").decode()
        assert body.startswith("ada|Try it\n\nMicelio-Project: mic:")
        assert "Micelio-Position: 4\n" in body


async def test_an_imported_path_is_in_the_index_of_paths(forge, world, tmp_path):
    ada, project = world
    gits = long(tmp_path / "a.git", 50)
    await bring(forge, ada, project, gits)
    touched = await landings.log(forge, ada.party, project, path="d1/f1.txt")
    theirs = gits.git("log", "--first-parent", "--format=%H", "main", "--", "d1/f1.txt").decode()
    assert [one.imported.commit for one in touched] == theirs.split()
    draft = await a_draft(forge, ada, project, {"d1/f1.txt": b"mine\n"}, base=1)
    with pytest.raises(Exception, match=r"d1/f1\.txt"):
        await landings.land(forge, ada.party, project, draft)
    assert (await trees.view(forge, ada.party, project, None)).position == 50


REFUSED = {
    "..": "..",
    ".mic": ".mic",
    "deep/.MIC/x": ".MIC",
    "back\\slash": "back\\slash",
}


@pytest.mark.parametrize("path", REFUSED)
async def test_a_name_that_no_project_may_hold_is_named_with_its_commit(
    forge, world, tmp_path, path
):
    ada, project = world
    gits = Gits(tmp_path / "a.git")
    first = gits.commit({"fine": b"1"})
    tip = gits.main(gits.commit({"fine": b"1", path: b"2"}, first))
    with pytest.raises(BadImport) as refused:
        await imports.receive(forge, ada.party, project, gits.path, ZERO, tip, told)
    assert refused.value.details == {"commit": tip, "path": path}
    assert (await landings.head(forge, ada.party, project)).position == 0
    await a_landing(forge, ada, project, {"a": b"the project takes landings again"})


async def test_a_name_that_is_no_utf_8_is_refused(forge, world, tmp_path):
    ada, project = world
    gits = Gits(tmp_path / "a.git")
    tip = gits.main(gits.commit(gits.tree({b"\xff\xfe": ("100644", gits.blob(b"1"))})))
    with pytest.raises(BadImport, match="not valid UTF-8"):
        await imports.receive(forge, ada.party, project, gits.path, ZERO, tip, told)


@pytest.mark.parametrize("kind", ["blob", "tree", "commit"])
async def test_an_object_that_is_not_there_refuses_all(forge, world, tmp_path, kind):
    ada, project = world
    gits = Gits(tmp_path / "a.git")
    gone = {
        "blob": lambda: gits.commit(gits.tree({"a": ("100644", "1" * 40)})),
        "tree": lambda: gits.commit(gits.tree({"a": ("40000", "1" * 40)})),
        "commit": lambda: gits.commit({"a": b"1"}, "1" * 40),
    }[kind]
    tip = gits.main(gone())
    with pytest.raises(BadImport):
        await imports.receive(forge, ada.party, project, gits.path, ZERO, tip, told)
    assert (await landings.head(forge, ada.party, project)).position == 0


async def test_a_broken_object_refuses_all(forge, world, tmp_path):
    ada, project = world
    gits = Gits(tmp_path / "a.git")
    tip = gits.main(gits.commit({"a": b"whole"}))
    blob = gits.blob(b"whole")
    (gits.path / "objects" / blob[:2] / blob[2:]).write_bytes(b"garbage")
    with pytest.raises(BadImport):
        await imports.receive(forge, ada.party, project, gits.path, ZERO, tip, told)


async def test_a_large_file_is_streamed_into_chunks(forge, world, tmp_path):
    ada, project = world
    gits = Gits(tmp_path / "a.git")
    data = b"".join(b"%08d\n" % n for n in range(700_000))
    tip = gits.main(gits.commit({"large": data, "small": b"x"}))
    await imports.receive(forge, ada.party, project, gits.path, ZERO, tip, told)
    [files] = await every_version(forge, project)
    assert files["large"] == ("100644", data)
    shutil.rmtree(forge.cache)
    async with imports.repository(forge, ada.party, project) as path:
        assert fsck(path) == []


async def test_a_project_that_is_being_imported_into_takes_no_landing(forge, world):
    ada, project = world
    draft = await a_draft(forge, ada, project, {"a": b"1"})
    await forge.db.write(lambda tx: reading.hold(tx, project.key, "Its history is being imported."))
    with pytest.raises(Held):
        await landings.land(forge, ada.party, project, draft)


@pytest.mark.slow
async def test_a_directory_of_many_files_is_carried(forge, world, tmp_path):
    ada, project = world
    gits = Gits(tmp_path / "a.git")
    same = gits.blob(b"the same\n")
    entries = {f"{n:06}.txt": ("100644", same) for n in range(100_000)}
    first = gits.commit(gits.tree(entries))
    tip = gits.main(
        gits.commit(gits.tree(entries | {"000007.txt": ("100644", gits.blob(b"7"))}), first)
    )
    await imports.receive(forge, ada.party, project, gits.path, ZERO, tip, told)
    head = await landings.head(forge, ada.party, project)
    names = await forge.db.read(
        lambda tx: tree.listing(head.tree, "", lambda digest: forge.objects.get(tx, digest))
    )
    assert len(names) == 100_000


async def test_an_account_without_room_imports_nothing(forge, world, tmp_path):
    ada, project = world
    small = dataclasses.replace(
        forge, limits=dataclasses.replace(forge.limits, bytes_per_account=100)
    )
    gits = Gits(tmp_path / "a.git")
    tip = gits.main(gits.commit({"a": random.Random(1).randbytes(5000)}))
    with pytest.raises(StorageLimit):
        await imports.receive(small, ada.party, project, gits.path, ZERO, tip, told)
    assert await forge.db.read(lambda tx: reading.held(tx, project.key)) is None
    assert (await landings.head(forge, ada.party, project)).position == 0
