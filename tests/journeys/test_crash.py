"""No acknowledged landing is ever lost, however the node dies.

Many processes land at once while the node is killed with -9 and started again. The suite runs a
short version; the whole one is

    CRASH_PROCESSES=32 CRASH_SECONDS=60 CRASH_KILLS=10 pytest tests/journeys/test_crash.py
"""

import json
import os
import random
import sqlite3
import subprocess
import sys
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from mic.client.connection import Connection
from mic.client.remote import Remote
from mic.wire import messages as wire
from tests.support import processes
from tests.support.processes import Node, environment, free_port

PROCESSES = int(os.environ.get("CRASH_PROCESSES", "8"))
SECONDS = float(os.environ.get("CRASH_SECONDS", "9"))
KILLS = int(os.environ.get("CRASH_KILLS", "4"))


@dataclass(frozen=True)
class Ground:
    """Where the journey takes place."""

    data: Path
    port: int
    settings: dict[str, object]

    def node(self) -> Node:
        return Node(
            self.data, "--listen", f"127.0.0.1:{self.port}", "--owner", "ada", "--no-register"
        )

    def remote(self) -> Remote:
        connection = Connection(f"http://127.0.0.1:{self.port}", str(self.settings["token"]))
        return Remote(connection, "ada", "book")


@pytest.fixture
def ground(tmp_path):
    port, data, home = free_port(), tmp_path / "data", tmp_path / "home"
    with Node(data, "--listen", f"127.0.0.1:{port}", "--owner", "ada", MIC_HOME=str(home)) as node:
        token = json.loads((home / "tokens.json").read_text())["tokens"][node.url]["access_token"]
        connection = Connection(node.url, token)
        new = wire.NewProject(handle="book")
        made = connection.ask("POST", "/accounts/ada/projects", wire.Project, new)
        assert node.stop() == 0
    settings = {
        "url": f"http://127.0.0.1:{port}",
        "token": token,
        "address": ["ada", "book"],
        "project": made.id,
        "seed": (home / "device.key").read_text().strip(),
        "stop": str(tmp_path / "stop"),
    }
    return Ground(data, port, settings)


def start_landers(ground, tmp_path):
    started = []
    for number in range(PROCESSES):
        file = tmp_path / f"lander-{number}.json"
        log = tmp_path / f"lander-{number}.log"
        file.write_text(json.dumps(ground.settings | {"name": f"p{number}", "log": str(log)}))
        command = [sys.executable, "-m", "tests.support.lander", str(file)]
        errors = (tmp_path / f"lander-{number}.err").open("w")
        started.append(subprocess.Popen(command, env=environment(), stderr=errors))
        errors.close()
    return started


def acknowledged(tmp_path):
    lines = []
    for log in tmp_path.glob("lander-*.log"):
        lines += [json.loads(line) for line in log.read_text().splitlines()]
    return lines


def whole_log(remote):
    found, before = [], None
    while page := remote.landings(before=before, limit=200):
        found += page
        before = page[-1].position
    return found[::-1]


@pytest.mark.journey
@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_landing_is_lost_when_the_node_is_killed_again_and_again(ground, tmp_path):
    landers = start_landers(ground, tmp_path)
    try:
        for _ in range(KILLS):
            with ground.node() as node:
                time.sleep(SECONDS / KILLS * random.uniform(0.5, 1.5))
                node.kill()
        with ground.node() as node:
            Path(ground.settings["stop"]).touch()
            codes = [lander.wait(120) for lander in landers]
            assert codes == [0] * PROCESSES, (tmp_path / "lander-0.err").read_text()
            assert_nothing_is_lost(ground.remote(), acknowledged(tmp_path))
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
