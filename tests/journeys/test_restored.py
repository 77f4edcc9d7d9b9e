"""A home comes back from an old backup: its mirrors give it what it had signed since."""

import json
import sqlite3
import time
from pathlib import Path

import pytest

from tests.support.mic import Person
from tests.support.processes import Node, run

pytestmark = [pytest.mark.slow, pytest.mark.journey]

PATIENCE = 30.0


def a_node(place: Path, owner: str, data: str = "data") -> Node:
    """A node that runs and speaks HTTP alone, at the address that it had before if it ran before."""
    place.mkdir(exist_ok=True)
    more = {"MIC_HOME": str(place / "mic"), "MICELIO_REACH_PRIVATE": "yes"}
    known = place / "data/node.json"
    port = json.loads(known.read_text())["url"].rpartition(":")[2] if known.exists() else "0"
    return Node(
        place / data, "--listen", f"127.0.0.1:{port}", "--owner", owner, "--name", owner, **more
    )


def asked(data: Path, *words: str):
    """What a command of `micelio` says as JSON; it must succeed."""
    done = run(*words, "--data", str(data), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def until(data: Path, question: str, wanted: object, patience: float = PATIENCE) -> None:
    """Wait until the rows of a node answer `question` with `wanted`."""
    deadline = time.monotonic() + patience
    with sqlite3.connect(f"file:{data}/node.db?mode=ro", uri=True) as rows:
        while (found := rows.execute(question).fetchone()) != (wanted,):
            assert time.monotonic() < deadline, (question, found, wanted)
            time.sleep(0.02)


HEIGHT = "select max(position) from landings"
BEHIND = "select count(*) from projects_behind"


def test_a_home_from_an_old_backup_gets_back_what_it_had_signed(tmp_path):
    garden, ann = tmp_path / "garden", Person(tmp_path / "ann" / "mic")
    garden.mkdir()
    bob = a_node(tmp_path / "bob", "bob")
    home = a_node(tmp_path / "ann", "ann")

    def land(number, person=ann, at=garden):
        (at / "a.txt").write_text(f"{number}\n")
        return person.json("land", f"Landing {number}", at=at)

    with bob:
        with home:
            (garden / "a.txt").write_text("1\n")
            ann.json("share", "--name", "garden", at=garden)
            asked(bob.data, "seed", f"{home.url}/ann/garden")
            land(2), land(3)
            until(bob.data, HEIGHT, 3)
            asked(home.data, "backup", str(tmp_path / "backup.tar"))
            land(4), land(5)
            until(bob.data, HEIGHT, 5)
            assert home.stop() == 0
        again = tmp_path / "ann" / "again"
        asked(again, "restore", str(tmp_path / "backup.tar"))
        assert asked(again, "status")["projects_behind"] == ["ann/garden"]
        asked(again, "peer", "add", bob.url)
        with a_node(tmp_path / "ann", "ann", "again"):
            until(again, HEIGHT, 5)
            until(again, BEHIND, 0)
            landed = land(6)
            assert landed["position"] == 6
            until(bob.data, HEIGHT, 6)
            ann.json("verify", at=garden)
            assert asked(again, "doctor")["ok"]
            for one in (again, bob.data):
                until(one, "select count(*) from equivocations", 0)
        assert run("fsck", "--data", str(again)).returncode == 0


def test_a_restored_node_without_peers_starts_at_once(tmp_path):
    garden, ann = tmp_path / "garden", Person(tmp_path / "ann" / "mic")
    garden.mkdir()
    (garden / "a.txt").write_text("1\n")
    with a_node(tmp_path / "ann", "ann") as home:
        ann.json("share", "--name", "garden", at=garden)
        asked(home.data, "backup", str(tmp_path / "backup.tar"))
        assert home.stop() == 0
    again = tmp_path / "ann" / "again"
    asked(again, "restore", str(tmp_path / "backup.tar"))
    with a_node(tmp_path / "ann", "ann", "again"):
        until(again, BEHIND, 0)
        (garden / "a.txt").write_text("2\n")
        assert ann.json("land", "Go on", at=garden)["position"] == 2
