"""Who counts as one asker of what there is little of."""

import pytest
from aiohttp.test_utils import make_mocked_request

from node.kernel.parties import ANONYMOUS, Party
from web.asking import one_of_many


@pytest.mark.parametrize(
    ("address", "asker"),
    [
        ("203.0.113.5", "203.0.113.5"),
        ("2001:db8::5", "2001:db8::/64"),
        ("2001:db8::9", "2001:db8::/64"),
        ("127.0.0.1", ""),
        ("::1", ""),
    ],
)
def test_askers_are_told_apart_by_their_network(address, asker):
    request = make_mocked_request("GET", "/").clone(remote=address)
    assert one_of_many(request, ANONYMOUS) == asker


def test_an_account_is_one_asker_wherever_it_is():
    request = make_mocked_request("GET", "/").clone(remote="203.0.113.5")
    assert one_of_many(request, Party(account=1, handle="ada")) == "ada"
