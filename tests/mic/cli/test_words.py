"""What is typed is read as the specification says: positions, handles, paths, who made a change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mic.cli import landing, targets
from mic.cli.commands.share import handle_from
from mic.errors import Invalid
from mic.workspace.manifest import Manifest

WORDS = st.text(max_size=30)


@given(st.integers(0, 10**17))
def test_a_position_is_a_number_in_three_forms(number):
    for form in (f"{number}", f"@{number}", f"@position:{number}", f"@POSITION:{number}"):
        assert targets.position(form) == number


@pytest.mark.parametrize("word", ["latest", "@latest", "LATEST", "HEAD", "@head", "head"])
def test_the_newest_position_has_names(word):
    assert targets.position(word) is None


@pytest.mark.parametrize("word", ["", "-1", "1.5", "@", "@@1", "newest", "1e3", "\uff11", "9" * 30])
def test_anything_else_is_no_position(word):
    with pytest.raises(Invalid) as refused:
        targets.position(word)
    assert refused.value.code == "position.invalid"


@given(WORDS)
def test_a_handle_made_from_a_name_is_one_or_is_refused(name):
    if not any(letter.isascii() and letter.isalnum() for letter in name.lower()):
        with pytest.raises(Invalid):
            handle_from(name)
        return
    handle = handle_from(name)
    assert 0 < len(handle) <= 100
    assert handle == handle_from(handle)


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Django-5.2.19", "django-5-2-19"),
        ("my_notes", "my-notes"),
        ("--a--", "a"),
        ("x" * 200, "x" * 100),
    ],
)
def test_a_name_becomes_its_handle(name, handle):
    assert handle_from(name) == handle


@pytest.mark.parametrize(
    ("flags", "origin"),
    [
        ((None, None), "human"),
        ((None, "m-1"), "ai-assisted"),
        (("ai-generated", "m-1"), "ai-generated"),
        (("unknown", None), "unknown"),
    ],
)
def test_the_origin_follows_from_what_is_said(flags, origin):
    assert landing.making(*flags, None).origin == origin


@pytest.mark.parametrize("goal", ["", "   ", "\n", "x" * 65_536, "é" * 32_768])
def test_a_goal_says_something_and_has_an_end(goal):
    with pytest.raises(Invalid):
        landing.check_goal(goal)


def a_workspace(root):
    return targets.Workspace(root, Manifest(server="", account="a", project="p", project_id=""))


@pytest.mark.parametrize(
    ("folder", "word", "path"),
    [
        ("", "a.txt", "a.txt"),
        ("src", "a.txt", "src/a.txt"),
        ("src", "../b", "b"),
        ("src", "..", ""),
    ],
)
def test_a_path_is_typed_from_where_one_stands(tmp_path, folder, word, path):
    assert a_workspace(tmp_path).path(tmp_path / folder, word) == path


@pytest.mark.parametrize("word", ["..", "../other", "/etc/passwd", "a/../../b"])
def test_a_path_outside_the_workspace_is_refused(tmp_path, word):
    with pytest.raises(Invalid) as refused:
        a_workspace(tmp_path).path(tmp_path, word)
    assert refused.value.code == "path.outside"
