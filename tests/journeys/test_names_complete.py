"""Names stand wherever an address or a node does, and a node's own answers complete a line."""

import pytest

from tests.support.mic import Person

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def node(node):
    """The node, with two projects and an alias."""
    place = node.data.parent
    ada = Person(place / "mic")
    for name in ("engine", "garden"):
        (place / name).mkdir()
        (place / name / "a").write_text("one\n")
        ada.json("share", at=place / name)
    (place / "garden/a").write_text("two\n")
    ada.json("land", "Plant \x1b[31mroses", at=place / "garden")
    ada.json("alias", "add", "g", "ada/garden", at=place)
    return node


@pytest.fixture
def words(ada, node):
    """What may come next, with what is said of it."""

    def ask(*typed, at=node.data.parent):
        ran = ada.mic("completion", "zsh", "--", *typed, at=at)
        assert (ran.status, ran.err) == (0, "")
        return [line.split("\t") for line in ran.out.decode().splitlines()]

    return ask


def test_projects_are_those_of_the_node_and_the_aliases(words):
    expected = [["g", "ada/garden"], ["ada/engine", "engine"], ["ada/garden", "garden"]]
    assert words("clone", "") == expected
    assert words("log", "ada/g") == [["ada/garden", "garden"]]


def test_positions_are_those_of_the_project_that_is_named_or_of_the_workspace(words, node):
    garden = node.data.parent / "garden"
    newest = [["latest", "the newest"], ["2", "Plant [31mroses"], ["1", "Share garden"]]
    assert words("show", "g", "") == newest
    assert words("show", "ada/garden", "2") == [newest[1]]
    assert words("cat", "a", "--position", "", at=garden) == newest
    assert words("cat", "ada/engine", "a", "-p", "")[1:] == [["1", "Share engine"]]


def test_words_may_be_completed_whatever_format_is_preferred(ada, words, node):
    ada.json("config", "set", "preferences.output_format", "json", at=node.data.parent)
    try:
        assert words("alias", "remove", "") == [["g", "ada/garden"]]
    finally:
        ada.json("config", "unset", "preferences.output_format", at=node.data.parent)


@pytest.mark.parametrize(
    "words",
    [
        ["clone", "g", "clone-of-g"],
        ["checkout", "g", "--path", "checkout-of-g"],
        ["log", "g"],
        ["show", "g", "1"],
        ["diff", "g", "1", "2"],
        ["cat", "g", "a"],
        ["ls", "g"],
        ["blame", "g", "a"],
        ["goto", "g", "1"],
        ["verify", "g"],
        ["project", "get", "g"],
        ["project", "update", "g", "--description", "Roses"],
        ["project", "member", "list", "g"],
    ],
)
def test_an_alias_stands_for_the_project(ada, tmp_path, words):
    assert ada.json(*words, at=tmp_path) is not None


def test_an_alias_stands_for_it_in_another_workspace_too(ada, node, tmp_path):
    engine = node.data.parent / "engine"
    assert len(ada.json("log", "g", at=engine)) == 2
    assert [one["name"] for one in ada.json("ls", "g", at=engine)["entries"]] == ["a"]
    (tmp_path / "linked").mkdir()
    assert ada.json("link", "g", at=tmp_path / "linked")["project"] == "ada/garden"


def test_a_nodes_name_stands_for_its_url(ada, node, tmp_path):
    ada.json("server", "add", "here", node.url, at=tmp_path)
    assert ada.json("auth", "status", "here", at=tmp_path)["handle"] == "ada"
    assert len(ada.json("log", "ada/garden", at=tmp_path, MIC_NODE="here")) == 2
    stranger = Person(tmp_path / "stranger")
    assert stranger.refused("log", "ada/garden", at=tmp_path, MIC_NODE="here")[0] == 2
