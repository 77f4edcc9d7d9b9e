"""A project outlives its node: held by others, cloned from them, and adopted by one of them."""

import json
import sqlite3
import time
import urllib.request
from pathlib import Path

import pytest

from tests.support.mic import Person, files_of
from tests.support.processes import Node, run

pytestmark = pytest.mark.journey

PATIENCE = 30.0


def a_node(place: Path, owner: str) -> Node:
    """A node that runs, at the address that it had before if it ran before."""
    place.mkdir(exist_ok=True)
    more = {"MIC_HOME": str(place / "mic"), "MICELIO_P2P": "yes", "MICELIO_REACH_PRIVATE": "yes"}
    known = place / "data/node.json"
    port = json.loads(known.read_text())["url"].rpartition(":")[2] if known.exists() else "0"
    listen = ("--listen", f"127.0.0.1:{port}", "--p2p-listen", "/ip4/127.0.0.1/tcp/0")
    return Node(place / "data", *listen, "--owner", owner, "--name", owner, **more)


def asked(node: Node | Path, *words: str):
    """What a command of `micelio` says as JSON; it must succeed."""
    data = node if isinstance(node, Path) else node.data
    done = run(*words, "--data", str(data), "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def until(node: Node, position: int) -> float:
    """Wait until a node's only seed is verified at a position; return the seconds that it took."""
    began = time.monotonic()
    with sqlite3.connect(f"file:{node.data}/node.db?mode=ro", uri=True) as rows:
        while time.monotonic() - began < PATIENCE:
            found = rows.execute(
                "select state, (select max(position) from landings) from seeds"
            ).fetchone()
            if found == ("verified", position):
                return time.monotonic() - began
            time.sleep(0.02)
    raise AssertionError(asked(node, "seeds"))


@pytest.fixture
def nodes(tmp_path):
    """Three nodes: `ann` has a project, `bob` and `cid` are to hold it."""
    with (
        a_node(tmp_path / "ann", "ann") as ann,
        a_node(tmp_path / "bob", "bob") as bob,
        a_node(tmp_path / "cid", "cid") as cid,
    ):
        yield ann, bob, cid


@pytest.fixture
def garden(nodes, tmp_path):  # noqa: ARG001  one of them shares it
    """Ann's workspace of a project with one landing."""
    root = tmp_path / "garden"
    (root / "beds").mkdir(parents=True)
    (root / "beds/a.txt").write_text("one\ntwo\n")
    (root / "large").write_bytes(bytes(range(256)) * 20_000)
    ann(tmp_path).json("share", "--name", "garden", at=root)
    return root


def ann(tmp_path: Path) -> Person:
    return Person(tmp_path / "ann" / "mic")


def test_a_project_is_held_followed_cloned_from_who_is_left_and_adopted(nodes, garden, tmp_path):
    home, bob, cid = nodes
    asked(bob, "seed", f"{home.url}/ann/garden")
    asked(cid, "seed", f"{home.facts['p2p_addresses'][0]}/ann/garden")
    assert until(bob, 1) < 5
    assert until(cid, 1) < 5
    delays = []
    for number in range(2, 5):
        (garden / "beds/a.txt").write_text(f"{number}\n")
        ann(tmp_path).json("land", f"Landing {number}", at=garden)
        delays += [until(bob, number), until(cid, number)]
    assert sorted(delays)[len(delays) // 2] < 2
    project = asked(cid, "seeds")[0]["id"]
    key = tmp_path / "ann.key"
    asked(home, "key", "save", str(key), "--account", "ann")
    home.kill()

    stranger, copy = Person(tmp_path / "stranger"), tmp_path / "copy"
    at_cid = cid.facts["p2p_addresses"][0]
    ran = stranger.mic(
        "clone", f"{at_cid}/{asked(cid, 'seeds')[0]['name']}", str(copy), at=tmp_path
    )
    assert ran.status == 0, ran.err
    assert files_of(copy) == files_of(garden)
    verified = stranger.json("verify", at=copy)
    assert verified["position"] == 4

    adopted = run(
        "project", "adopt", project, "--key", str(key), "--account", "bob", "--force",
        "--data", str(bob.data), "--json",
    )  # fmt: skip
    assert adopted.returncode == 0, adopted.stdout + adopted.stderr

    bobs, work = Person(tmp_path / "bob" / "mic"), tmp_path / "bobs"
    assert bobs.mic("clone", "bob/garden", str(work), at=tmp_path).status == 0
    (work / "beds/a.txt").write_text("it goes on\n")
    assert bobs.json("land", "Go on", at=work)["position"] == 5
    assert until(cid, 5) < PATIENCE
    fresh = tmp_path / "fresh"
    assert stranger.mic(
        "clone", f"{at_cid}/{asked(cid, 'seeds')[0]['name']}", str(fresh), at=tmp_path
    )
    assert files_of(fresh) == files_of(work)
    assert stranger.json("verify", at=fresh)["position"] == 5


def test_what_a_kill_interrupts_goes_on_where_it_was(nodes, garden, tmp_path):
    home, bob, _ = nodes
    for number in range(60):
        (garden / f"noise-{number:02}").write_bytes(bytes([number]) + bytes(range(256)) * 12_000)
    ann(tmp_path).json("land", "Much", at=garden)
    asked(bob, "seed", f"{home.url}/ann/garden")
    for _ in range(3):
        before = came(bob)
        wait_for_more(bob, before)
        bob.kill()
        bob = a_node(tmp_path / "bob", "bob")
        assert came(bob) >= before
    with bob:
        until(bob, 2)
        (seed,) = asked(bob, "seeds")
        assert bob.stop() == 0
    assert seed["bytes"] < 2 * sum(one.stat().st_size for one in garden.rglob("*") if one.is_file())
    checked = run("fsck", "--data", str(bob.data), "--json")
    assert json.loads(checked.stdout)["ok"], checked.stdout


def test_a_copy_of_which_nothing_came_is_not_taken_for_an_empty_project(nodes, garden, tmp_path):
    home, bob, _ = nodes
    asked(bob, "seed", f"{home.url}/ann/garden", "--quota", "1")
    with sqlite3.connect(f"file:{bob.data}/node.db?mode=ro", uri=True) as rows:
        end = time.monotonic() + PATIENCE
        while rows.execute("select state from seeds").fetchone() != ("full",):
            assert time.monotonic() < end, asked(bob, "seeds")
            time.sleep(0.02)
    (seed,) = asked(bob, "seeds")
    told = ann(tmp_path).mic("clone", f"{bob.url}/{seed['name']}", "copy", at=tmp_path)
    assert told.status == 7
    assert "nothing of it has come there yet" in told.err
    assert not (garden.parent / "copy").exists()


def came(node: Node) -> int:
    """The bytes that came for a node's only seed so far."""
    with sqlite3.connect(f"file:{node.data}/node.db?mode=ro", uri=True) as rows:
        return int(rows.execute("select bytes from seeds").fetchone()[0])


def wait_for_more(node: Node, than: int) -> None:
    """Wait until more has come, or all."""
    with sqlite3.connect(f"file:{node.data}/node.db?mode=ro", uri=True) as rows:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            size, state = rows.execute("select bytes, state from seeds").fetchone()
            if size > than or state == "verified":
                return
            time.sleep(0.005)
    raise AssertionError(asked(node, "seeds"))


def test_a_private_project_is_for_the_nodes_that_it_names_and_over_libp2p_only(nodes, tmp_path):
    home, bob, cid = nodes
    root = tmp_path / "diary"
    root.mkdir()
    (root / "day.txt").write_text("nobody knows\n")
    ann(tmp_path).json("share", "--private", "--name", "diary", at=root)
    ann(tmp_path).json("project", "peers", "add", identity_of(bob), at=root)
    by_peer = f"{home.facts['p2p_addresses'][0]}/ann/diary"
    asked(bob, "seed", by_peer)
    asked(cid, "seed", by_peer)
    assert until(bob, 1) < PATIENCE
    assert settled(cid) == ("failed", None)
    asked(cid, "unseed", by_peer)
    asked(cid, "seed", f"{home.url}/ann/diary")
    assert settled(cid) == ("failed", None)


def identity_of(node: Node) -> str:
    """The did that a node goes by."""
    with urllib.request.urlopen(f"{node.url}/mic/v1/node") as answer:
        return json.load(answer)["did"]


def settled(node: Node) -> tuple[str, str | None]:
    """State and id of a node's only seed after its first attempt."""
    with sqlite3.connect(f"file:{node.data}/node.db?mode=ro", uri=True) as rows:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = rows.execute("select state, id from seeds").fetchone()
            if found[0] not in {"waiting", "fetching"}:
                return found
            time.sleep(0.02)
    raise AssertionError(asked(node, "seeds"))


@pytest.mark.usefixtures("garden")
def test_a_landing_through_a_mirror_waits_for_the_home_and_its_author_learns_of_it(nodes, tmp_path):
    home, bob, _ = nodes
    asked(bob, "seed", f"{home.url}/ann/garden")
    until(bob, 1)
    mirror = f"{bob.url}/{asked(bob, 'seeds')[0]['name']}"
    through = tmp_path / "through"
    assert ann(tmp_path).mic("clone", mirror, str(through), at=tmp_path).status == 0
    (through / "beds/a.txt").write_text("through a mirror\n")
    landed = ann(tmp_path).json("land", "Through", at=through)
    assert landed["position"] == 2
    until(bob, 2)

    home.kill()
    (through / "beds/a.txt").write_text("while the home is away\n")
    assert ann(tmp_path).refused("land", "Later", at=through) == (7, "landing.queued")
    told = ann(tmp_path).mic("status", "--json", at=through)
    assert told.data["unfinished"] == "queued"
    assert "passes it on as soon as the home answers" in json.loads(told.out)["warnings"][0]
    assert "broke off" not in told.out.decode()
    bob.kill()
    with a_node(tmp_path / "ann", "ann"), a_node(tmp_path / "bob", "bob") as bob:
        until(bob, 3)
        ann(tmp_path).json("sync", at=through)
        (through / "beds/a.txt").write_text("and on\n")
        assert ann(tmp_path).json("land", "On", at=through)["position"] == 4


def test_a_clone_by_id_finds_its_way_from_a_node_that_held_the_project_once(
    nodes, garden, tmp_path
):
    home, bob, cid = nodes
    project = ann(tmp_path).json("project", "get", at=garden)["id"]
    by_peer = f"{home.facts['p2p_addresses'][0]}/ann/garden"
    stranger = Person(tmp_path / "stranger")
    for node, address in ((bob, f"{home.url}/ann/garden"), (cid, by_peer)):
        asked(node, "seed", address)
        until(node, 1)
        asked(node, "unseed", address)
        place = f"{project}@{node.url}"
        copy = tmp_path / f"from-{node.data.parent.name}"
        assert stranger.mic("clone", place, str(copy), at=tmp_path).status == 0
        assert files_of(copy) == files_of(garden)
        kept = json.loads((copy / ".mic/workspace.json").read_text())
        assert kept["server"] in {home.url, *home.facts["p2p_addresses"]}
        assert stranger.json("verify", at=copy)["position"] == 1
