"""`mic doctor` finds what keeps mic from working, says what to do, and ends accordingly."""

import json
import os
import re
import shutil

import pytest

from tests.support.mic import Person
from tests.support.processes import free_port

pytestmark = pytest.mark.journey


@pytest.fixture
def ada(node, tmp_path):
    """The owner of the node, with a home that a test may spoil."""
    shutil.copytree(node.data.parent / "mic", tmp_path / "home")
    return Person(tmp_path / "home")


@pytest.fixture
def garden(ada, tmp_path):
    root = tmp_path / "garden"
    root.mkdir()
    (root / "a").write_text("one\n")
    ada.json("share", "--name", re.sub("[^a-z0-9]+", "-", tmp_path.name), at=root)
    return root


def found(ran):
    """The findings that are not well, by name, each with its level; and the exit status."""
    said = json.loads(ran.out)
    made = said["data"]["checks"] if said["ok"] else said["error"]["details"]["checks"]
    assert all(one["message"] for one in made)
    assert all(one["advice"] for one in made if one["level"] == "warn")
    return ran.status, {one["name"]: one["level"] for one in made if one["level"] != "ok"}


def doctor(person, at, **more):
    return found(person.mic("doctor", "--json", at=at, **more))


def test_all_is_well_in_a_workspace(ada, garden, node):
    assert doctor(ada, garden) == (0, {})
    told = ada.mic("doctor", at=garden)
    assert told.status == 0
    text = told.out.decode()
    for name in ("versions", "home", "config", "key", "git", f"node {node.url}", "workspace"):
        assert re.search(rf"^ok +{re.escape(name)}: ", text, re.MULTILINE), text
    assert f"token {node.url}: You are ada" in text
    assert "Position 1 is the newest" in text


def test_a_newcomer_is_told_what_to_do_first(tmp_path):
    newcomer = Person(tmp_path / "none")
    assert doctor(newcomer, tmp_path) == (0, {"node": "warn"})
    assert not newcomer.home.exists()
    assert "mic server add NAME URL" in newcomer.mic("doctor", at=tmp_path).out.decode()


def test_what_others_may_read_is_a_failure(ada, tmp_path):
    ada.home.chmod(0o755)
    (ada.home / "tokens.json").chmod(0o644)
    ran = ada.mic("doctor", "--json", at=tmp_path)
    levels = {(one["level"], one["advice"]) for one in ran.error["details"]["checks"]}
    assert ("warn", f"chmod 700 {ada.home}") in levels
    assert ("fail", f"chmod 600 {ada.home}/tokens.json") in levels
    assert (ran.status, ran.error["code"]) == (2, "doctor.failed")


def test_a_config_that_cannot_be_read_is_a_finding_among_others(ada, garden):
    (ada.home / "config.json").write_text("{oops")
    status, levels = doctor(ada, garden)
    assert status == 2
    assert levels["config"] == "fail"


def test_a_default_node_that_is_not_known_is_a_failure(ada, tmp_path):
    (ada.home / "config.json").write_text('{"default_server": "lost"}')
    assert doctor(ada, tmp_path) == (2, {"config": "fail", "node": "warn"})


def test_a_node_that_does_not_answer_is_a_failure(ada, tmp_path):
    url = f"http://127.0.0.1:{free_port()}"
    assert doctor(ada, tmp_path, MIC_NODE=url) == (7, {f"node {url}": "fail"})


def test_a_token_that_the_node_does_not_know_is_a_failure(ada, tmp_path, node):
    tokens = json.loads((ada.home / "tokens.json").read_text())
    tokens["tokens"][node.url]["access_token"] = "mut_" + "x" * 40
    (ada.home / "tokens.json").write_text(json.dumps(tokens))
    assert doctor(ada, tmp_path) == (4, {f"token {node.url}": "fail"})


def test_a_key_that_is_no_key_is_a_failure(ada, garden):
    (ada.home / "device.key").write_text("nonsense\n")
    assert doctor(ada, garden) == (2, {"key": "fail"})


def test_without_git_it_warns(ada, tmp_path):
    assert doctor(ada, tmp_path, PATH=str(tmp_path)) == (0, {"git": "warn"})


def test_what_is_left_to_decide_and_what_cannot_land_is_a_warning(ada, garden, tmp_path, node):
    address = ada.json("status", at=garden)["project"]
    ada.json("clone", f"{node.url}/{address}", "there", at=tmp_path)
    (tmp_path / "there/a").write_text("theirs\n")
    ada.json("land", "Theirs", at=tmp_path / "there")
    ran = ada.mic("doctor", at=garden)
    assert "1 landing to bring in: mic sync" in ran.out.decode()
    (garden / "a").write_text("ours\n")
    assert ada.mic("sync", at=garden).status == 5
    os.mkfifo(garden / "pipe")
    assert doctor(ada, garden) == (0, {"conflicts": "warn", "files": "warn"})


def test_a_name_that_no_project_may_hold_is_a_failure(ada, garden):
    (garden / "back\\slash").write_text("no\n")
    assert doctor(ada, garden) == (2, {"workspace": "fail"})


def test_a_landing_that_broke_off_is_a_warning(ada, garden):
    (garden / "a").write_text("two\n")
    number = 1
    while not (garden / ".mic/landing.json").exists():
        assert ada.killed(number, "land", "Two", at=garden)
        number += 1
    assert doctor(ada, garden) == (0, {"landing": "warn"})


def test_a_workspace_whose_manifest_is_damaged_is_a_failure(ada, garden):
    (garden / ".mic/workspace.json").write_text("{")
    assert doctor(ada, garden) == (2, {"workspace": "fail"})


def test_a_project_that_is_gone_is_a_failure(ada, garden):
    ada.json("project", "delete", "--yes", at=garden)
    assert doctor(ada, garden) == (3, {"project": "fail"})
