"""Two nodes on two machines of one network, with mDNS switched on: they know each other by it."""

import sqlite3
import time
from contextlib import closing

import pytest

from tests.support import namespaces
from tests.support.processes import Node

pytestmark = [pytest.mark.slow, pytest.mark.journey, namespaces.needed]

PATIENCE = 60.0


def a_node(machine, place):
    """A node that is told of nobody."""
    namespaces.ip("route", "add", "224.0.0.0/4", "dev", "eth0", at=machine.name)
    return Node(
        place / machine.name / "data",
        "--listen", f"{machine.address}:7070",
        "--p2p-listen", f"/ip4/{machine.address}/tcp/4001",
        "--no-register",
        through=machine.through,
        MICELIO_P2P="yes",
        MICELIO_P2P_MDNS="yes",
    )  # fmt: skip


def known(node):
    """The addresses of the peers that a node knows."""
    with closing(sqlite3.connect(f"file:{node.data}/node.db?mode=ro", uri=True)) as rows:
        return {address for (address,) in rows.execute("select address from peer_addresses")}


def test_two_nodes_on_one_network_find_each_other(tmp_path):
    with namespaces.machines((1, 1)) as (machines, _):
        for one in machines:
            (tmp_path / one.name).mkdir()
        with a_node(machines[0], tmp_path) as ann, a_node(machines[1], tmp_path) as bob:
            wanted = {one.facts["p2p_addresses"][0] for one in (ann, bob)}
            deadline = time.monotonic() + PATIENCE
            # Who dials learns where the other is; who is dialled asks for it.
            while known(ann) | known(bob) != wanted:
                assert time.monotonic() < deadline, (known(ann), known(bob), wanted)
                time.sleep(0.1)
