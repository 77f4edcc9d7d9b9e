"""mDNS: two nodes on one network find each other, and nobody told them to.

It binds all interfaces, so this runs in a network that has nothing but a loopback of its own.
"""

import subprocess
import sys

import pytest

from tests.support import namespaces
from tests.support.processes import environment

pytestmark = [pytest.mark.slow, namespaces.needed]

APART = 'ip link set lo up multicast on && ip route add 224.0.0.0/4 dev lo && exec "$@"'
NEIGHBOURS = """
import asyncio
from keys.ed25519 import PrivateKey
from p2p.transport.limits import Settings
from p2p.transport.network import Network

HERE = ["/ip4/127.0.0.1/tcp/0"]

def opened():
    return Network.open(PrivateKey.generate(), HERE, nobody, settings=Settings(mdns=True))

async def nobody(sock, did):
    sock.close()

async def main():
    async with opened() as ann, opened() as bob:
        while not (met := await ann.connected()):
            await asyncio.sleep(0.05)
        assert [one.did for one in met] == [bob._key.did]

asyncio.run(main())
"""


def test_two_nodes_on_one_network_find_each_other():
    done = subprocess.run(
        ["unshare", "-n", "sh", "-c", APART, "sh", sys.executable, "-c", NEIGHBOURS],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
