"""An old home that still runs learns that its project was given another home, and stops there."""

import asyncio
import urllib.request

import pytest

from node.accounts import verbs as accounts
from node.daemon import building, config
from node.signin import verbs as signin
from tests.journeys.test_restored import HEIGHT, a_node, asked, until
from tests.support.mic import Person
from tests.support.processes import run

pytestmark = [pytest.mark.slow, pytest.mark.journey]

QUEUED = 7
A_ROUND = 90.0
"""Nodes compare where they stand once a minute at least."""

HOME = "select count(*) from projects where home is not null"


def page(node, address):
    with urllib.request.urlopen(f"{node.url}/{address}", timeout=20) as answer:
        return answer.read().decode()


def a_token(node):
    """A token of the owner of a node that runs."""

    async def make():
        settings = config.read({"data": str(node.data)}, {}, node.data)
        async with building.opened(settings, node.url, alone=False) as forge:
            owner = await accounts.owner(forge)
            return await signin.make_token(forge, owner, "test", ("read", "write"))

    return asyncio.run(make())


@pytest.fixture
def world(tmp_path):
    """Ann's garden at @1, its key, bob who holds it, and cleo who holds it too."""
    garden, ann = tmp_path / "garden", Person(tmp_path / "ann" / "mic")
    garden.mkdir()
    nodes = [a_node(tmp_path / name, name) for name in ("ann", "bob", "cleo")]
    home, bob, cleo = nodes

    def land(number):
        (garden / "a.txt").write_text(f"{number}\n")
        return ann.mic("land", f"Landing {number}", "--json", at=garden)

    with home, bob, cleo:
        (garden / "a.txt").write_text("1\n")
        ann.json("share", "--name", "garden", at=garden)
        for other in (bob, cleo):
            asked(other.data, "seed", f"{home.url}/ann/garden")
            until(other.data, HEIGHT, 1)
        asked(bob.data, "peer", "add", home.url)
        asked(cleo.data, "peer", "add", f"@node@{bob.url.removeprefix('http://')}")
        asked(home.data, "peer", "add", bob.url)
        # Who landed at the old home is known at the new one, else that could not take it.
        ann.json("auth", "login", bob.url, "--token", a_token(bob), at=garden)
        key = tmp_path / "ann.key"
        asked(home.data, "key", "save", str(key))
        yield home, bob, cleo, land, key, asked(bob.data, "seeds")[0]["id"]


def test_an_old_home_that_was_not_further_becomes_a_mirror_and_passes_landings_on(world):
    home, bob, cleo, land, key, name = world
    refused = run("project", "adopt", name, "--key", str(key), "--data", str(bob.data))
    assert refused.returncode != 0
    assert "--force" in refused.stdout + refused.stderr
    asked(bob.data, "project", "adopt", name, "--key", str(key), "--force")
    until(home.data, HOME, 1, A_ROUND)
    assert land(2).status in {0, QUEUED}
    for node in (bob, home, cleo):
        until(node.data, HEIGHT, 2)
    for node in (home, bob, cleo):
        assert asked(node.data, "doctor")["ok"]
    assert [one["id"] for one in asked(home.data, "seeds")] == [name]
    (followed,) = [one for one in asked(cleo.data, "peers") if one["actor"]]
    assert (followed["name"], followed["url"]) == ("bob", bob.url)
