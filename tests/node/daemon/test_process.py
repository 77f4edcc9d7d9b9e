"""The program from outside: it asks nothing, says where it is, and stops when told."""

import json
import os
import re
import socket
import stat
import subprocess
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from keys.ed25519 import PrivateKey
from mic.client.connection import Connection
from mic.client.landing import land
from mic.client.remote import Remote
from mic.client.upload import missing, upload
from mic.errors import Exhausted
from mic.wire import messages as wire
from node.signin.rules import code_of
from store.records import Kind, make
from tests.support.lander import one_landing
from tests.support.processes import MICELIO, Node, environment, free_port, run

pytestmark = pytest.mark.slow
ROOM = 6 << 20
LITTLE_ROOM = ("sh", "-c", f'ulimit -f {ROOM // 512}; exec "$0" "$@"')


def get(url: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return answer.status, answer.read()


@pytest.fixture
def places(tmp_path):
    return tmp_path / "data", tmp_path / "home"


def up(places, *arguments, **more):
    data, home = places
    return Node(data, "--listen", "127.0.0.1:0", *arguments, MIC_HOME=str(home), **more)


def test_the_first_start_makes_a_node_an_owner_and_a_way_in_for_mic(places):
    data, home = places
    with up(places, "--owner", "ada", "--name", "here") as node:
        told = {"url", "owner", "signin_url", "data", "peer_id", "p2p_addresses", "p2p_fault"}
        assert set(node.facts) == told
        assert (node.facts["peer_id"], node.facts["p2p_addresses"]) == (None, [])
        assert (node.facts["owner"], node.facts["data"]) == ("ada", str(data))
        assert node.facts["signin_url"].startswith(node.url + "/")
        assert get(node.url + "/up")[0] == 200
        config = json.loads((home / "config.json").read_text())
        assert config["servers"][config["default_server"]]["url"] == node.url
        tokens = json.loads((home / "tokens.json").read_text())["tokens"]
        assert tokens[node.url]["handle"] == "ada"
        for secret in (home / "device.key", home / "tokens.json", data / "keys" / "node.key"):
            assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        assert stat.S_IMODE(data.stat().st_mode) == 0o700


def test_a_second_start_is_the_same_node_with_the_same_token(places):
    _, home = places
    with up(places, "--owner", "ada") as node:
        first = json.loads(get(node.url + "/mic/v1/node")[1])
        before = json.loads((home / "tokens.json").read_text())["tokens"][node.url]
        assert node.stop() == 0
    with up(places) as node:
        again = json.loads(get(node.url + "/mic/v1/node")[1])
        after = json.loads((home / "tokens.json").read_text())["tokens"][node.url]
        assert (again["did"], after) == (first["did"], before)


def test_no_register_leaves_mic_as_it_is(places):
    with up(places, "--no-register"):
        assert not places[1].exists()


def test_the_node_stops_within_five_seconds_of_sigterm_even_with_a_client_that_hangs(places):
    with up(places) as node:
        address = urlsplit(node.url)
        with socket.create_connection((address.hostname, address.port)) as hanging:
            hanging.sendall(
                b"POST /mic/v1/keys HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
            )
            time.sleep(0.2)
            began = time.monotonic()
            node.stop()
            assert time.monotonic() - began < 5


def test_two_nodes_never_share_a_data_directory(places):
    with up(places):
        second = run("up", "--data", str(places[0]), "--listen", "127.0.0.1:0", "--no-register")
        assert second.returncode == 5
        assert "Another node already runs" in second.stderr


def test_a_port_that_is_taken_is_named_and_nothing_is_made(places, tmp_path):
    with up(places) as node:
        address = node.url.removeprefix("http://")
        other = tmp_path / "other"
        second = run("up", "--data", str(other), "--listen", address, "--no-register", "--json")
        assert second.returncode == 5
        assert json.loads(second.stdout)["error"]["code"] == "node.cannot-listen"
        assert not (other / "node.db").exists()


def test_login_prints_a_fresh_link_while_the_node_runs(places):
    with up(places, "--owner", "ada") as node:
        answer = run("login", "--data", str(places[0]), "--json")
        facts = json.loads(answer.stdout)
        assert (facts["owner"], facts["url"]) == ("ada", node.url)
        assert facts["signin_url"] != node.facts["signin_url"]
        assert facts["signin_code"] == code_of(facts["signin_url"].rpartition("/")[2])
        said = run("login", "--data", str(places[0])).stdout
        assert re.search(
            rf"Or type the code [0-9A-Z]{{4}}-[0-9A-Z]{{4}} at {node.url}/sign-in", said
        )


def test_a_reader_that_leaves_early_is_no_mistake(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    data = tmp_path / "data"
    with Node(data, "--listen", "127.0.0.1:0", "--owner", "ada", "--no-register", "--no-p2p"):
        words = [*MICELIO, "status", "--data", str(data)]
        done = subprocess.run(
            words,
            env=environment(),
            stdout=writing,
            stderr=subprocess.PIPE,
            check=False,
            timeout=60,
        )
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


def test_status_says_what_there_is(places):
    with up(places, "--owner", "ada") as node:
        facts = json.loads(run("status", "--data", str(places[0]), "--json").stdout)
        assert (facts["running"], facts["url"], facts["owner"]) == (True, node.url, "ada")
        assert node.stop() == 0
    assert "does not run" in run("status", "--data", str(places[0])).stdout


def test_commands_for_a_node_that_is_not_there_say_so(tmp_path):
    for command in ("login", "status", "fsck"):
        answer = run(command, "--data", str(tmp_path / "none"))
        assert (answer.returncode, answer.stdout) == (3, "")
        assert "There is no node in" in answer.stderr
        assert "--data names another directory" in answer.stderr


@pytest.mark.parametrize("command", ["up", "fsck", "status", "login"])
def test_a_database_that_is_none_is_said_without_a_traceback(tmp_path, command):
    data = tmp_path / "data"
    with Node(data, "--listen", "127.0.0.1:0", "--no-register") as node:
        assert node.stop() == 0
    (data / "node.db").write_bytes(b"garbage\n" * 1000)
    answer = run(command, "--data", str(data), "--json")
    assert answer.returncode == 4
    assert json.loads(answer.stdout)["error"]["code"] == "store.database-damaged"
    assert "node.db is not a database. Restore" in answer.stderr
    assert "Traceback" not in answer.stderr
    assert (data / "node.db").read_bytes() == b"garbage\n" * 1000


def test_fsck_finds_a_fresh_node_clean_and_leaves_a_running_one_alone(places):
    with up(places) as node:
        assert run("fsck", "--data", str(places[0])).returncode == 5
        assert node.stop() == 0
    answer = run("fsck", "--data", str(places[0]), "--json")
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["ok"] is True


@pytest.mark.parametrize(("p2p", "most"), [("no", 120), ("yes", 200)])
def test_an_idle_node_stays_small(places, p2p, most):
    with up(places, MICELIO_P2P=p2p) as node:
        get(node.url + "/up")
        get(node.url + "/metrics")
        time.sleep(1)
        assert node.rss_mib() <= most


def test_health_and_metrics_answer_without_names_or_secrets(places):
    with up(places, "--owner", "ada") as node:
        get(node.url + "/mic/v1/node")
        status, body = get(node.url + "/metrics")
        text = body.decode()
        assert status == 200
        assert re.search(r'micelio_requests_total\{.*route="/mic/v1/node".*\} 1\.0', text)
        assert "ada" not in text


def test_the_access_log_holds_no_secret(places):
    with up(places, MICELIO_LOG="info") as node:
        secret = node.facts["signin_url"].rpartition("/")[2]
        get(node.facts["signin_url"])
        request = urllib.request.Request(
            node.url + "/mic/v1/node?token=hidden", headers={"Cookie": "secret=hidden"}
        )
        urllib.request.urlopen(request, timeout=10).close()
        assert node.stop() == 0
    log = Path(f"{places[0]}.log").read_text()
    assert "GET /mic/v1/node" in log
    assert secret not in log
    assert "hidden" not in log


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "usage"),
        (["sing"], 2, "invalid choice"),
        (["up", "--listen", "nowhere"], 2, "is not HOST:PORT"),
        (["up", "--listen", "no.such.host.invalid:0", "--data", "{tmp}/a"], 2, "There is no host"),
        (["up", "--listen", "127.0.0.1:0", "--owner", "../x", "--data", "{tmp}/b"], 2, "handle"),
        (["up", "--listen", "127.0.0.1:0", "--owner", "admin", "--data", "{tmp}/c"], 2, "reserved"),
        (["up", "--data", "/proc/nothing"], 4, "unusable"),
    ],
)
def test_bad_arguments_are_refused_with_a_sentence_and_the_code_of_their_family(
    tmp_path, arguments, code, said
):
    answer = run(*[one.format(tmp=tmp_path) for one in arguments], MIC_HOME=str(tmp_path / "h"))
    assert answer.returncode == code, answer.stderr
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_full_disk_is_said_and_nothing_is_lost(places):
    """The kernel's limit on the size of a file stands for a disk without room."""
    data, home = places
    port = free_port()
    listen = ("--listen", f"127.0.0.1:{port}", "--owner", "ada")
    with Node(data, *listen, through=LITTLE_ROOM, MIC_HOME=str(home)) as node:
        token = json.loads((home / "tokens.json").read_text())["tokens"][node.url]["access_token"]
        connection = Connection(node.url, token, sleep=lambda _: None)
        connection.ask(
            "POST", "/accounts/ada/projects", wire.Project, wire.NewProject(handle="book")
        )
        remote = Remote(connection, "ada", "book")
        kept, full = fill(remote)
        assert full.code == "store.disk-full"
        assert get(node.url + "/up")[0] == 200
        assert remote.head().position == 0
    with Node(data, *listen, MIC_HOME=str(home)) as node:
        assert missing(remote, kept) == set()
        after = make(Kind.BLOB, os.urandom(100))
        assert upload(remote, [after]) == 1
        assert node.stop() == 0
    checked = run("fsck", "--data", str(data))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_landing_that_the_disk_has_no_room_for_leaves_nothing(places):
    data, home = places
    listen = ("--listen", f"127.0.0.1:{free_port()}", "--owner", "ada")
    with Node(data, *listen, through=LITTLE_ROOM, MIC_HOME=str(home)) as node:
        remote, lands = a_lander(node, home)
        landed, full = until_full(lands)
        assert (full.code, "disk is full" in full.message) == ("store.disk-full", True)
        assert remote.head().position == landed > 0
        assert node.stop() == 0
    with Node(data, *listen, MIC_HOME=str(home)) as node:
        assert remote.head().position == landed
        assert lands("after").position == landed + 1
        assert node.stop() == 0
    assert run("fsck", "--data", str(data)).returncode == 0


def until_full(lands):
    """Land until the node says that it is full; return the last position, and what it said."""
    for landed in range(100):
        try:
            lands(f"file-{landed}")
        except Exhausted as full:
            return landed, full
    raise AssertionError("the disk never filled up")


def a_lander(node, home):
    """Return a new project and a function that lands one file of half a MiB on it."""
    token = json.loads((home / "tokens.json").read_text())["tokens"][node.url]["access_token"]
    connection = Connection(node.url, token, sleep=lambda _: None)
    new = wire.NewProject(handle="book")
    made = connection.ask("POST", "/accounts/ada/projects", wire.Project, new)
    remote = Remote(connection, "ada", "book")
    key = PrivateKey.from_seed(bytes.fromhex((home / "device.key").read_text().strip()))

    def lands(path):
        data = os.urandom(512 << 10)
        request, records = one_landing({"project": made.id}, key, remote.head(), path, data)
        return land(remote, request, records)

    return remote, lands


def fill(remote):
    """Upload until the node says that it is full; return what it acknowledged, and what it said."""
    kept = []
    for _ in range(2 * ROOM // (256 << 10)):
        record = make(Kind.BLOB, os.urandom(256 << 10))
        try:
            upload(remote, [record])
        except Exhausted as full:
            return kept, full
        kept.append(record.digest)
    raise AssertionError("the disk never filled up")
