"""A node among its peers, as a process: what it says of itself, and where it is found again."""

import json
import socket
import urllib.request

import pytest

from keys.ed25519 import PrivateKey
from p2p.transport import addresses, blocking
from tests.support.processes import Node, free_port, run

pytestmark = [pytest.mark.slow, pytest.mark.journey]


@pytest.fixture(autouse=True)
def ended():
    yield
    blocking.stop()


def up(tmp_path, *arguments):
    more = {"MICELIO_P2P": "yes", "MIC_HOME": str(tmp_path / "home")}
    return Node(tmp_path / "data", "--listen", "127.0.0.1:0", *arguments, **more)


def info(node):
    with urllib.request.urlopen(node.url + "/mic/v1/node", timeout=10) as answer:
        return json.load(answer)


def asked(address):
    """GET /mic/v1/node over libp2p."""
    with blocking.dial(address, PrivateKey.generate()) as sock:
        sock.sendall(b"GET /mic/v1/node HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        heard = b""
        while data := sock.recv(65536):
            heard += data
    return json.loads(heard.partition(b"\r\n\r\n")[2])


def test_a_node_says_how_peers_reach_it_and_answers_them_there(tmp_path):
    with up(tmp_path) as node:
        told = info(node)
        assert told["peer_id"] == node.facts["peer_id"] == addresses.peer_id(told["did"])
        assert told["p2p_addresses"] == node.facts["p2p_addresses"]
        (address,) = told["p2p_addresses"]
        assert address.startswith("/ip4/127.0.0.1/tcp/")
        assert asked(address)["did"] == told["did"]
        said = json.loads(run("status", "--data", str(node.data), "--json").stdout)
        assert (said["did"], said["p2p_addresses"]) == (told["did"], [address])
        with urllib.request.urlopen(node.url + "/up", timeout=10) as answer:
            assert json.load(answer) == {"ok": True, "p2p": "up"}


def test_a_node_is_found_where_it_was_after_a_restart(tmp_path):
    with up(tmp_path) as node:
        first = node.facts["p2p_addresses"]
        assert node.stop() == 0
    with up(tmp_path) as node:
        assert node.facts["p2p_addresses"] == first
        assert node.stop() == 0
    with up(tmp_path, "--no-p2p") as node:
        assert (
            json.loads(run("status", "--data", str(node.data), "--json").stdout)["p2p_addresses"]
            == []
        )


def test_a_node_listens_where_it_is_told_to(tmp_path):
    ports = free_port(), free_port()
    wanted = [f"/ip4/127.0.0.1/tcp/{ports[0]}", f"/ip6/::1/tcp/{ports[1]}"]
    flags = [word for one in wanted for word in ("--p2p-listen", one)]
    with up(tmp_path, *flags) as node:
        heard = [one.rpartition("/p2p/")[0] for one in node.facts["p2p_addresses"]]
        assert heard == wanted


def test_a_port_that_somebody_else_has_is_said_at_the_start_and_by_status(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"/ip4/127.0.0.1/tcp/{taken.getsockname()[1]}"
        why = f"{address} cannot be listened on: Address already in use."
        with up(tmp_path, "--p2p-listen", address) as node:
            assert (node.facts["p2p_addresses"], node.facts["p2p_fault"]) == ([], why)
            said = json.loads(run("status", "--data", str(node.data), "--json").stdout)
            assert (said["p2p_addresses"], said["p2p_fault"]) == ([], why)
            assert why in run("status", "--data", str(node.data)).stdout
            assert node.stop() == 0


def test_an_address_that_is_none_is_refused_before_anything_starts(tmp_path):
    answer = run("up", "--data", str(tmp_path / "data"), "--p2p-listen", "127.0.0.1:4001")
    assert answer.returncode == 2
    assert "p2p_listen" in answer.stderr
    assert not (tmp_path / "data").exists()
