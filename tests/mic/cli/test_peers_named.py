"""A node that may hold a project is named by its key, its peer id or an address of it."""

import pytest

from keys.ed25519 import PrivateKey
from keys.errors import BadKey
from mic.cli.commands.peers import named
from p2p.transport.addresses import peer_id

DID = PrivateKey.from_seed(b"n" * 32).did
ID = peer_id(DID)


@pytest.mark.parametrize(
    "text", [DID, ID, f"/ip4/127.0.0.1/tcp/4001/p2p/{ID}", f"/dns4/forge.example/tcp/1/p2p/{ID}/"]
)
def test_all_names_of_a_node_are_one_key(text):
    assert named(text) == DID


def test_what_is_no_key_is_for_the_node_to_refuse():
    assert named("bob") == "bob"


def test_a_peer_id_that_is_cut_off_is_said_to_be_none():
    with pytest.raises(BadKey, match="is not the peer id"):
        named(ID[:-1])
