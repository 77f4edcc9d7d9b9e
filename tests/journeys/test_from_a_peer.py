"""Whoever knows a peer, or the id of a project and somebody who has it, needs no node of their own."""

import json
import subprocess
import sys

import pytest

from keys.ed25519 import PrivateKey
from p2p.transport import addresses
from tests.support.mic import Person, files_of
from tests.support.processes import Node, environment

pytestmark = pytest.mark.journey


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """A node that takes part in the network of nodes."""
    place = tmp_path_factory.mktemp("node")
    listen = ("--listen", "127.0.0.1:0", "--p2p-listen", "/ip4/127.0.0.1/tcp/0")
    more = {"MIC_HOME": str(place / "mic"), "MICELIO_P2P": "yes"}
    with Node(place / "data", *listen, "--owner", "ada", **more) as running:
        yield running


@pytest.fixture(scope="module")
def peer(node):
    """Where the node is reached by peers."""
    (one,) = node.facts["p2p_addresses"]
    return one


@pytest.fixture(scope="module")
def garden(node, tmp_path_factory):
    """A workspace of a project with some history; `shared` is what `mic share` said."""
    ada = Person(node.data.parent / "mic")
    root = tmp_path_factory.mktemp("work") / "garden"
    (root / "beds").mkdir(parents=True)
    (root / "beds/a.txt").write_text("one\ntwo\n")
    (root / "large").write_bytes(bytes(range(256)) * 20_000)
    ada.json("share", "--name", "garden", at=root)
    (root / "beds/a.txt").write_text("one\nTWO\n")
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    ada.json("land", "Louder", at=root)
    return root


@pytest.fixture(scope="module")
def project_id(node, garden):
    return Person(node.data.parent / "mic").json("project", "get", at=garden)["id"]


@pytest.fixture
def stranger(tmp_path):
    """Somebody with no node, no account and no settings."""
    return Person(tmp_path / "stranger")


@pytest.fixture(params=["by name", "by id", "the other way"])
def address(request, peer, garden, project_id):
    """The project on the peer, as one may type it."""
    assert garden.exists()
    return {
        "by name": f"{peer}/ada/garden",
        "by id": f"{project_id}@{peer}",
        "the other way": f"{peer}/{project_id}",
    }[request.param]


def test_a_clone_from_a_peer_is_the_project(stranger, garden, peer, address, tmp_path):
    said = stranger.json("clone", address, "there", at=tmp_path)
    assert said["position"] == 2
    there = tmp_path / "there"
    assert files_of(there) == files_of(garden)
    kept = json.loads((there / ".mic/workspace.json").read_text())
    assert (kept["server"], kept["account"], kept["project"]) == (peer, "ada", "garden")
    assert stranger.json("verify", at=there)["position"] == 2
    assert stranger.json("log", at=there)[0]["goal"] == "Louder"


def test_every_reading_command_says_what_the_node_says(ada, stranger, address, garden, tmp_path):
    for words in (
        ("log",),
        ("log", "--path", "beds"),
        ("show", "2"),
        ("ls", "-p", "beds"),
        ("goto", "1"),
        ("diff", "1", "2"),
        ("blame", "beds/a.txt"),
        ("verify",),
    ):
        name, *rest = words
        asked = ada.json(name, "ada/garden", *rest, at=tmp_path)
        told = stranger.json(name, address, *rest, at=tmp_path)
        for one in (asked, told):
            if name == "show":
                one["session"].pop("started_at")
        assert told == asked, words
    told = stranger.mic("cat", address, "large", at=tmp_path)
    assert told.out == (garden / "large").read_bytes()


def test_a_bundle_is_made_of_what_a_peer_has(stranger, address, garden, tmp_path):
    stranger.json("bundle", "it.bundle", address, at=tmp_path)
    stranger.json("clone", "it.bundle", "there", at=tmp_path)
    assert files_of(tmp_path / "there") == files_of(garden)


def test_new_landings_are_synced_from_the_peer(ada, stranger, peer, tmp_path):
    root = tmp_path / "second"
    root.mkdir()
    (root / "a").write_text("1\n")
    ada.json("share", "--name", "second", at=root)
    stranger.json("clone", f"{peer}/ada/second", "there", at=tmp_path)
    (root / "b").write_text("2\n")
    ada.json("land", "More", at=root)
    assert stranger.json("sync", at=tmp_path / "there")["position"] == 2
    assert (tmp_path / "there/b").read_text() == "2\n"


def test_what_was_cloned_from_a_peer_lands_on_a_node(ada, node, peer, tmp_path):
    root = tmp_path / "third"
    root.mkdir()
    (root / "a").write_text("1\n")
    ada.json("share", at=root)
    there = tmp_path / "there"
    ada.json("clone", f"{peer}/ada/third", "there", at=tmp_path)
    (there / "b").write_text("2\n")
    assert ada.refused("land", "More", at=there) == (4, "auth.required")
    ada.json("link", f"{node.url}/ada/third", at=there)
    assert ada.json("land", "More", at=there)["position"] == 2


def test_who_answers_must_have_the_key_of_the_address(stranger, peer, tmp_path):
    other = addresses.peer_id(PrivateKey.generate().did)
    address = f"{peer.rpartition('/')[0]}/{other}/ada/garden"
    assert stranger.refused("log", address, at=tmp_path) == (7, "peer.wrong")
    assert stranger.refused("clone", address, "there", at=tmp_path) == (7, "peer.wrong")
    assert not (tmp_path / "there").exists()


def test_a_peer_that_is_not_there_is_said_at_once(stranger, peer, tmp_path):
    name = peer.rpartition("/")[2]
    address = f"/ip4/127.0.0.1/tcp/1/p2p/{name}/ada/garden"
    status, code = stranger.refused("log", address, at=tmp_path)
    assert (status, code) == (7, "peer.unreachable")


def test_an_id_is_looked_for_on_the_nodes_that_are_known(stranger, node, project_id, tmp_path):
    assert stranger.refused("log", project_id, at=tmp_path) == (2, "node.none")
    assert stranger.json("log", project_id, at=tmp_path, MIC_NODE=node.url)[0]["position"] == 2
    told = stranger.json("log", f"{project_id}@{node.url}", at=tmp_path)
    assert told[0]["position"] == 2
    stranger.json("server", "add", "forge", node.url, at=tmp_path)
    stranger.json("clone", project_id, at=tmp_path)
    assert (tmp_path / "garden/run.sh").exists()
    nobody = "mic:z" + "6" * 44
    assert stranger.refused("log", nobody, at=tmp_path) == (3, "project.missing")
    assert stranger.refused("log", f"{nobody}@{node.url}", at=tmp_path) == (3, "project.missing")


def test_a_private_project_is_not_there_for_strangers(ada, stranger, peer, tmp_path):
    root = tmp_path / "secret"
    root.mkdir()
    (root / "a").write_text("1\n")
    name = ada.json("share", "--private", at=root)["id"]
    for address in (f"{peer}/ada/secret", f"{name}@{peer}"):
        assert stranger.refused("log", address, at=tmp_path) == (3, "project.missing")
        assert stranger.refused("clone", address, "there", at=tmp_path) == (3, "project.missing")
        assert stranger.refused("bundle", "b", address, at=tmp_path) == (3, "project.missing")


LIBRARIES = "sorted(n for n in sys.modules if n.split('.')[0] in ('libp2p', 'trio', 'p2p'))"


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["log"],
        ["ls"],
        ["cat", "run.sh"],
        ["diff"],
        ["verify"],
        ["sync"],
        ["log", "ada/garden"],
        ["clone", "ada/garden", "again"],
        ["bundle", "it.bundle", "ada/garden"],
        ["verify", "it.bundle"],
        ["doctor"],
        ["--help"],
    ],
    ids=" ".join,
)
def test_an_ordinary_command_never_imports_libp2p(ada, node, garden, words, tmp_path):
    words = [str(tmp_path / one) if one == "again" else one for one in words]
    if words[-1] == "it.bundle" and words[0] == "verify":
        ada.json("bundle", str(tmp_path / "it.bundle"), at=garden)
        words = ["verify", str(tmp_path / "it.bundle")]
    elif words[0] == "bundle":
        words[1] = str(tmp_path / "it.bundle")
    program = (
        "import sys; from mic.cli.main import main; status = main(sys.argv[1:]);"
        f" print({LIBRARIES}, file=sys.stderr); sys.exit(status)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, *words],
        cwd=garden,
        env=environment(MIC_HOME=str(ada.home), MIC_NODE=node.url),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stderr.splitlines()[-1] == "[]"
