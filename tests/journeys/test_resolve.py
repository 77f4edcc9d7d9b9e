"""`mic session resolve` settles what keeps a session from landing, path by path, and then lands."""

import os
import pty
import re
import subprocess

import pytest

from tests.support.mic import MIC
from tests.support.processes import environment

pytestmark = pytest.mark.journey

LINES = "one\ntwo\nthree\n"


@pytest.fixture
def clashing(ada, node, tmp_path):
    """A workspace with a session, whose changes clash with a landing in every way."""
    ours = tmp_path / "ours"
    (ours / "src").mkdir(parents=True)
    for name in ("a", "b", "src/c", "gone"):
        (ours / name).write_text(LINES)
    (ours / "binary").write_bytes(b"\0one")
    said = ada.json("share", "--name", re.sub("[^a-z0-9]+", "-", tmp_path.name), at=ours)
    theirs = tmp_path / "theirs"
    ada.json("clone", f"{node.url}/{said['project']}", str(theirs), at=tmp_path)
    for root, word in ((ours, "ours"), (theirs, "theirs")):
        for name in ("a", "b", "src/c", "gone"):
            (root / name).write_text(LINES.replace("two", word))
        (root / "binary").write_bytes(b"\0" + word.encode())
    (theirs / "gone").unlink()
    ada.json("land", "Theirs", at=theirs)
    ada.json("session", "start", "Ours", at=ours)
    return ours


def left(ran):
    """The status, and what is left with the reason for each."""
    assert ran.error["code"] == "sync.conflicts"
    assert ran.error["details"]["paths"] == sorted(ran.error["details"]["reasons"])
    return ran.status, ran.error["details"]["paths"]


ALL = ["a", "b", "binary", "gone", "src/c"]


def test_without_a_terminal_it_lists_what_is_left_and_says_what_decides(ada, clashing):
    assert ada.refused("session", "land", at=clashing) == (5, "landing.paths-moved")
    ran = ada.mic("session", "resolve", "--json", at=clashing)
    assert left(ran) == (5, ALL)
    assert "mic session resolve [PATH...] -s ours|theirs" in ran.error["details"]["hint"]
    told = ada.mic("session", "resolve", at=clashing)
    assert (told.status, told.out) == (5, b"")
    assert "! a: the same lines changed on both sides" in told.err
    assert ada.json("session", "status", at=clashing)["goal"] == "Ours"


@pytest.mark.parametrize("strategy", ["ours", "theirs"])
def test_a_side_for_all_lands_at_once(ada, clashing, strategy):
    (clashing / "mine").write_text("more\n")
    landed = ada.json("session", "resolve", "-s", strategy, at=clashing)
    assert landed["position"] == 3
    assert strategy in (clashing / "a").read_text()
    assert (clashing / "binary").read_bytes() == b"\0" + strategy.encode()
    assert (clashing / "gone").exists() is (strategy == "ours")
    assert ada.json("status", at=clashing)["changes"] == []
    assert ada.json("status", at=clashing)["session"] is None


def test_each_path_by_itself_and_a_directory_until_none_is_left(ada, clashing):
    ada.mic("session", "resolve", at=clashing)

    def resolve(*words):
        return ada.mic("session", "resolve", *words, "--json", at=clashing)

    assert left(resolve("a", "binary", "-s", "theirs")) == (5, ["b", "gone", "src/c"])
    assert "theirs" in (clashing / "a").read_text()
    assert (clashing / "binary").read_bytes() == b"\0theirs"
    assert left(resolve("src", "-s", "ours")) == (5, ["b", "gone"])
    assert (clashing / "src/c").read_text() == LINES.replace("two", "ours")
    assert resolve("a", "-s", "ours").error["code"] == "session.no-such-conflict"
    assert left(resolve("gone", "-s", "ours")) == (5, ["b"])
    (clashing / "b").write_text("by hand\n")
    assert resolve().data["position"] == 3
    shown = {one["path"] for one in ada.json("show", "3", at=clashing)["changes"]}
    assert shown == {"b", "gone", "src/c"}


def test_a_path_is_meant_from_where_one_stands(ada, clashing):
    ada.mic("session", "resolve", at=clashing)
    ran = ada.mic("session", "resolve", "c", "-s", "ours", "--json", at=clashing / "src")
    assert left(ran) == (5, ["a", "b", "binary", "gone"])


def test_without_a_conflict_it_lands(ada, clashing):
    for name in ("a", "b", "src/c", "gone"):
        (clashing / name).write_text(LINES)
    (clashing / "binary").write_bytes(b"\0one")
    (clashing / "mine").write_text("more\n")
    landed = ada.json("session", "resolve", at=clashing)
    assert (landed["position"], landed["settled"]) == (3, [])


def test_at_a_terminal_it_asks_for_each(ada, clashing, tmp_path):
    ada.mic("session", "resolve", at=clashing)
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho edited > "$1"\n')
    editor.chmod(0o755)
    master, slave = pty.openpty()
    known = environment(MIC_HOME=str(ada.home), EDITOR=str(editor), TERM="dumb")
    with subprocess.Popen(
        [*MIC, "session", "resolve"],
        cwd=clashing,
        env=known,
        stdin=slave,
        stdout=subprocess.PIPE,
        stderr=slave,
    ) as ran:
        os.write(master, b"k\nt\nt\nk\ne\n")
        out = ran.stdout.read().decode()
    assert ran.returncode == 0, out
    os.close(master)
    os.close(slave)
    assert "ours" in (clashing / "a").read_text()
    assert "theirs" in (clashing / "b").read_text()
    assert (clashing / "binary").read_bytes() == b"\0theirs"
    assert "ours" in (clashing / "gone").read_text()
    assert (clashing / "src/c").read_text() == "edited\n"
