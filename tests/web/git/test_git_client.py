"""git itself as the client: what it clones is the project, what it pushes lands or is told why not."""

import asyncio
import base64
import os
import subprocess
from pathlib import Path

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from node.daemon.http import application
from node.imports import verbs as imports
from node.landings import verbs as landings
from node.signin import verbs as signin
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account

FILES = {"README.md": b"# Book\n", "src/a.txt": b"one\ntwo\nthree\n", "src/b.bin": b"\0\1\2"}
WHO = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def served(forge):
    async with TestServer(application(forge)) as server:
        yield server


@pytest.fixture
async def book(forge, ada):
    project = await a_project(forge, ada)
    await a_landing(forge, ada, project, FILES, goal="Plant the book")
    return project


@pytest.fixture
async def url(forge, ada, served, book):
    """The address of Ada's book, with her token in it."""
    token = await signin.make_token(forge, ada, "git", ["read", "write"])
    return f"http://ada:{token}@127.0.0.1:{served.port}/{book.address}.git"


async def git(*arguments, cwd=".", fails=False):
    """Run git; return what it says."""
    return await asyncio.to_thread(_git, arguments, cwd, fails=fails)


def _git(arguments, cwd, *, fails):
    done = subprocess.run(
        ["git", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **WHO},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode != 0) is fails, done.stderr
    return done.stdout + done.stderr


def basic(url):
    """The header that says what stands before the host of `url`."""
    credentials = url.partition("//")[2].partition("@")[0]
    return {"Authorization": "Basic " + base64.b64encode(credentials.encode()).decode()}


async def commit(copy: Path, message: str, **files: bytes):
    for name, data in files.items():
        (copy / name).write_bytes(data)
    await git("add", "-A", cwd=copy)
    await git("commit", "-q", "-m", message, cwd=copy)


async def head(forge, ada, project):
    return await landings.head(forge, ada.party, project)


async def test_a_clone_holds_the_files_and_the_log_of_the_project(url, forge, ada, book, tmp_path):
    await a_landing(forge, ada, book, {"src/a.txt": b"one\n2\nthree\n"}, goal="Write it shorter")
    await git("clone", "-q", url, tmp_path / "copy")
    copy = tmp_path / "copy"
    assert (copy / "src/a.txt").read_bytes() == b"one\n2\nthree\n"
    assert (copy / "src/b.bin").read_bytes() == b"\0\1\2"
    assert (await git("log", "--format=%s", cwd=copy)).split("\n")[:2] == [
        "Write it shorter",
        "Plant the book",
    ]
    assert "error" not in await git("fsck", "--strict", cwd=copy)


async def test_the_address_does_without_its_ending(url, tmp_path):
    await git("clone", "-q", url.removesuffix(".git"), tmp_path / "copy")
    assert (tmp_path / "copy/README.md").exists()


async def test_shallow_and_partial_clones_are_gits_own(url, forge, ada, book, tmp_path):
    await a_landing(forge, ada, book, {"README.md": b"# Other\n"})
    await git("clone", "-q", "--depth", "1", url, tmp_path / "shallow")
    assert (await git("rev-list", "--count", "HEAD", cwd=tmp_path / "shallow")).strip() == "1"
    await git("clone", "-q", "--filter=blob:none", "--no-checkout", url, tmp_path / "partial")
    missing = await git(
        "rev-list", "--objects", "--all", "--missing=print", cwd=tmp_path / "partial"
    )
    assert missing.count("\n?") == 4
    await git("checkout", "-q", "main", cwd=tmp_path / "partial")
    assert (tmp_path / "partial/README.md").read_bytes() == b"# Other\n"


async def test_a_fetch_brings_what_landed_since(url, forge, ada, book, tmp_path):
    await git("clone", "-q", url, tmp_path / "copy")
    await a_landing(forge, ada, book, {"new.txt": b"new\n"}, goal="More")
    await git("pull", "-q", cwd=tmp_path / "copy")
    assert (tmp_path / "copy/new.txt").read_bytes() == b"new\n"


async def test_a_push_becomes_one_landing_and_keeps_its_commit(url, forge, ada, book, tmp_path):
    await git("clone", "-q", url, tmp_path / "copy")
    await commit(tmp_path / "copy", "Add a chapter", chapter=b"once\n")
    await commit(tmp_path / "copy", "Mend the chapter", chapter=b"Once\n")
    said = await git("push", cwd=tmp_path / "copy")
    assert "Landed at @2" in said
    landed = await landings.detail(forge, ada.party, book, 2)
    assert [change.path for change in landed.changes] == ["chapter"]
    assert landed.landing.author == "ada"
    assert b"Add a chapter" in landed.transcript
    assert "up to date" in await git("status", cwd=tmp_path / "copy")
    await git("clone", "-q", url, tmp_path / "other")
    tips = [await git("rev-parse", "HEAD", cwd=tmp_path / name) for name in ("copy", "other")]
    assert tips[0] == tips[1]
    assert "error" not in await git("fsck", "--strict", cwd=tmp_path / "other")


async def test_a_push_behind_the_head_is_refused_and_force_does_not_help(
    url, forge, ada, book, tmp_path
):
    await git("clone", "-q", url, tmp_path / "copy")
    await commit(tmp_path / "copy", "Mine", **{"README.md": b"# Mine\n"})
    await a_landing(forge, ada, book, {"README.md": b"# Theirs\n"})
    said = await git("push", cwd=tmp_path / "copy", fails=True)
    assert "fetch first" in said
    forced = await git("push", "--force", cwd=tmp_path / "copy", fails=True)
    assert "main only goes forward" in forced
    assert (await head(forge, ada, book)).position == 2
    await git("pull", "-q", "--rebase", "-X", "theirs", cwd=tmp_path / "copy")
    await git("push", cwd=tmp_path / "copy")
    assert (await head(forge, ada, book)).position == 3


async def test_who_loses_a_race_is_told_which_paths_both_changed(url, forge, ada, book, tmp_path):
    copy = tmp_path / "copy"
    await git("clone", "-q", url, copy)
    await commit(copy, "Mine", **{"README.md": b"# Mine\n"})
    hook = copy / ".git/hooks/pre-push"  # runs between the look at the head and the push
    hook.write_text("#!/bin/sh\ntouch ready\nuntil [ -f go ]; do sleep 0.02; done\n")
    hook.chmod(0o755)
    async with asyncio.TaskGroup() as group:
        push = group.create_task(git("push", cwd=copy, fails=True))
        await asyncio.to_thread(
            subprocess.run,
            ["sh", "-c", "until [ -f ready ]; do sleep 0.02; done"],
            cwd=copy,
            check=True,
        )
        await a_landing(forge, ada, book, {"README.md": b"# Theirs\n"})
        (copy / "go").touch()
    assert "README.md" in push.result()
    assert "Fetch first" in push.result()
    assert (await head(forge, ada, book)).position == 2


async def test_what_a_project_has_no_place_for_is_refused_with_a_reason(
    url, forge, ada, book, tmp_path
):
    await git("clone", "-q", url, tmp_path / "copy")
    await commit(tmp_path / "copy", "Mine", mine=b"1")
    other = await git("push", "origin", "HEAD:feature", cwd=tmp_path / "copy", fails=True)
    assert "one line, main" in other
    gone = await git("push", "origin", ":main", cwd=tmp_path / "copy", fails=True)
    assert "never deleted" in gone
    assert (await head(forge, ada, book)).position == 1


async def test_a_tag_names_a_position(url, tmp_path):
    await git("clone", "-q", url, tmp_path / "copy")
    await git("tag", "v1", cwd=tmp_path / "copy")
    await git("tag", "-a", "v2", "-m", "Second", cwd=tmp_path / "copy")
    said = await git("push", "--tags", cwd=tmp_path / "copy")
    assert "v1 names @1" in said
    await git("clone", "-q", url, tmp_path / "other")
    assert (await git("tag", cwd=tmp_path / "other")).split() == ["v1", "v2"]
    assert "Second" in await git("show", "v2", cwd=tmp_path / "other")


async def test_a_push_into_an_empty_project_brings_its_history(forge, ada, served, tmp_path):
    project = await a_project(forge, ada, "empty")
    token = await signin.make_token(forge, ada, "git", ["read", "write"])
    await git("init", "-q", "-b", "main", tmp_path / "repo")
    for number in range(3):
        await commit(tmp_path / "repo", f"Commit {number}", file=b"%d\n" % number)
    url = f"http://x:{token}@127.0.0.1:{served.port}/ada/empty.git"
    said = await git("push", url, "main", cwd=tmp_path / "repo")
    assert "Imported 3 landings" in said
    assert (await head(forge, ada, project)).position == 3
    await git("clone", "-q", url, tmp_path / "copy")
    ids = [await git("rev-list", "HEAD", cwd=tmp_path / name) for name in ("repo", "copy")]
    assert ids[0] == ids[1]


async def test_who_may_not_push_is_told_before_anything_is_sent(forge, served, book, tmp_path):
    bob = await an_account(forge, "bob")
    token = await signin.make_token(forge, bob, "git", ["read", "write"])
    plain = f"http://127.0.0.1:{served.port}/{book.address}.git"
    await git("clone", "-q", plain, tmp_path / "copy")
    await commit(tmp_path / "copy", "Mine", mine=b"1")
    assert "terminal prompts disabled" in await git("push", cwd=tmp_path / "copy", fails=True)
    with_token = plain.replace("//", f"//bob:{token}@")
    assert "You may not land" in await git(
        "push", with_token, "main", cwd=tmp_path / "copy", fails=True
    )


async def test_a_token_that_may_only_read_does_not_push(forge, ada, served, book, tmp_path):
    token = await signin.make_token(forge, ada, "git", ["read"])
    url = f"http://ada:{token}@127.0.0.1:{served.port}/{book.address}.git"
    await git("clone", "-q", url, tmp_path / "copy")
    await commit(tmp_path / "copy", "Mine", mine=b"1")
    assert "scope" in await git("push", cwd=tmp_path / "copy", fails=True)


async def test_a_private_project_is_there_for_its_people_only(forge, ada, served):
    project = await a_project(forge, ada, "diary", visibility="private")
    await a_landing(forge, ada, project, {"a": b"secret\n"})
    bob = await an_account(forge, "bob")
    tokens = {
        who: await signin.make_token(forge, account, "git", ["read"])
        for who, account in (("ada", ada), ("bob", bob))
    }
    host = f"127.0.0.1:{served.port}/ada"
    assert "terminal prompts disabled" in await git("ls-remote", f"http://{host}/diary", fails=True)
    assert "terminal prompts disabled" in await git("ls-remote", f"http://{host}/nope", fails=True)
    for name in ("diary", "nope"):
        said = await git("ls-remote", f"http://b:{tokens['bob']}@{host}/{name}", fails=True)
        assert "not found" in said
    assert "refs/heads/main" in await git("ls-remote", f"http://a:{tokens['ada']}@{host}/diary")
    wrong = await git("ls-remote", f"http://a:mut_{'x' * 43}@{host}/diary", fails=True)
    assert "Authentication failed" in wrong


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("info/refs", None, 403),
        ("info/refs?service=git-none", None, 403),
        ("git-receive-pack", b"zzzz", 400),
        ("git-receive-pack", b"0005", 400),
        ("git-receive-pack", b"0010too short", 400),
        ("git-receive-pack", b"0014not a command\n000", 400),
        ("git-receive-pack", b"ffff" + b"x" * 10, 400),
    ],
)
async def test_what_is_not_git_is_refused(url, served, path, body, status):
    async with ClientSession(headers=basic(url)) as session:
        method = "GET" if body is None else "POST"
        where = f"http://127.0.0.1:{served.port}/ada/book.git/{path}"
        async with session.request(method, where, data=body) as answer:
            assert answer.status == status
            assert (await answer.text()).strip()


async def test_a_damaged_pack_is_refused_and_nothing_lands(url, forge, ada, book, served):
    line = b"%040d %040x refs/heads/main\0report-status\n" % (0, 7)
    body = b"%04x%b0000PACK\0\0\0\2\0\0\0\1garbage" % (len(line) + 4, line)
    async with ClientSession(headers=basic(url)) as session:
        where = f"http://127.0.0.1:{served.port}/ada/book.git/git-receive-pack"
        async with session.post(where, data=body) as answer:
            said = await answer.text()
    assert "ng refs/heads/main" in said
    assert "unpack ok" not in said
    assert (await head(forge, ada, book)).position == 1


@pytest.mark.slow
async def test_a_file_of_a_hundred_megabytes_goes_both_ways(url, tmp_path):
    await git("clone", "-q", url, tmp_path / "copy")
    (tmp_path / "copy/big").write_bytes(os.urandom(100 << 20))
    await git("add", "big", cwd=tmp_path / "copy")
    await git("commit", "-q", "-m", "Big", cwd=tmp_path / "copy")
    await git("push", "-q", cwd=tmp_path / "copy")
    await git("clone", "-q", url, tmp_path / "other")
    sizes = [(tmp_path / name / "big").stat().st_size for name in ("copy", "other")]
    assert sizes == [100 << 20, 100 << 20]


async def test_tags_come_with_the_history_into_an_empty_project(forge, ada, served, tmp_path):
    project = await a_project(forge, ada, "tagged")
    token = await signin.make_token(forge, ada, "git", ["read", "write"])
    repo = tmp_path / "repo"
    await git("init", "-q", "-b", "main", repo)
    await commit(repo, "One", file=b"1\n")
    await git("tag", "v1.0", cwd=repo)
    await git("checkout", "-q", "-b", "side", cwd=repo)
    await commit(repo, "Aside", other=b"2\n")
    await git("tag", "-a", "aside", "-m", "On the side", cwd=repo)
    await git("tag", "odd,ly", cwd=repo)
    await git("checkout", "-q", "main", cwd=repo)
    await commit(repo, "Two", file=b"2\n")
    url = f"http://x:{token}@127.0.0.1:{served.port}/ada/tagged.git"
    said = await git("push", url, "main", "--tags", cwd=repo)
    assert "v1.0 names @1" in said
    assert "aside is kept" in said
    named = await imports.tags(forge, ada.party, project)
    assert {one.name: one.position for one in named} == {"v1.0": 1, "aside": None, "odd,ly": None}
    await git("clone", "-q", url, tmp_path / "copy")
    assert (await git("show", "aside:other", cwd=tmp_path / "copy")) == "2\n"
    assert "error" not in await git("fsck", "--strict", cwd=tmp_path / "copy")


async def test_tags_stay_away_where_main_is_refused(url, forge, ada, book, tmp_path):
    copy = tmp_path / "copy"
    await git("clone", "-q", url, copy)
    await a_landing(forge, ada, book, {"README.md": b"# Theirs\n"})
    await commit(copy, "Mine", mine=b"1")
    await git("tag", "v1", cwd=copy)
    said = await git("push", "--force", "origin", "main", "v1", cwd=copy, fails=True)
    assert "main was refused" in said
    assert await imports.tags(forge, ada.party, book) == []


async def test_a_shallow_clone_of_the_project_can_push(url, forge, ada, book, tmp_path):
    await a_landing(forge, ada, book, {"src/a.txt": b"one\n2\nthree\n"}, goal="Write it shorter")
    copy = tmp_path / "copy"
    await git("clone", "-q", "--depth", "1", url, copy)
    await commit(copy, "Add a page", page=b"1\n")
    await git("push", "origin", "HEAD:main", cwd=copy)
    assert (await head(forge, ada, book)).position == 3
    await git("clone", "-q", url, tmp_path / "whole")
    assert "error" not in await git("fsck", "--strict", cwd=tmp_path / "whole")


async def test_a_history_cut_off_elsewhere_is_told_to_be_so(url, forge, ada, tmp_path):
    empty = await a_project(forge, ada, "empty")
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    await git("init", "-q", "-b", "main", whole)
    await commit(whole, "One", a=b"1")
    await commit(whole, "Two", a=b"2")
    await git("clone", "-q", "--depth", "1", f"file://{whole}", cut)
    to = url.replace("/book.git", "/empty.git")
    said = await git("push", to, "HEAD:main", cwd=cut, fails=True)
    assert "git fetch --unshallow" in said
    assert "names no commit" not in said
    assert (await head(forge, ada, empty)).position == 0
