"""Somebody forks a project, works on the fork, and stays level with what it came from."""

import os
import subprocess

import pytest

from tests.support.mic import files_of

pytestmark = [pytest.mark.journey, pytest.mark.slow]

GIT = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "GIT_TERMINAL_PROMPT": "0"}
LINES = "".join(f"{number}\n" for number in range(9))


def git(*words, at):
    done = subprocess.run(
        ["git", *words],
        cwd=at,
        env={**os.environ, **GIT},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def land(ada, at, goal, **files):
    for name, text in files.items():
        (at / name).write_text(text)
    return ada.json("land", goal, at=at)


def log(ada, project, at):
    return [(one["position"], one["goal"]) for one in reversed(ada.json("log", project, at=at))]


def test_a_fork_is_made_checked_worked_on_and_kept_level(ada, tmp_path):
    origin = tmp_path / "book"
    origin.mkdir()
    (origin / "text").write_text(LINES)
    ada.json("share", ".", at=origin)
    land(ada, origin, "Number two", text=LINES.replace("2", "two"))
    made = ada.json("fork", "ada/book", "--handle", "tome", at=tmp_path)
    assert (made["account"], made["handle"]) == ("ada", "tome")
    whole = log(ada, "ada/tome", tmp_path)
    assert whole[:-1] == log(ada, "ada/book", tmp_path)
    assert whole[-1] == (3, "Fork ada/book at @2")

    ada.json("clone", "ada/tome", at=tmp_path)
    tome = tmp_path / "tome"
    assert files_of(tome) == files_of(origin)
    assert ada.json("verify", at=tome)["position"] == 3
    ada.json("checkout", "ada/tome", "--position", "1", "--path", "old", at=tmp_path)
    assert ada.json("verify", "ada/tome", at=tmp_path)["project"] == made["id"]
    assert (tmp_path / "old/text").read_text() == LINES

    land(ada, tome, "Number seven", text=LINES.replace("2", "two").replace("7", "seven"))
    land(ada, origin, "Number five", text=LINES.replace("2", "two").replace("5", "five"))
    land(ada, origin, "A note", note="n\n")
    done = ada.json("project", "sync", at=tome)
    assert (done["carried"], done["merged"], done["left"]) == (1, ["text"], 0)
    ada.json("sync", at=tome)
    assert (tome / "text").read_text() == (
        LINES.replace("2", "two").replace("5", "five").replace("7", "seven")
    )
    assert (tome / "note").read_text() == "n\n"
    assert ada.json("verify", at=tome)["position"] == 6
    lines = ada.json("blame", "text", at=tome)["lines"]
    assert [lines[n]["goal"] for n in (2, 7)] == ["Number two", "Number seven"]

    land(ada, tome, "Ours", note="ours\n")
    land(ada, origin, "Theirs", note="theirs\n")
    assert ada.refused("project", "sync", at=tome) == (5, "fork.conflicts")
    assert ada.json("project", "sync", "--ours", "note", at=tome)["carried"] == 0
    ada.json("sync", at=tome)
    assert (tome / "note").read_text() == "ours\n"
    assert ada.json("verify", at=tome)["position"] == 7


def test_git_sees_the_same_commits_in_a_fork_as_in_its_origin(node, ada, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    git("init", "-q", "-b", "main", at=source)
    who = ("-c", "user.name=Gil", "-c", "user.email=gil@example.org")
    for number in range(3):
        (source / "file").write_text(f"{number}\n")
        git("add", "-A", at=source)
        git(*who, "commit", "-q", "-m", f"Commit {number}", at=source)
    ada.json("import", str(source), "--project", "engine", at=tmp_path)
    ada.json("clone", "ada/engine", at=tmp_path)
    land(ada, tmp_path / "engine", "Made here", more="m\n")
    ada.json("fork", "ada/engine", "--handle", "motor", at=tmp_path)
    found = {}
    for name in ("engine", "motor"):
        git("clone", "-q", f"{node.url}/ada/{name}.git", f"git-{name}", at=tmp_path)
        found[name] = git("log", "--format=%H %an %s", at=tmp_path / f"git-{name}").splitlines()
    assert found["motor"][1:] == found["engine"]
    assert found["motor"][0].endswith("ada Fork ada/engine at @4")
    assert found["engine"][1].split(" ", 1)[1] == "Gil Commit 2"
    reasons = ada.json("blame", "ada/motor", "file", at=tmp_path)["reasons"]
    assert [(one["author"], one["goal"]) for one in reasons] == [("Gil", "Commit 2")]
    assert ada.json("verify", "ada/motor", at=tmp_path)["position"] == 5


def test_a_fork_travels_in_a_bundle(ada, tmp_path):
    origin = tmp_path / "leaf"
    origin.mkdir()
    (origin / "a").write_text("a\n")
    ada.json("share", ".", at=origin)
    ada.json("fork", "ada/leaf", "--handle", "twig", at=tmp_path)
    ada.json("bundle", "twig.bundle", "ada/twig", at=tmp_path)
    ada.json("clone", "twig.bundle", "carried", at=tmp_path)
    assert files_of(tmp_path / "carried") == files_of(origin)
    assert ada.json("verify", "twig.bundle", at=tmp_path)["position"] == 2
