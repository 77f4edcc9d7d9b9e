"""Where a node listens to peers is kept for the next start; nothing depends on it."""

import resource

import pytest

from node.daemon import peering, presence

WHERE = "/ip4/127.0.0.1/tcp/4001"


@pytest.fixture
def no_room():
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_where_it_listened_is_kept_also_while_peers_do_not_reach_it(tmp_path):
    peering._keep(tmp_path, [WHERE], [f"{WHERE}/p2p/x"], None)
    peering._keep(tmp_path, peering._kept(tmp_path), (), "taken")
    assert peering._kept(tmp_path) == [WHERE]
    assert presence.reached(tmp_path) == ([], None)  # No node of this directory runs.


@pytest.mark.usefixtures("no_room")
def test_a_full_disk_keeps_no_node_from_its_peers(tmp_path, caplog):
    peering._keep(tmp_path, [WHERE], (), None)
    assert "where peers reach this node is not kept" in caplog.text
    assert peering._kept(tmp_path) == []
