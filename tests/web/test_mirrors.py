"""A mirror is read with a browser and with git as at home, says whose it is, and takes nothing."""

import asyncio
import os
import subprocess

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer

from keys.statements.landing import open_landing, seal_landing
from node.daemon.http import application
from node.imports import verbs as imports
from node.landings.model import NotAccepted
from node.projects import mirroring
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from node.replication import peering
from node.replication.model import MET, Met
from node.signin import verbs as signin
from tests.support.drafts import a_landing
from tests.support.followers import Group, accept, followed, groups_of, two_nodes
from tests.support.forges import a_project, an_account
from tests.support.gits import ZERO, odd

ALONE = {
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Zoe",
    "GIT_AUTHOR_EMAIL": "zoe@example.org",
    "GIT_COMMITTER_NAME": "Zoe",
    "GIT_COMMITTER_EMAIL": "zoe@example.org",
}


async def git(*arguments, cwd, fails=False):
    def run():
        return subprocess.run(
            ["git", *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **ALONE},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    done = await asyncio.to_thread(run)
    assert (done.returncode != 0) is fails, done.stderr
    return done.stdout + done.stderr


@pytest.fixture
async def nodes(tmp_path):
    async with two_nodes(tmp_path) as both:
        yield both


@pytest.fixture
async def held(nodes):
    """A home, ada's book on it, and a mirror of it."""
    home, mirror = nodes
    ada = await an_account(home)
    book = await a_project(home, ada)
    await a_landing(home, ada, book, {"README.md": b"# Book\n", "src/a.txt": b"one\n"})
    await a_landing(home, ada, book, {"src/a.txt": b"two\n"}, goal="Count on")
    return home, book, mirror, await followed(home, mirror, book)


async def page(server, path):
    async with ClientSession() as session, session.get(server.make_url(path)) as answer:
        return answer.status, await answer.text()


async def test_a_mirrors_pages_say_whose_it_is_and_offer_nothing_that_changes_it(held):
    home, book, mirror, copy = held
    await peering.met(mirror, Met(did=home.node.did, name="A friend's"), MET)
    async with TestServer(application(mirror)) as server:
        status, text = await page(server, f"/{copy.address}")
        assert status == 200
        assert "This is a mirror." in text
        assert home.node.did in text
        assert "The node A friend&#39;s, did:key:" in text
        assert book.id in text
        assert "up to @2 itself" in text
        assert "/settings" not in text
        for where in (
            "/landings",
            "/landings/2",
            "/tree/src",
            "/blob/src/a.txt",
            "/blame/src/a.txt",
        ):
            assert (await page(server, f"/{copy.address}{where}"))[0] == 200, where
        assert 'class="label">mirror' in (await page(server, f"/{copy.account}"))[1]
    async with TestServer(application(home)) as server:
        assert "mirror" not in (await page(server, f"/{book.address}"))[1]


async def test_nobody_changes_a_mirror_by_its_pages(held):
    _, _, mirror, copy = held
    async with TestServer(application(mirror)) as server:
        for where in ("/settings", "/settings/audit"):
            assert (await page(server, f"/{copy.address}{where}"))[0] == 403, where


async def test_a_home_that_contradicted_itself_is_shown(held):
    home, book, mirror, copy = held
    groups = await groups_of(home, book)
    record, _ = open_landing(groups[1].envelope)
    rival = seal_landing(type(record)(**{**fields(record), "landed_at": 1}), home.node.key)
    lie = Group(rival, groups[1].contribution, groups[1].listed, groups[1].transcript)
    with pytest.raises(NotAccepted):
        await accept(mirror, copy, [lie])
    async with TestServer(application(mirror)) as server:
        text = (await page(server, f"/{copy.address}"))[1]
    assert "signed two records for @2" in text
    assert "The proof is kept" in text


@pytest.mark.parametrize("state", ["deleted", "withdrawn"])
async def test_what_its_home_took_back_is_shown_no_more_and_the_page_says_why(held, state):
    home, book, mirror, copy = held
    ada = await an_account(home)
    if state == "deleted":
        await projects.delete(home, ada.party, "ada", "book")
    else:
        await projects.update(home, ada.party, "ada", "book", ProjectChanges(visibility="private"))
    await mirroring.withdraw(mirror, await mirroring.notice_of(home, book.id, None))
    async with TestServer(application(mirror)) as server:
        for where in ("", "/landings/1", "/blob/README.md"):
            status, text = await page(server, f"/{copy.address}{where}")
            assert status == 404
            assert "Its home" in text
        assert "Its home" not in (await page(server, f"/{copy.account}/other"))[1]


def fields(record):
    return {name: getattr(record, name) for name in record.__slots__}


@pytest.mark.slow
async def test_git_reads_the_same_commits_from_a_mirror_and_pushes_nothing(held, tmp_path):
    home, book, mirror, copy = held
    zoe = await an_account(mirror, "zoe")
    token = await signin.make_token(mirror, zoe, "git", ("read", "write"))
    heads = []
    for forge, project, name in ((home, book, "one"), (mirror, copy, "two")):
        async with TestServer(application(forge)) as server:
            url = str(server.make_url(f"/{project.address}.git"))
            await git("clone", "-q", url, tmp_path / name, cwd=tmp_path)
            heads.append(await git("rev-parse", "HEAD", cwd=tmp_path / name))
            if forge is mirror:
                await git("commit", "-q", "--allow-empty", "-m", "Mine", cwd=tmp_path / name)
                there = url.replace("http://", f"http://zoe:{token}@")
                told = await git("push", there, "main", cwd=tmp_path / name, fails=True)
                assert "This is a mirror" in told
                assert book.id in told
    assert heads[0] == heads[1]


@pytest.mark.slow
async def test_commits_that_only_the_home_has_are_not_made_up(nodes, tmp_path):
    home, mirror = nodes
    ada = await an_account(home)
    book = await a_project(home, ada)
    gits = odd(tmp_path / "odd")
    tip = gits.git("rev-parse", "main").decode().strip()
    await imports.receive(home, ada.party, book, gits.path, ZERO, tip, lambda *_: None)
    copy = await followed(home, mirror, book)
    async with TestServer(application(mirror)) as server:
        url = str(server.make_url(f"/{copy.address}.git"))
        told = await git("clone", "-q", url, tmp_path / "copy", cwd=tmp_path, fails=True)
        assert "its commits are kept by the node that took it in" in told
        assert (await page(server, f"/{copy.address}"))[0] == 200
