"""What people read stays on its line, and damage at the node is told as such."""

import os

import pytest

pytestmark = pytest.mark.journey


def test_a_name_with_a_line_break_is_quoted_for_people_and_whole_in_json(ada, tmp_path):
    name = "a\nb.txt"
    (tmp_path / "first").write_text("one\n")
    ada.json("share", "--name", "breaks", at=tmp_path)
    (tmp_path / name).write_text("one\n")
    assert b'A "a\\nb.txt"\n' in ada.mic("status", at=tmp_path).out
    assert ada.json("status", at=tmp_path)["changes"] == [{"change": "A", "path": name}]
    assert b'+++ "b/a\\nb.txt"\n' in ada.mic("diff", at=tmp_path).out
    ada.json("land", "Break", at=tmp_path)
    for words in (["ls"], ["goto", "2"], ["diff", "1", "2", "-n"]):
        assert b'"a\\nb.txt"\n' in ada.mic(*words, at=tmp_path).out
    assert name in [one["name"] for one in ada.json("ls", at=tmp_path)["entries"]]


def test_a_goal_is_shown_by_its_first_line_and_has_no_space_around_it(ada, tmp_path):
    (tmp_path / "first").write_text("one\n")
    ada.json("share", "--name", "goals", at=tmp_path)
    (tmp_path / "first").write_text("two\n")
    landed = ada.json("land", "\n\n  Say two\nand why\n", at=tmp_path)
    assert landed["goal"] == "Say two\nand why"
    assert ada.mic("log", "-n", "1", at=tmp_path).out.endswith(b"  Say two\n")
    assert ada.refused("land", " \n ", at=tmp_path) == (2, "goal.empty")


def test_a_damaged_object_is_named_with_its_project_and_is_the_nodes_fault(ada, node, tmp_path):
    (tmp_path / "space").mkdir()
    (tmp_path / "space/large").write_bytes(os.urandom(3 << 20))
    ada.json("share", "--name", "damaged", at=tmp_path / "space")
    for pack in node.data.rglob("*.pack"):
        with pack.open("r+b") as file:
            file.seek(pack.stat().st_size // 2)
            file.write(b"damage")
    ran = ada.mic("clone", "ada/damaged", "there", "--json", at=tmp_path)
    assert (ran.status, ran.error["code"]) == (7, "store.corrupt")
    assert "ada/damaged" in ran.error["message"]
    assert "Object " in ran.error["message"]
    assert "fsck" in ran.error["details"]["hint"]
    assert not (tmp_path / "there").exists()


def test_names_of_devices_are_no_handles(ada, tmp_path):
    assert ada.refused("project", "create", "ada/CON", at=tmp_path) == (2, "project.bad-handle")


def test_json_without_a_command_is_a_fault_in_json(ada, tmp_path):
    assert ada.refused(at=tmp_path) == (2, "usage.command")
    assert ada.mic("--json", "--help", at=tmp_path).status == 0
