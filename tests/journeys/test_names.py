"""A workspace belongs to the project with its id, however that is called by now."""

import shutil

import pytest

from tests.support.mic import Person

pytestmark = pytest.mark.journey

READING = (
    ("log",),
    ("show", "latest"),
    ("cat", "a.txt"),
    ("ls",),
    ("blame", "a.txt"),
    ("diff", "0", "1"),
    ("goto", "1"),
    ("verify",),
    ("project", "get"),
)


@pytest.fixture
def space(ada, tmp_path, request):
    """A workspace whose project is called `old-…` and then `new-…`."""
    root = tmp_path / "space"
    root.mkdir()
    (root / "a.txt").write_text("one\n")
    ada.json("share", "--name", f"old-{tail(request)}", at=root)
    return root


@pytest.fixture
def moved(ada, space, request):
    rename(ada, f"old-{tail(request)}", f"new-{tail(request)}", space.parent)
    return space


def tail(request):
    return request.node.name.partition("[")[0].replace("_", "-")[5:60]


def rename(ada, old, new, at):
    ada.json("project", "update", f"ada/{old}", "--new-handle", new, at=at)


def taken(ada, name, at):
    """Another project takes the name."""
    other = at / "other"
    other.mkdir()
    (other / "a.txt").write_text("another\n")
    return ada.json("share", "--name", name, at=other)


def copied(space, name):
    return shutil.copytree(space, space.parent / name, symlinks=True)


def test_work_goes_on_under_the_new_name_which_is_said_once(ada, moved, request):
    (moved / "a.txt").write_text("two\n")
    landed = ada.mic("land", "Go on", at=moved)
    assert landed.status == 0, landed.err
    assert f"ada/old-{tail(request)} is called ada/new-{tail(request)} now." in landed.err
    assert f"on ada/new-{tail(request)} at position 2" in landed.out.decode()
    assert "is called" not in ada.mic("sync", at=moved).err
    assert ada.json("status", at=moved)["project"] == f"ada/new-{tail(request)}"


@pytest.mark.parametrize("words", [*READING, ("sync",)], ids=lambda words: words[0])
def test_every_command_finds_the_project_by_its_id(ada, space, request, words):
    name = f"{tail(request)}-{'-'.join(words[:1])}"
    rename(ada, f"old-{tail(request)}", name, space.parent)
    try:
        ran = ada.mic(*words, "--json", at=space)
        assert ran.status == 0, ran.out
        assert ada.json("status", at=space)["project"] == f"ada/{name}"
    finally:
        ada.json("project", "delete", f"ada/{name}", "--yes", at=space)


def test_a_session_goes_on_under_the_new_name(ada, space, request):
    ada.json("session", "start", "Go on", at=space)
    rename(ada, f"old-{tail(request)}", f"new-{tail(request)}", space.parent)
    noted = ada.mic("session", "note", "moved", at=space)
    assert noted.status == 0
    assert "was not told" not in noted.err
    (space / "a.txt").write_text("two\n")
    assert ada.json("session", "land", at=space)["position"] == 2


def test_a_project_that_took_the_old_name_is_never_meant(ada, moved, tmp_path, request):
    other = taken(ada, f"old-{tail(request)}", tmp_path)
    there = copied(moved, "there")
    (there / "a.txt").write_text("two\n")
    assert ada.json("land", "Go on", at=there)["position"] == 2
    assert ada.mic("cat", "a.txt", "-p", "1", at=moved).out == b"one\n"
    assert [one["position"] for one in ada.json("log", other["project"], at=tmp_path)] == [1]


@pytest.mark.parametrize("words", [*READING, ("sync",), ("land", "x")], ids=lambda words: words[0])
def test_another_project_by_the_name_is_said_to_be_one(ada, space, tmp_path, request, words):
    name = f"old-{tail(request)}"
    ada.json("project", "delete", f"ada/{name}", "--yes", at=tmp_path)
    other = taken(ada, name, tmp_path)
    (space / "a.txt").write_text("two\n")
    try:
        assert ada.refused(*words, at=space) == (5, "project.another")
        said = ada.mic(*words, at=space).err
        assert f"Another project has the name ada/{name} now" in said
        assert "mic link" in said
    finally:
        ada.json("project", "delete", other["project"], "--yes", at=tmp_path)


def test_strangers_do_not_learn_what_a_private_project_is_called(ada, moved, tmp_path, request):
    new = f"ada/new-{tail(request)}"
    ada.json("project", "update", new, "--visibility", "private", at=tmp_path)
    stranger = Person(tmp_path / "stranger")
    ran = stranger.mic("log", "--json", at=moved)
    assert (ran.status, ran.error["code"]) == (3, "project.missing")
    assert new not in ran.out.decode()
    taken(ada, f"old-{tail(request)}", tmp_path)
    assert stranger.refused("log", at=moved) == (5, "project.another")


def test_linking_again_remembers_another_address_of_the_same_project(ada, moved, request):
    new = f"ada/new-{tail(request)}"
    assert ada.json("link", new, at=moved)["project"] == new
    assert "is called" not in ada.mic("log", at=moved).err
    assert ada.refused("link", new, at=moved) == (5, "workspace.exists")
