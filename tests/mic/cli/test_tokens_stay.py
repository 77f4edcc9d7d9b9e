"""A token goes to the node that it is for, and to no other that is asked on the way."""

import pytest

from keys.did import peer_id
from keys.ed25519 import PrivateKey
from mic.cli.console import Console
from mic.cli.context import Context
from mic.client.home import Home, Token

PEER = f"/ip4/127.0.0.1/tcp/4001/p2p/{peer_id(PrivateKey.from_seed(b'p' * 32).public)}"
HERE, THERE = "http://127.0.0.1:1", "http://127.0.0.1:2"


@pytest.fixture
def context(tmp_path):
    home = Home(tmp_path / "mic")
    home.register("there", THERE, Token("kept-for-there", "ada"))
    home.register("here", HERE, None)
    return Context(Console(json=True, colour=False), home, tmp_path, token="from-the-environment")


def test_the_environments_token_is_for_the_environments_node(context):
    named = context._replace(node=THERE)
    assert named.token_for(THERE) == "from-the-environment"
    assert named.token_for(HERE) is None
    assert named.token_for(PEER) is None


def test_without_a_node_it_is_for_whichever_is_typed_but_for_peers(context):
    assert context.token_for(HERE) == "from-the-environment"
    assert context.token_for(PEER) is None


def test_it_may_be_for_a_peer_that_is_named(context):
    assert context._replace(node=PEER).token_for(PEER) == "from-the-environment"


def test_who_is_only_asked_for_an_id_gets_what_was_kept_for_them(context):
    nodes, connect = context.asking(None)
    assert nodes == [HERE, THERE]
    assert [connect(node, None)._headers["Authorization"] for node in nodes] == [
        "Bearer from-the-environment",
        "Bearer kept-for-there",
    ]
    nodes, connect = context.asking(THERE)
    assert nodes == [THERE]
    assert connect(THERE, None)._headers["Authorization"] == "Bearer from-the-environment"
