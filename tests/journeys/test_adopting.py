"""A workspace of a mirror lands on, after the mirror has become the project's home."""

import asyncio
import json

import pytest

from node.accounts import verbs as accounts
from node.daemon import building, config
from node.kernel.parties import ANONYMOUS
from node.signin import verbs as signin
from tests.support.drafts import a_landing
from tests.support.followers import followed
from tests.support.forges import a_forge, a_project, an_account
from tests.support.mic import Person
from tests.support.processes import Node, run

pytestmark = [pytest.mark.slow, pytest.mark.journey]


@pytest.fixture
def mirrored(tmp_path):
    """The directory of a node with zoe's token and a mirror of ada's book, and ada's key."""

    async def make():
        (tmp_path / "home").mkdir()
        data = tmp_path / "mirror"
        settings = config.read({"data": str(data)}, {}, data)
        async with (
            a_forge(tmp_path / "home") as home,
            building.opened(settings, "http://127.0.0.1:7070") as mirror,
        ):
            zoe = await accounts.create(mirror, ANONYMOUS, "zoe")
            token = await signin.make_token(mirror, zoe, "test", ("read", "write"))
            ada = await an_account(home)
            book = await a_project(home, ada)
            await a_landing(home, ada, book, {"a.txt": b"one\n"})
            await a_landing(home, ada, book, {"a.txt": b"two\n"})
            copy = await followed(home, mirror, book)
            key = tmp_path / "home" / "keys" / "accounts" / f"{ada.did[8:]}.key"
        return data, token, key, copy.address

    return asyncio.run(make())


def test_a_workspace_of_a_mirror_lands_on_after_its_adoption(mirrored, tmp_path):
    data, token, key, address = mirrored
    zoe, at = Person(tmp_path / "zoe"), tmp_path / "book"

    def mic(*words, where=at):
        done = zoe.mic(*words, at=where)
        assert done.status == 0, done.err
        return done

    with Node(data, "--listen", "127.0.0.1:0", "--no-register", "--no-p2p") as node:
        mic("auth", "login", node.url, "--token", token, where=tmp_path)
        mic("clone", f"{node.url}/{address}", where=tmp_path)
        assert (at / "a.txt").read_bytes() == b"two\n"
        mic("verify")
        (at / "a.txt").write_bytes(b"three\n")
        adopted = run("project", "adopt", address, "--key", str(key), "--data", str(data), "--json")
        assert adopted.returncode == 0, adopted.stderr
        told = json.loads(adopted.stdout)
        assert (told["address"], told["position"]) == ("zoe/book", 2)
        landed = mic("land", "Go on", "--json").out
        assert f"{address} is called zoe/book now." in json.loads(landed)["warnings"]
        mic("verify")
        assert mic("log", "--json").data
        assert node.stop() == 0
    checked = run("fsck", "--data", str(data))
    assert checked.returncode == 0, checked.stdout + checked.stderr
