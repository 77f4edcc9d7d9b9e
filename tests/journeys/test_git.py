"""A person brings a git repository, works on it with git and with mic, and takes it away again."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.gits import LINES, Gits, odd
from tests.support.mic import MIC, Person, files_of
from tests.support.processes import Node, environment

pytestmark = [pytest.mark.journey, pytest.mark.slow]

WHO = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


def git(*words, at: Path, fails: bool = False, **more: str) -> str:
    done = subprocess.run(
        ["git", *map(str, words)],
        cwd=at,
        env={**os.environ, **WHO, **more},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode != 0) is fails, done.stderr
    return done.stdout + ("" if not fails else done.stderr)


def commit(at: Path, message: str, **files: bytes) -> None:
    for name, data in files.items():
        (at / name).write_bytes(data)
    git("add", "-A", at=at)
    git("commit", "-q", "-m", message, at=at)


@pytest.fixture
def copy(tmp_path, request):
    """A working copy with merges, tags, a binary file, a link, a script and a rename."""
    at = tmp_path / request.node.name.replace("_", "-")[5:40].strip("-")
    git("init", "-q", "-b", "trunk", at, at=tmp_path)
    (at / "src").mkdir()
    (at / "src/one.py").write_bytes(LINES)
    (at / "run.sh").write_bytes(b"#!/bin/sh\n")
    (at / "run.sh").chmod(0o755)
    (at / "link").symlink_to("src/one.py")
    (at / ".gitignore").write_text("*.o\n")
    commit(at, "Begin", binary=bytes(range(256)) * 99)
    git("checkout", "-q", "-b", "side", at=at)
    commit(at, "On the side", side=b"side\n")
    git("checkout", "-q", "trunk", at=at)
    commit(at, "On the trunk", trunk=b"trunk\n")
    git("merge", "-q", "--no-ff", "-m", "Merge the side", "side", at=at)
    git("tag", "light", at=at)
    git("tag", "-a", "v1", "-m", "First", at=at)
    (at / "lib").mkdir()
    git("mv", "src/one.py", "lib/two.py", at=at)
    with (at / "lib/two.py").open("ab") as file:
        file.write(b"one more\n")
    commit(at, "Move it")
    return at


def url_of(node, ada, name: str) -> str:
    """The address of a project for git, a token in it."""
    token = ada.json("token", "create", "git", "--scope", "read,write", at=node.data)["secret"]
    return f"{node.facts['url'].replace('//', f'//ada:{token}@')}/ada/{name}.git"


def tip(at: Path) -> str:
    return git("rev-parse", "HEAD", at=at).strip()


def content(at: Path) -> dict:
    return {name: one for name, one in files_of(at).items() if not name.startswith(".git/")}


def test_a_history_comes_whole_and_both_kinds_of_client_go_on_with_it(node, ada, copy, tmp_path):
    name = copy.name
    before = content(copy)
    shared = ada.json("share", at=copy)
    assert (shared["position"], shared["landings"], shared["uncommitted"]) == (4, 4, 0)
    assert shared["commit"] == tip(copy)
    assert content(copy) == before
    assert ada.json("status", at=copy)["changes"] == []
    url = url_of(node, ada, name)
    git("clone", "-q", url, "by-git", at=tmp_path)
    by_git, by_mic = tmp_path / "by-git", tmp_path / "by-mic"
    ada.json("clone", f"ada/{name}", "by-mic", at=tmp_path)
    assert content(by_git) == content(by_mic) == before
    assert tip(by_git) == tip(copy)
    assert git("tag", at=by_git).split() == ["light", "v1"]
    log = ada.json("log", "-p", "lib/two.py", at=copy)
    assert [(one["position"], one["renamed_from"]) for one in log] == [
        (4, "src/one.py"),
        (1, None),
    ]
    blamed = ada.json("blame", "lib/two.py", at=copy)["lines"]
    assert {line["position"] for line in blamed[:-1]} == {1}
    assert blamed[-1]["position"] == 4
    for tag in ("v1", "@v1", "@light"):
        assert ada.json("ls", "--position", tag, at=copy)["position"] == 3
    assert ada.json("show", "@v1", at=copy)["landing"]["position"] == 3
    assert ada.json("diff", "@v1", "latest", at=copy)["from"] == 3
    assert ada.refused("show", "@v9", at=copy) == (2, "position.invalid")

    (by_mic / "new").write_bytes(b"by mic\n")
    ada.json("land", "Add it with mic", at=by_mic)
    git("pull", "-q", "--ff-only", at=by_git)
    assert (by_git / "new").read_bytes() == b"by mic\n"
    commit(by_git, "Change it with git", new=b"by git\n")
    git("push", "-q", at=by_git)
    ada.json("sync", at=by_mic)
    ada.json("sync", at=copy)
    assert content(by_mic) == content(by_git) == content(copy)
    assert ada.json("log", "-n", "1", at=by_mic)[0]["goal"] == "Change it with git"
    git("fsck", "--strict", at=by_git)
    ada.json("verify", at=by_mic)

    exported = ada.json("export", "git", f"ada/{name}", "out.git", "--bare", at=tmp_path)
    assert (exported["commit"], exported["tags"]) == (tip(by_git), 2)
    git("fsck", "--strict", at=tmp_path / "out.git")
    assert "Authorization" not in (tmp_path / "out.git/config").read_text()
    ada.json("export", "git", "../plain", at=copy)
    assert content(tmp_path / "plain") == content(by_git)
    assert ada.refused("export", "git", "../plain", at=copy) == (5, "export.not-empty")


def test_what_is_not_committed_stays_or_lands_if_asked(ada, copy):
    (copy / "trunk").write_bytes(b"changed\n")
    (copy / "fresh").write_bytes(b"fresh\n")
    (copy / "waste.o").write_bytes(b"waste\n")
    shared = ada.json("share", at=copy)
    assert (shared["position"], shared["uncommitted"]) == (4, 2)
    assert [one["path"] for one in ada.json("status", at=copy)["changes"]] == ["fresh", "trunk"]
    again = ada.json("share", "--dirty", at=copy)
    assert (again["position"], again["uncommitted"]) == (5, 0)
    assert again["files"] == shared["files"] + 1
    assert ada.json("status", at=copy)["changes"] == []
    assert ada.refused("share", at=copy) == (5, "workspace.exists")
    assert git("status", "--short", at=copy).splitlines() == [" M trunk", "?? fresh"]


def test_a_merge_at_the_tip_is_shared_and_shown_with_what_it_brought(ada, copy):
    git("checkout", "-q", "-b", "late", at=copy)
    commit(copy, "Another side", late=b"late\n")
    git("checkout", "-q", "trunk", at=copy)
    git("merge", "-q", "--no-ff", "-m", "Merge the other side", "late", at=copy)
    assert ada.json("share", at=copy)["position"] == 5
    [said] = ada.json("show", "latest", at=copy)["session"]["conversation"]
    assert (said["role"], "Another side" in said["text"]) == ("commit", True)


def test_a_share_that_was_killed_goes_on(ada, copy):
    before, number = content(copy), 1
    while ada.killed(number, "share", "--dirty", at=copy):
        number += 1
    assert number > 2
    assert ada.mic("share", "--dirty", "--json", at=copy).data["position"] == 4
    assert ada.json("status", at=copy)["changes"] == []
    assert content(copy) == before


def test_without_the_history_the_files_are_one_landing(ada, copy):
    shared = ada.json("share", "--no-history", at=copy)
    assert shared["position"] == 1
    assert shared["landings"] is None


def test_what_keeps_a_history_from_coming_is_said_and_leaves_nothing(ada, copy, tmp_path):
    git("clone", "-q", "--depth", "1", f"file://{copy}", "shallow", at=tmp_path)
    git("checkout", "-q", "--detach", at=copy)
    git("init", "-q", "-b", "main", "empty", at=tmp_path)
    git("clone", "-q", "--no-local", copy, "unborn", at=tmp_path)
    git("checkout", "-q", "--orphan", "nothing", at=tmp_path / "unborn")
    for name, code in [
        ("shallow", "git.shallow"),
        (copy.name, "git.detached-head"),
        ("empty", "git.empty"),
        ("unborn", "git.unborn-head"),
    ]:
        assert ada.refused("share", at=tmp_path / name) == (2, code)
        assert not (tmp_path / name / ".mic").exists()
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    assert ada.refused("share", at=copy, PATH=str(nowhere)) == (3, "git.missing")
    assert ada.refused("import", "nowhere", at=tmp_path) == (3, "git.no-repository")


def test_what_the_node_refuses_is_told_with_path_and_commit(ada, tmp_path):
    g = Gits(tmp_path / "hostile.git")
    bad = g.main(g.commit({"fine": b"x\n", "a/.mic/b": b"x\n"}))
    ran = ada.mic("import", "hostile.git", "--json", at=tmp_path)
    assert ran.error["code"] == "push.refused"
    assert "a/.mic/b" in ran.error["message"]
    assert bad in ran.error["message"]


def test_a_bare_repository_of_oddities_is_imported_and_no_workspace_is_made(ada, tmp_path):
    g = odd(tmp_path / "odd.git")
    made = ada.mic("import", "odd.git", "--project", "odd", "--private", "--json", at=tmp_path)
    assert made.data["done"] == len(g.line())
    assert not (tmp_path / ".mic").exists()
    again = ada.json("import", "odd.git", "--project", "odd", "--private", at=tmp_path)
    assert made.data["warnings"] == [
        "vendor/sub is a submodule: it is kept for git, and not in the project's tree."
    ]
    assert again == made.data | {"warnings": []}  # nothing came that could be warned of
    ada.json("export", "git", "ada/odd", "back.git", "--bare", at=tmp_path)
    assert Gits.git(g, "rev-parse", "main").decode().strip() == tip(tmp_path / "back.git")
    assert ada.refused("import", "odd.git", "--project", "odd", at=tmp_path)[0] == 5


def test_an_import_goes_on_after_client_and_node_were_killed(tmp_path):
    from tests.support.gits import long

    g = long(tmp_path / "long.git", 1500)
    arguments = ("--owner", "ada", "--name", "test")
    home = tmp_path / "mic"
    ada = Person(home)
    with Node(tmp_path / "data", "--listen", "127.0.0.1:0", *arguments, MIC_HOME=str(home)) as node:
        listen = node.facts["url"].partition("//")[2]
        pushing = subprocess.Popen(
            [*MIC, "import", "long.git"],
            cwd=tmp_path,
            env=environment(MIC_HOME=str(home)),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        position = 0
        while not position and pushing.poll() is None:
            ran = ada.mic("log", "ada/long", "-n", "1", "--json", at=tmp_path)
            position = bool(ran.status == 0 and ran.data)
        assert pushing.poll() is None
        node.kill()
        pushing.wait(60)
    with Node(tmp_path / "data", "--listen", listen, *arguments, MIC_HOME=str(home)):
        made = ada.json("import", "long.git", at=tmp_path)
        assert made["done"] == 1500
        assert len(ada.json("log", "ada/long", "-n", "5000", at=tmp_path)) == 1500
        ada.json("export", "git", "ada/long", "back.git", "--bare", at=tmp_path)
        assert g.git("rev-parse", "main").decode().strip() == tip(tmp_path / "back.git")


def test_a_repository_at_a_url_is_fetched_by_the_node(node, ada, copy, tmp_path):
    ada.json("share", at=copy)
    url = f"{node.url}/ada/{copy.name}.git"
    code = "outbound.not-public"
    assert ada.refused("import", url, "--project", "elsewhere", at=tmp_path)[1] == code
    home = tmp_path / "mic"
    more = {"MIC_HOME": str(home), "MICELIO_REACH_PRIVATE": "yes"}
    arguments = ("--listen", "127.0.0.1:0", "--owner", "bea", "--name", "other")
    with Node(tmp_path / "data", *arguments, **more):
        bea = Person(home)
        made = bea.json("import", url, at=tmp_path)
        assert (made["project"], made["status"]) == (f"bea/{copy.name}", "completed")
        begun = bea.json("import", url, "--project", "later", "--no-wait", at=tmp_path)
        assert bea.json("import", "--id", begun["id"], at=tmp_path)["status"] == "completed"
        bea.json("export", "git", "bea/later", "out", at=tmp_path)
        assert tip(tmp_path / "out") == tip(copy)
        assert bea.refused("import", url, at=tmp_path) == (5, "import.not-empty")
