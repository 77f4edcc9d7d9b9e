"""A large landing goes in batches, and lands whole, once, wherever it breaks off."""

import re
import sqlite3

import pytest

from tests.support.forked import forking
from tests.support.mic import files_of

pytestmark = pytest.mark.journey

NUMBER = 9


@pytest.fixture(scope="module")
def ada(node):
    with forking(node.data.parent / "mic") as person:
        yield person


@pytest.fixture
def field(ada, tmp_path):
    """A workspace with a landing, and nine files changed since, one of them of many chunks."""
    root = tmp_path / "field"
    (root / "rows").mkdir(parents=True)
    for number in range(NUMBER):
        (root / f"rows/{number}").write_text(f"{number}\n")
    name = re.sub("[^a-z0-9]+", "-", tmp_path.name)
    ada.json("share", "--name", name, at=root)
    grow(root, "first")
    return root


def grow(root, what):
    for number in range(1, NUMBER):
        (root / f"rows/{number}").write_text(f"{what} {number}\n")
    (root / "rows/0").unlink(missing_ok=True)


def waiting(node):
    """How many batches the node keeps for landings to come."""
    database = sqlite3.connect(f"file:{next(node.data.glob('*.db'))}?mode=ro", uri=True)
    try:
        return database.execute("select count(*) from session_epochs").fetchone()[0]
    finally:
        database.close()


def test_batches_land_as_one(ada, field, node, tmp_path):
    landed = ada.json("land", "Grow", at=field, MIC_EPOCH_BATCH_SIZE="2")
    assert (landed["position"], landed["changed"]) == (2, NUMBER)
    assert ada.json("verify", at=field)["position"] == 2
    assert ada.json("status", at=field)["changes"] == []
    assert waiting(node) == 0
    assert not (field / ".mic/epochs.json").exists()
    address = ada.json("status", at=field)["project"]
    ada.json("clone", f"{node.url}/{address}", "there", at=tmp_path)
    assert files_of(tmp_path / "there") == files_of(field)


def test_a_share_can_go_in_batches(ada, tmp_path, node):
    (tmp_path / "new").mkdir()
    for number in range(7):
        (tmp_path / f"new/{number}").write_text(f"{number}\n")
    said = ada.json("share", "--name", "in-batches", at=tmp_path / "new", MIC_EPOCH_BATCH_SIZE="3")
    assert (said["position"], said["files"]) == (1, 7)
    assert waiting(node) == 0


@pytest.mark.parametrize("size", ["0", "-1", "many", "1.5", "\u0663", "200001"])
def test_what_is_no_size_is_refused_before_anything_is_sent(ada, field, node, size):
    refused = ada.refused("land", "Grow", at=field, MIC_EPOCH_BATCH_SIZE=size)
    assert refused == (2, "epoch.batch-size")
    assert waiting(node) == 0
    assert len(ada.json("log", at=field)) == 1
    assert len(ada.json("status", at=field, MIC_EPOCH_BATCH_SIZE=size)["changes"]) == NUMBER


def stop_at_the_first_batch(ada, field, node):
    """Begin to land, and be killed while a batch is at the node and the landing is not."""
    ada.json("session", "start", "Grow", at=field)
    ada.json("session", "note", "in parts", at=field)
    number = 1
    while waiting(node) == 0:
        assert ada.killed(number, "session", "land", at=field, MIC_EPOCH_BATCH_SIZE="2")
        number += 1
    assert len(ada.json("log", at=field)) == 1


def change_a_file(field):
    (field / "rows/1").write_text("changed again\n")


def take_a_change_back(field):
    (field / "rows/0").write_text("0\n")


def add_a_file(field):
    (field / "a").write_text("first of all\n")


@pytest.mark.slow
@pytest.mark.parametrize(
    "meanwhile", [lambda _: None, change_a_file, take_a_change_back, add_a_file]
)
@pytest.mark.parametrize("size", ["2", "4", ""])
def test_a_session_that_broke_off_lands_what_is_there_now(ada, field, node, meanwhile, size):
    stop_at_the_first_batch(ada, field, node)
    meanwhile(field)
    landed = ada.json("session", "land", at=field, MIC_EPOCH_BATCH_SIZE=size)
    assert landed["position"] == 2
    shown = ada.json("show", "2", at=field)
    assert [said["text"] for said in shown["session"]["conversation"]] == ["in parts"]
    assert ada.json("status", at=field)["changes"] == []
    assert ada.json("verify", at=field)["position"] == 2
    assert waiting(node) == 0


@pytest.mark.slow
def test_wherever_it_is_killed_it_lands_once(ada, field, node):
    for number in range(1, 1000, 4):
        before = ada.json("log", "-n", "1", at=field)[0]["position"]
        grow(field, f"round {number}")
        (field / "rows/0").write_text(f"round {number}\n")
        ada.json("session", "start", f"Round {number}", at=field)
        if not ada.killed(number, "session", "land", at=field, MIC_EPOCH_BATCH_SIZE="3"):
            break
        ran = ada.mic("session", "land", "--json", at=field, MIC_EPOCH_BATCH_SIZE="3")
        assert ran.status == 0 or ran.error["code"] == "session.none", ran.out
        assert ada.json("log", "-n", "1", at=field)[0]["position"] == before + 1
        assert ada.json("status", at=field)["changes"] == []
        assert waiting(node) == 0
    assert number > 10
    assert ada.json("verify", at=field)
