"""Other people's libp2p finds a node, and reads a project from it without any code of ours."""

import hashlib

import multiaddr
import pytest
from libp2p.custom_types import TProtocol
from libp2p.host.ping import PingService
from libp2p.identity.identify.identify import ID as IDENTIFY
from libp2p.identity.identify.pb.identify_pb2 import Identify
from libp2p.peer.id import ID
from libp2p.utils import varint

from keys.ed25519 import PrivateKey
from p2p.transport import addresses, blocking
from tests.support.foreigners import Foreigner
from tests.support.mic import Person
from tests.support.processes import Node

pytestmark = pytest.mark.journey

SYNC = "/micelio/sync/1.0.0"


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A node that takes part in the network of nodes."""
    place = tmp_path_factory.mktemp("node")
    listen = ("--listen", "127.0.0.1:0", "--p2p-listen", "/ip4/127.0.0.1/tcp/0")
    more = {"MIC_HOME": str(place / "mic"), "MICELIO_P2P": "yes"}
    with Node(place / "data", *listen, "--owner", "ada", **more) as running:
        yield running


@pytest.fixture(scope="module")
def address(node):
    """Where the node is reached by peers."""
    (one,) = node.facts["p2p_addresses"]
    return one


@pytest.fixture(scope="module")
def foreigner():
    """A peer of js-libp2p."""
    with Foreigner() as running:
        assert "fault" not in running.told
        yield running


@pytest.fixture(scope="module")
def ours():
    """A host of ours, which dials."""
    bridge = blocking._running(PrivateKey.generate())
    yield lambda work: bridge.submit(work, 20.0).result(20.0)
    blocking.stop()


def test_it_identifies_our_node(foreigner, node, address):
    told = foreigner.ask("identify", address=address)
    assert told.get("peer") == node.facts["peer_id"], told
    assert SYNC in told["protocols"]


def test_it_pings_our_node(foreigner, address):
    assert foreigner.ask("ping", address=address)["ms"] >= 0


def test_it_does_not_take_another_peer_for_our_node(foreigner, address):
    other = addresses.peer_id(PrivateKey.generate().did)
    told = foreigner.ask("ping", address=f"{address.rpartition('/')[0]}/{other}")
    assert "fault" in told


def test_we_ping_it(foreigner, ours):
    async def pinged(host):
        peer = await connected(host, foreigner)
        return await PingService(host._host).ping(peer, 3)

    assert len(ours(pinged)) == 3


def test_we_identify_it(foreigner, ours):
    async def identified(host):
        peer = await connected(host, foreigner)
        stream = await host._host.new_stream(peer, [TProtocol(IDENTIFY)])
        told = Identify()
        told.ParseFromString(
            await varint.read_length_prefixed_protobuf(stream, use_varint_format=True)
        )
        await stream.close()
        return told

    told = ours(identified)
    assert "libp2p" in told.agent_version
    assert {"/ipfs/id/1.0.0", "/ipfs/ping/1.0.0"} <= set(told.protocols)
    listens = {str(multiaddr.Multiaddr(one)) for one in told.listen_addrs}
    assert {one.partition("/p2p/")[0] for one in foreigner.told["addresses"]} == listens


async def connected(host, foreigner):
    address = addresses.parse(foreigner.told["addresses"][0])
    peer = ID.from_string(address.peer_id)
    await host._connect(peer, address)
    return peer


def test_it_reads_a_head_and_a_file_and_checks_the_hashes(foreigner, node, address, tmp_path):
    ada = Person(node.data.parent / "mic")
    garden = tmp_path / "garden"
    garden.mkdir()
    (garden / "roses.txt").write_bytes(b"red\n" * 1000)
    ada.json("share", "--name", "Garden", at=garden)
    head = ada.json("show", "latest", at=garden)["landing"]
    told = foreigner.ask("file", address=address, project="ada/garden", path="roses.txt")
    assert told == {
        "position": 1,
        "signer": addresses.did_of(node.facts["peer_id"]),
        "tree": head["tree"],
        "hash": hashlib.sha256(b"red\n" * 1000).hexdigest(),
        "size": 4000,
    }


def test_what_is_not_there_is_refused(foreigner, address):
    told = foreigner.ask("file", address=address, project="ada/nothing", path="roses.txt")
    assert "404" in told["fault"]
