"""git signs in with any token as its password: a device's, and one for a project, which stays there."""

import asyncio
import os
import subprocess

import pytest
from aiohttp.test_utils import TestServer

from node.daemon.http import application
from node.devices import flow
from node.devices import verbs as devices
from node.devices.model import Caller
from node.landings import verbs as landings
from node.signin import tokens
from node.signin.model import NewToken
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account

WHO = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.org",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.org",
}
LAND = frozenset({"session:land"})


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def books(forge, ada):
    """Two private projects with a file each."""
    made = [await a_project(forge, ada, name, visibility="private") for name in ("book", "diary")]
    for one in made:
        await a_landing(forge, ada, one, {"a": b"a\n"})
    return made


@pytest.fixture
async def served(forge):
    async with TestServer(application(forge)) as server:
        yield server


async def git(*arguments, fails=False):
    done = await asyncio.to_thread(
        subprocess.run,
        ["git", *map(str, arguments)],
        env={**os.environ, **WHO},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode != 0) is fails, done.stderr
    return done.stdout + done.stderr


def address(served, project, secret):
    return f"http://token:{secret}@127.0.0.1:{served.port}/{project.address}.git"


async def pushed(served, project, secret, copy):
    await git("clone", "-q", address(served, project, secret), copy)
    (copy / "b").write_text("b\n")
    await git("-C", copy, "add", "b")
    await git("-C", copy, "commit", "-qm", "Add b")
    await git("-C", copy, "push", "-q")


@pytest.mark.slow
async def test_a_token_for_a_project_clones_and_pushes_there_only(
    forge, ada, books, served, tmp_path
):
    book, diary = books
    made = await tokens.create_for(forge, ada.party, book, NewToken("ci", LAND))
    await pushed(served, book, made.secret, tmp_path / "copy")
    assert (await landings.head(forge, ada.party, book)).position == 2
    await git("clone", "-q", address(served, diary, made.secret), tmp_path / "no", fails=True)
    await tokens.revoke_for(forge, ada.party, book, made.token.key)
    await git("-C", tmp_path / "copy", "fetch", fails=True)


@pytest.mark.slow
async def test_a_device_clones_and_pushes_until_it_is_revoked(forge, ada, books, served, tmp_path):
    book, _ = books
    started = await flow.start(forge, Caller("mic"), "mic@shed", None)
    await devices.answer(forge, ada.party, started.user_code, is_approved=True)
    issued = await flow.exchange(forge, Caller("mic"), started.device_code)
    await pushed(served, book, issued.access, tmp_path / "copy")
    assert (await landings.head(forge, ada.party, book)).position == 2
    (device,) = await devices.listed(forge, ada.party)
    await devices.revoke(forge, ada.party, device.key)
    await git("-C", tmp_path / "copy", "fetch", fails=True)
