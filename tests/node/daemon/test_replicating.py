"""What an operator says of seeds and peers is a row, whether the node runs or not."""

import asyncio
import json
import sqlite3

import pytest

from node.accounts import verbs as accounts
from node.daemon import building, config, main, presence
from node.daemon.presence import Presence
from node.kernel.parties import ANONYMOUS
from node.landings import adopting, succeeding
from p2p.transport.addresses import peer_id
from tests.support.bundling import a_bundle
from tests.support.drafts import a_landing
from tests.support.followers import documents_of, followed
from tests.support.forges import a_forge, a_project, an_account

ADDRESS = "https://moss.example/hazel/spore"
PEER = "/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWQekC2QPct8s3q8ANYtErr3iqmcpSTBZDWDXf1Sei6kwE"


@pytest.fixture
def data(tmp_path):
    async def make():
        settings = config.read({"data": str(tmp_path / "data")}, {}, tmp_path)
        async with building.opened(settings, "http://127.0.0.1:7070") as forge:
            await accounts.create(forge, ANONYMOUS, "zoe")

    (tmp_path / "data").mkdir()
    asyncio.run(make())
    return tmp_path / "data"


@pytest.fixture
def run(data, capsys):
    """Exit code and answer of a command."""

    def do(*words):
        code = main.main([*words, "--data", str(data), "--json"])
        return code, json.loads(capsys.readouterr().out)

    return do


def test_a_seed_is_listed_changed_and_let_go(run):
    assert run("seed", ADDRESS, "--depth", "3", "--quota", "1 MiB", "--pin")[0] == 0
    (seed,) = run("seeds")[1]
    told = {
        name: seed[name] for name in ("address", "state", "position", "depth", "quota", "pinned")
    }
    assert told == {
        "address": ADDRESS,
        "state": "waiting",
        "position": 0,
        "depth": 3,
        "quota": 1 << 20,
        "pinned": True,
    }
    run("seed", ADDRESS)
    (seed,) = run("seeds")[1]
    assert (seed["depth"], seed["quota"], seed["pinned"]) == (None, None, False)
    assert run("unseed", ADDRESS)[0] == 0
    assert run("seeds") == (0, [])


@pytest.mark.parametrize(
    "address",
    ["nonsense", "https://moss.example", "https://moss.example/a/b/c", "/ip4/1.2.3.4/tcp/1", PEER,
     "https://user:secret@moss.example/a/b", "mic:z1", "ftp://moss.example/a/b", PEER[:-1] + "/a/b"],
)  # fmt: skip
def test_what_is_no_address_of_a_project_is_refused(run, address):
    code, told = run("seed", address)
    assert (code, told["ok"]) == (2, False)
    assert run("seeds") == (0, [])


def test_numbers_that_are_none_are_refused(run):
    assert run("seed", ADDRESS, "--depth", "0")[0] == 2
    assert run("seed", ADDRESS, "--quota", "much")[0] == 2


def test_what_is_not_seeded_cannot_be_let_go(run):
    code, told = run("unseed", ADDRESS)
    assert (code, told["error"]["code"]) == (3, "seed.missing")


def test_a_peer_is_known_banned_allowed_and_forgotten(run):
    assert run("peer", "add", PEER)[0] == 0
    assert run("peer", "add", "https://moss.example")[0] == 0
    assert {one["url"] for one in run("peers")[1]} == {None, "https://moss.example"}
    name = PEER.rpartition("/")[2]
    assert run("peer", "ban", name)[1]["peer"]["banned_until"] is not None
    told = run("peer", "allow", name)[1]["peer"]
    assert (told["banned_until"], told["allowed"], told["peer_id"]) == (None, True, name)
    assert run("peer", "remove", "https://moss.example")[0] == 0
    (left,) = run("peer", "list")[1]
    assert left["addresses"] == [PEER]


def test_a_node_is_followed_listed_and_let_go(run):
    for typed in ("@node@Moss.example", "https://fern.example/ap/actor", "acct:node@moss.example"):
        assert run("peer", "add", typed)[0] == 0
    found = run("peer", "list")[1]
    assert [(one["actor"], one["source"], one["did"]) for one in found] == [
        ("@node@moss.example", "actor", None),
        ("https://fern.example/ap/actor", "actor", None),
    ]
    code, told = run("peer", "ban", "@node@moss.example")
    assert (code, told["error"]["code"]) == (3, "peer.missing")
    assert run("peer", "remove", "@node@moss.example")[0] == 0
    assert run("peer", "remove", "https://fern.example/ap/actor")[0] == 0
    assert run("peers") == (0, [])


def test_a_peer_is_listed_with_what_is_said_of_it(run, data):
    run("peer", "add", "@node@moss.example")
    did = "did:key:z6MkrJVnaZkeFzdQyMZu1cgjg7k1pZZ6pvBQ7XJPt4swbTQ2"
    with sqlite3.connect(data / "node.db") as rows:
        rows.execute(
            "insert into peers (did, name, source, added_at) values (?, 'moss', 'actor', 1)", (did,)
        )
        rows.execute(
            "update followed_nodes set did = ?, code = 'actor.other-key', error = 'x'", (did,)
        )
    (one,) = run("peers")[1]
    assert (one["did"], one["actor"]) == (did, "@node@moss.example")
    assert (one["source"], one["actor_code"]) == ("actor", "actor.other-key")
    assert run("peer", "ban", "@node@moss.example")[1]["peer"]["did"] == did
    assert run("peer", "remove", "moss")[0] == 0
    assert run("peers") == (0, [])


@pytest.mark.parametrize(
    "address", ["@node", "acct:node", "@node@moss.example/x", "https://moss.example/ap/actor?x"]
)
def test_what_is_no_address_of_an_actor_is_refused(run, address):
    code, told = run("peer", "add", address)
    assert (code, told["ok"]) == (2, False)
    assert run("peers") == (0, [])


def test_people_read_what_is_not_believed(run, data, capsys):
    run("peer", "add", "@node@moss.example")
    words = ["peers", "--data", str(data)]
    main.main(words)
    assert capsys.readouterr().out == "@node@moss.example  not read yet\n"
    with sqlite3.connect(data / "node.db") as rows:
        rows.execute("update followed_nodes set code = 'x', error = 'It is another node.'")
    main.main(words)
    assert capsys.readouterr().out == "@node@moss.example  It is another node.\n"


def test_a_peer_that_nobody_knows_is_missing(run):
    code, told = run("peer", "ban", "https://moss.example")
    assert (code, told["error"]["code"]) == (3, "peer.missing")


def test_a_bundle_that_replaces_a_node_leaves_it_known_as_one_that_was_named(run, data, tmp_path):
    run("seed", ADDRESS)
    project = "mic:z" + "6" * 44
    with sqlite3.connect(data / "node.db") as rows:
        rows.execute("update seeds set id = ?", (project,))
        rows.execute(
            "insert into peers (url, name, source, added_at) values (?, '', 'met', 1)",
            ("https://moss.example",),
        )
    path = a_bundle(
        tmp_path / "a.bundle", [], [], [], project=project, first=1, last=1, record=bytes(32)
    )
    assert run("seed", str(path))[1]["seed"]["address"] == f"file://{path}"
    assert [(one["url"], one["source"]) for one in run("peers")[1]] == [
        ("https://moss.example", "operator")
    ]


ID = "mic:z7X588TZTz6FbqWEC3kYMpJEh9aHuKkM2uDJv9hLXdtJq"


@pytest.mark.parametrize(
    "address", [ID, f"{ID}@https://moss.example", f"{ID}@{PEER}", f"{PEER}/{ID}"]
)
def test_a_project_is_named_by_its_id_with_or_without_who_has_it(run, address):
    told = run("seed", address)[1]["seed"]
    assert (told["address"], told["id"]) == (address, ID)
    assert run("unseed", ID)[0] == 0


@pytest.mark.parametrize(
    "address", [f"{ID}@", f"{ID}@moss", f"{ID}@{PEER}/ada/book", f"{PEER}/mic:zz"]
)
def test_an_id_at_no_node_is_no_address(run, address):
    code, told = run("seed", address)
    assert (code, told["error"]["code"]) == (2, "replication.bad-address")


@pytest.fixture
def moved(data, tmp_path):
    """The id of a project that was given another home, before something landed on it here."""
    directory = tmp_path / "heir"
    directory.mkdir()

    async def make():
        settings = config.read({"data": str(data)}, {}, tmp_path)
        async with (
            building.opened(settings, "http://127.0.0.1:7070") as forge,
            a_forge(directory) as heir,
        ):
            zoe = await accounts.get(forge, "zoe")
            book = await a_project(forge, zoe)
            await a_landing(forge, zoe, book, {"a.txt": b"a\n"})
            copy = await followed(forge, heir, book)
            ada, key = await an_account(heir), forge.keys.person(zoe.did)
            made = await adopting.adopt(heir, copy.id, key, ada)
            await a_landing(forge, zoe, book, {"late.txt": b"late\n"})
            documents = await documents_of(heir, made)
            await succeeding.learned(forge, book.id, documents, lambda *_: None)
            return book.id

    return asyncio.run(make())


def test_what_landed_too_late_is_let_go_of_only_if_that_is_said(run, moved):
    code, told = run("seed", moved)
    assert (code, told["error"]["code"]) == (5, "project.moved")
    assert told["error"]["message"].endswith("say --forget.")
    assert len(run("status")[1]["projects_moved"]) == 1
    assert run("seed", moved, "--forget")[1]["seed"]["id"] == moved
    assert [one["position"] for one in run("seeds")[1]] == [1]
    assert run("status")[1]["projects_moved"] == []


def test_only_a_project_by_its_id_has_something_to_let_go_of(run):
    code, told = run("seed", ADDRESS, "--forget")
    assert (code, told["error"]["code"]) == (2, "config.bad-setting")
    code, told = run("seed", "mic:z" + "1" * 44, "--forget")
    assert (code, told["error"]["code"]) == (3, "project.missing")
    assert run("seeds") == (0, [])


OWN_URLS = ["http://127.0.0.1:7070", "http://localhost:7070", "http://[::1]:7070/"]


@pytest.mark.parametrize("address", OWN_URLS)
def test_a_node_is_no_peer_of_itself(run, data, address):
    presence.write(data, Presence("http://127.0.0.1:7070", 1, 1))
    for words in (("peer", "add", address), ("seed", f"{address.rstrip('/')}/zoe/spore")):
        code, told = run(*words)
        assert (code, told["error"]["code"]) == (5, "peer.own")
        assert told["error"]["message"] == f"{address.rstrip('/')} is this node itself."
    assert (run("peers"), run("seeds")) == ((0, []), (0, []))


def test_the_peer_id_of_a_node_is_no_peer_of_it(run):
    address = f"/ip4/192.0.2.7/tcp/4001/p2p/{peer_id(run('status')[1]['did'])}"
    assert run("peer", "add", address)[1]["error"]["code"] == "peer.own"
    assert run("peer", "add", "http://127.0.0.1:7071")[0] == 0


@pytest.mark.parametrize("name", ["{}", "file://{}"])
def test_a_bundle_is_let_go_by_its_path(run, tmp_path, name):
    path = a_bundle(
        tmp_path / "a.bundle",
        [],
        [],
        [],
        project="mic:z" + "6" * 44,
        first=1,
        last=1,
        record=bytes(32),
    )
    run("seed", str(path))
    assert run("unseed", name.format(path))[0] == 0
    assert run("seeds") == (0, [])


@pytest.mark.parametrize("name", ["file://{}/none", "{}/none", "file://{}/none.bundle"])
def test_a_path_that_leads_nowhere_is_said(run, tmp_path, name):
    code, told = run("seed", name.format(tmp_path))
    path = name.format(tmp_path).removeprefix("file://")
    assert (code, told["error"]["code"]) == (3, "replication.no-bundle")
    assert told["error"]["message"] == f"There is no bundle {path}."
    assert run("seeds") == (0, [])


def test_a_file_that_is_no_bundle_is_said(run, tmp_path):
    (tmp_path / "notes.txt").write_text("x\n")
    code, told = run("seed", f"file://{tmp_path / 'notes.txt'}")
    assert (code, told["error"]["code"]) == (2, "replication.bad-bundle")
    code, told = run("seed", str(tmp_path))
    assert (code, told["error"]["code"]) == (2, "replication.bad-bundle")


def test_a_bundle_that_is_not_there_is_said(run, tmp_path):
    assert run("seed", str(tmp_path / "none.bundle")) == (
        3,
        {
            "ok": False,
            "error": {
                "code": "replication.no-bundle",
                "message": f"There is no bundle {tmp_path / 'none.bundle'}.",
                "details": {"path": str(tmp_path / "none.bundle")},
            },
        },
    )
