"""`mic write` puts what comes in on standard input into a file, whole, while a session is on."""

import io
from argparse import Namespace

import pytest

from mic.cli.commands import write
from mic.cli.console import Console
from mic.cli.context import Context
from mic.client.home import Home
from mic.errors import Conflict, Exhausted, Invalid, MicFault, Missing
from mic.workspace import manifest as manifests
from mic.workspace import session as sessions
from mic.workspace.session import LocalSession
from store.contents import BLOB_MAX


@pytest.fixture
def root(tmp_path):
    root = tmp_path / "space"
    facts = {"server": "http://node", "account": "ada", "project": "book"}
    manifests.create(root, **facts, project_id="mic:z1")
    session = LocalSession(id="s" * 22, goal="write", **facts, base=None, started_at=1)
    sessions.start(root, session)
    return root


@pytest.fixture
def put(root, tmp_path):
    """Run the command with `data` coming in."""

    def run(path, data=b"new\n", at=root):
        console = Console(json=True, colour=False, out=io.StringIO(), err=io.StringIO())
        context = Context(
            console=console, home=Home(tmp_path / "home"), cwd=at, stdin=io.BytesIO(data).read
        )
        return write.run(context, Namespace(path=path)).data, console.warnings

    return run


def test_a_new_file_is_added_with_its_directories(put, root):
    said, warnings = put("deep/down/a.txt", b"one\n")
    assert said == {"path": "deep/down/a.txt", "change": "A", "size": 4, "session": "s" * 22}
    assert (root / "deep/down/a.txt").read_bytes() == b"one\n"
    assert warnings == []


def test_a_file_is_replaced_whole_and_stays_executable(put, root):
    (root / "run").write_text("a longer content than what comes now")
    (root / "run").chmod(0o755)
    put("run", b"#!/bin/sh\n")
    assert (root / "run").read_bytes() == b"#!/bin/sh\n"
    assert (root / "run").stat().st_mode & 0o777 == 0o755


def test_a_path_is_relative_to_where_one_stands(put, root):
    (root / "src").mkdir()
    assert put("../src/./b", at=root / "src")[0]["path"] == "src/b"


@pytest.mark.parametrize("size", [0, BLOB_MAX + 1, write.MOST])
def test_any_size_up_to_the_limit_is_written(put, root, size):
    assert put("large", b"x" * size)[0]["size"] == size
    assert (root / "large").stat().st_size == size


def test_more_than_the_limit_leaves_the_file_as_it_is(put, root):
    (root / "large").write_text("old")
    with pytest.raises(Exhausted) as refused:
        put("large", b"x" * (write.MOST + 1))
    assert refused.value.code == "write.too-large"
    assert (root / "large").read_text() == "old"


@pytest.mark.parametrize(
    "path",
    ["../out", "/etc/out", ".mic/workspace.json", ".MIC/x", ".git/config", ".", "src/", "a\\b"],
)
def test_an_unsafe_path_is_refused_and_nothing_is_written(put, root, tmp_path, path):
    before = sorted(tmp_path.rglob("*"))
    manifest = (root / ".mic/workspace.json").read_bytes()
    with pytest.raises(Invalid):
        put(path)
    after = [one for one in sorted(tmp_path.rglob("*")) if one.name != "lock"]
    assert after == before
    assert (root / ".mic/workspace.json").read_bytes() == manifest


def test_a_link_is_neither_followed_nor_replaced(put, root, tmp_path):
    (tmp_path / "outside").write_text("mine")
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "folder").symlink_to(tmp_path)
    for path in ("link", "folder/outside"):
        with pytest.raises(Conflict):
            put(path)
    assert (tmp_path / "outside").read_text() == "mine"
    assert (root / "link").is_symlink()


def test_a_directory_is_not_written_over(put, root):
    (root / "src").mkdir()
    with pytest.raises(MicFault):
        put("src")


def test_without_a_session_nothing_is_written(put, root):
    sessions.end(root)
    with pytest.raises(Missing) as refused:
        put("a")
    assert refused.value.code == "session.none"
    assert not (root / "a").exists()


@pytest.mark.parametrize("path", ["noise.log", "build/a"])
def test_what_is_ignored_is_written_and_said(put, root, path):
    (root / ".micignore").write_text("*.log\nbuild/\n")
    _, warnings = put(path)
    assert "will not land" in warnings[0]
    assert (root / path).exists()
