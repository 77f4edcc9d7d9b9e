"""Histories and tags that were made to hurt are refused, and what is there goes on."""

import pytest

from node.imports import verbs as imports
from node.imports.model import BadImport, BadPush, FetchFirst
from store.git import history
from tests.node.imports.test_importing import ZERO, bring, told
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


@pytest.fixture
def little_room(monkeypatch):
    """Git may tell a sixty-fourth of what it may otherwise: the bombs need not be larger."""
    monkeypatch.setattr(history, "_TOLD", history._TOLD >> 6)


def bomb(gits, levels=5):
    """A tree of a few objects in which a hundred thousand paths lead to one file."""
    name, mode = gits.blob(b"x"), "100644"
    for _ in range(levels):
        name, mode = gits.tree({f"d{n}": (mode, name) for n in range(10)}), "40000"
    return name


@pytest.mark.parametrize(("first", "second"), [("a", "a/b"), ("a/b", "a"), ("a/b/c", "a")])
async def test_no_tag_lies_below_another(forge, world, first, second):
    ada, project, gits = world
    tip = gits.line()[-1]
    await imports.tag(forge, ada.party, project, first, tip, gits.path)
    with pytest.raises(BadPush, match=second):
        await imports.tag(forge, ada.party, project, second, tip, gits.path)
    async with imports.repository(forge, ada.party, project) as path:
        assert list(_tags(path)) == [first]


async def test_a_name_that_no_file_system_holds_is_no_tag(forge, world):
    ada, project, gits = world
    for name in ("x" * 251, f"a/{'y' * 251}", "/".join(["z" * 100] * 3), "ü" * 126):
        with pytest.raises(BadPush):
            await imports.tag(forge, ada.party, project, name, gits.line()[-1], gits.path)
    await imports.tag(forge, ada.party, project, "v" * 200, gits.line()[-1], gits.path)
    async with imports.repository(forge, ada.party, project) as path:
        assert list(_tags(path)) == ["v" * 200]


@pytest.mark.usefixtures("little_room")
async def test_a_few_trees_that_unfold_to_very_many_of_paths_are_not_imported(forge, tmp_path):
    ada = await an_account(forge)
    project = await a_project(forge, ada)
    gits = Gits(tmp_path / "bomb.git")
    gits.main(gits.commit(bomb(gits)))
    with pytest.raises(BadImport, match="more paths"):
        await bring(forge, ada, project, gits)


@pytest.mark.usefixtures("little_room")
async def test_a_few_trees_that_unfold_to_very_many_of_paths_do_not_land(forge, world):
    ada, project, gits = world
    old = gits.line()[-1]
    new = gits.main(gits.commit(bomb(gits), old))
    with pytest.raises(BadPush, match="more paths"):
        await imports.receive(forge, ada.party, project, gits.path, old, new, told)


@pytest.mark.usefixtures("little_room")
async def test_nor_are_they_counted_to_say_what_both_changed(forge, world):
    ada, project, gits = world
    first, *_ = gits.line()
    new = gits.commit(bomb(gits), first)
    with pytest.raises(FetchFirst):
        await imports.receive(forge, ada.party, project, gits.path, ZERO, new, told)


def _tags(path):
    again = Gits.__new__(Gits)
    again.path = path
    return again.tags()
