"""No acknowledged landing is ever lost, however the node dies.

Many processes land at once while the node is killed with -9 and started again. The suite runs a
short version; the whole one is

    CRASH_PROCESSES=32 CRASH_SECONDS=60 CRASH_KILLS=10 pytest tests/journeys/test_crash.py
"""

import os
import random
import sqlite3
import time
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support import processes
from tests.support.grounds import a_ground, whole_log

PROCESSES = int(os.environ.get("CRASH_PROCESSES", "8"))
SECONDS = float(os.environ.get("CRASH_SECONDS", "9"))
KILLS = int(os.environ.get("CRASH_KILLS", "4"))


@pytest.fixture
def ground(tmp_path):
    return a_ground(tmp_path)


@pytest.mark.journey
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_landing_is_lost_when_the_node_is_killed_again_and_again(ground, tmp_path):
    landers = ground.start_landers(PROCESSES)
    try:
        for _ in range(KILLS):
            with ground.node() as node:
                time.sleep(SECONDS / KILLS * random.uniform(0.5, 1.5))
                node.kill()
        with ground.node() as node:
            Path(ground.settings["stop"]).touch()
            codes = [lander.wait(120) for lander in landers]
            assert codes == [0] * PROCESSES, (tmp_path / "lander-0.err").read_text()
            assert_nothing_is_lost(ground.remote(), ground.acknowledged())
            assert node.stop() == 0
    finally:
        for lander in landers:
            if lander.poll() is None:
                lander.kill()
                lander.wait()
    checked = processes.run("fsck", "--data", str(ground.data), "--json")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert_the_database_is_whole(ground.data / "node.db")


def assert_nothing_is_lost(remote, promised):
    log = whole_log(remote)
    assert len(promised) >= PROCESSES
    assert [one.position for one in log] == list(range(1, len(log) + 1))
    for before, after in pairwise(log):
        assert after.previous_tree == before.tree
    by_position = {one.position: one for one in log}
    for position, name, session, _, _ in promised:
        assert (by_position[position].id, by_position[position].session) == (name, session)
    assert len({one.session for one in log}) == len(log)
    head = remote.head()
    assert (head.position, head.id) == (log[-1].position, log[-1].id)
    assert_the_tree_is_what_was_landed(remote, log, promised)


def assert_the_tree_is_what_was_landed(remote, log, promised):
    """Each landing in the log brought its one file, and nothing else is in the tree."""
    held = {}
    for top in remote.listing().entries:
        for file in remote.listing(top.name).entries:
            held[f"{top.name}/{file.name}"] = file.id
    assert set(held) == {one.goal.removeprefix("Add ") for one in log}
    for _, _, _, path, digest in promised:
        assert held[path] == digest
        assert len(remote.file(path)) == 200


def assert_the_database_is_whole(file):
    with sqlite3.connect(file) as database:
        assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    database.close()
