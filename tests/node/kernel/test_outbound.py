"""The way out leads to public addresses only."""

import pytest

from node.kernel import outbound
from node.kernel.errors import Unreachable

INWARD = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.1", "198.18.0.1", "203.0.113.5", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "2001:0:53aa:64c::1", "fec0::1", "64:ff9b:1::1",
]  # fmt: skip
OUTWARD = ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", INWARD)
def test_what_is_not_public_is_told_apart(address):
    assert not outbound.is_public(address)


@pytest.mark.parametrize("address", OUTWARD)
def test_what_is_public_passes(address):
    assert outbound.is_public(address)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "127.1", "0"]
)
async def test_no_spelling_of_the_loopback_passes(host):
    with pytest.raises((outbound.NotPublic, Unreachable)):
        await outbound.target(f"http://{host}/x")


async def test_the_address_is_the_one_that_was_looked_at():
    found = await outbound.target("http://127.0.0.1:81/x", allow_private=True)
    assert (found.host, found.port, found.address) == ("127.0.0.1", 81, "127.0.0.1")
