"""Addresses in text: what is understood, what is refused, and the two names of a key."""

import pytest

from keys.ed25519 import PrivateKey
from p2p.transport import addresses
from p2p.transport.errors import BadAddress

KEY = PrivateKey.from_seed(bytes(range(32)))
PEER = addresses.peer_id(KEY.did)


def test_a_peer_id_and_a_did_name_the_same_key():
    assert addresses.did_of(PEER) == KEY.did
    assert PEER.startswith("12D3KooW")


@pytest.mark.parametrize(
    "text",
    [
        f"/ip4/127.0.0.1/tcp/4001/p2p/{PEER}",
        f"/ip6/::1/tcp/4001/p2p/{PEER}",
        f"/dns4/forge.example.org/tcp/443/p2p/{PEER}",
        "/ip4/10.0.0.1/tcp/1",
        f"/p2p/{PEER}",
    ],
)
def test_an_address_is_read_and_said_again(text):
    assert str(addresses.parse(text)) == text


def test_what_follows_an_address_is_for_others():
    address, rest = addresses.split(f"/ip4/127.0.0.1/tcp/1/p2p/{PEER}/ada/engine")
    assert (address.peer_id, address.port, rest) == (PEER, 1, "/ada/engine")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "127.0.0.1:80",
        "https://example.org",
        "/ip4/127.0.0.1",
        "/ip4/127.0.0.1/udp/1",
        "/ip4/127.0.0.1/tcp/65536",
        "/ip4/127.0.0.1/tcp/-1",
        "/ip4/127.0.0.1/tcp/٣",
        "/ip4/1.2.3/tcp/1",
        "/ip6/fe80::1%eth0/tcp/1",
        "/dns4/-/tcp/1",
        "/ip4/127.0.0.1/tcp/1/p2p",
        "/ip4/127.0.0.1/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N",
        f"/ip4/127.0.0.1/tcp/1/p2p/{PEER[:-1]}",
        f"/ip4/127.0.0.1/tcp/1/p2p/{PEER}/ada",
        "/" + "dns4/" + "a" * 500 + "/tcp/1",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(BadAddress):
        addresses.parse(text)


def test_who_is_dialled_must_be_said():
    with pytest.raises(BadAddress):
        addresses.of_peer("/ip4/127.0.0.1/tcp/1")
    assert addresses.of_peer(f"/p2p/{PEER}").host is None


@pytest.mark.parametrize("text", [f"/ip4/127.0.0.1/tcp/1/p2p/{PEER}", "/dns4/example.org/tcp/1"])
def test_one_listens_on_interfaces_only(text):
    with pytest.raises(BadAddress):
        addresses.to_listen_on(text)


def test_an_interface_is_said_by_its_version():
    assert addresses.listening("::1", 5) == "/ip6/::1/tcp/5"
    assert addresses.listening("127.0.0.1", 5) == "/ip4/127.0.0.1/tcp/5"


@pytest.mark.parametrize("text", ["/ip4/x", "/p2p/x", "/dns/x"])
def test_an_address_of_a_peer_is_told_from_other_addresses(text):
    assert addresses.is_address(text)
    assert not addresses.is_address("https:/" + text)
    assert not addresses.is_address("ada/engine")
