"""`micelio doctor` names what is wrong with a node, one line each, and what to do."""

import json
import shutil
import socket
import sqlite3
from contextlib import closing

import pytest

from node.daemon import building, presence
from node.daemon.checkups import directory, machine, work
from node.daemon.checkups.model import FAIL, OK, WARN
from node.daemon.presence import Presence
from node.kernel import jobs
from store.database import inspected
from store.git import program
from tests.support.forges import MIGRATIONS
from tests.support.processes import Node, run

DAY_S = 86_400


@pytest.fixture
def data(world):
    return world.forge.db.path.parent


def states(answer):
    return {line["name"]: line["level"] for line in json.loads(answer.stdout)["checks"]}


@pytest.mark.slow
def test_a_node_that_runs_is_well(tmp_path):
    with Node(tmp_path / "data", "--listen", "127.0.0.1:0", "--owner", "ada", "--no-register"):
        answer = run("doctor", "--data", str(tmp_path / "data"), "--json")
        text = run("doctor", "--data", str(tmp_path / "data")).stdout
    assert answer.returncode == 0
    told = states(answer)
    assert set(told) == {
        "accounts",
        "collection",
        "database",
        "directory",
        "disk",
        "git",
        "homes",
        "jobs",
        "keys",
        "kept aside",
        "node",
        "open files",
        "packs",
        "restored",
        "schema",
        "time",
        "versions",
    }
    assert {name: state for name, state in told.items() if state == FAIL} == {}
    assert told["node"] == told["database"] == told["keys"] == OK
    assert text.splitlines()[-1].startswith("All is well")


@pytest.mark.slow
def test_what_is_wrong_with_a_directory_is_told_with_what_to_do(tmp_path):
    data = tmp_path / "data"
    with Node(data, "--listen", "127.0.0.1:0", "--owner", "ada", "--no-register") as node:
        node.stop()
    data.chmod(0o755)
    (data / "keys" / "node.key").chmod(0o640)
    shutil.rmtree(data / "keys" / "accounts")
    answer = run("doctor", "--data", str(data), "--json")
    assert answer.returncode == 1
    told = states(answer)
    assert (told["directory"], told["node"]) == (WARN, WARN)
    assert (told["keys"], told["accounts"]) == (FAIL, FAIL)
    lines = json.loads(answer.stdout)["checks"]
    assert all(line["advice"] for line in lines if line["level"] != OK)
    (data / "node.db").write_bytes(b"no database at all" * 1000)
    answer = run("doctor", "--data", str(data), "--json")
    assert (answer.returncode, states(answer)["database"]) == (1, FAIL)


def test_without_a_node_there_is_nothing_to_look_at(tmp_path):
    assert run("doctor", "--data", str(tmp_path)).returncode == 3


async def test_packs_that_are_gone_or_short_are_named(data, world):
    with inspected(data / "node.db") as tx:
        assert directory.packs(data, tx).level == OK
    await world.forge.db.write(lambda tx: tx.execute("insert into packs values (7, 100)"))
    pack = data / "objects" / "packs" / "000007.pack"
    with inspected(data / "node.db") as tx:
        assert "000007.pack is gone" in directory.packs(data, tx).message
        pack.write_bytes(bytes(99))
        assert "shorter" in directory.packs(data, tx).message
        pack.write_bytes(bytes(100))
        assert directory.packs(data, tx).level == OK


def test_what_was_kept_aside_is_told(data):
    assert directory.aside(data).level == OK
    (data / "objects" / "packs" / "000001.tail-1790000000000").write_bytes(b"x")
    assert directory.aside(data).level == WARN


async def test_jobs_that_were_given_up_are_told(data, world):
    def fail(tx):
        jobs.enqueue(tx, "odd.job", {}, 0)
        tx.execute("update jobs set failed = 1, reason = 'it broke' where kind = 'odd.job'")

    with inspected(data / "node.db") as tx:
        assert work.owed(tx).level == OK
    await world.forge.db.write(fail)
    with inspected(data / "node.db") as tx:
        line = work.owed(tx)
    assert (line.level, "odd.job last: it broke" in line.message) == (WARN, True)


async def test_a_collection_that_is_overdue_is_told(data, world):
    at = world.forge.now() // 1000
    with inspected(data / "node.db") as tx:
        assert work.collected(tx, world.forge.now()).level == OK
    await world.forge.db.write(
        lambda tx: tx.execute("insert into watermarks values (?, 1, 0, 0)", (at,))
    )
    with inspected(data / "node.db") as tx:
        assert work.collected(tx, (at + DAY_S) * 1000).level == OK
        assert work.collected(tx, (at + 4 * DAY_S) * 1000).level == WARN


def test_a_clock_behind_the_newest_event_is_told():
    assert machine.clock(1_790_000_000_000, 1_790_000_030_000).level == OK
    assert machine.clock(1_790_000_000_000, 1_790_000_090_000).level == FAIL


def test_too_few_open_files_are_told():
    assert machine.files(0).level == OK
    assert machine.files(1 << 40).level in (OK, WARN)


@pytest.mark.parametrize(
    ("told", "numbers"),
    [("git version 2.39.5", (2, 39)), ("git version 2.39.5 (Apple Git-154)", (2, 39)), ("", ())],
)
def test_gits_version_is_read(told, numbers):
    assert program.version_of(told) == numbers


def test_a_machine_without_git_is_told(monkeypatch, tmp_path):
    assert machine.git().level == OK
    monkeypatch.setenv("PATH", str(tmp_path))
    assert machine.git().level == WARN
    old = tmp_path / "git"
    old.write_text("#!/bin/sh\necho git version 2.36.6\n")
    old.chmod(0o755)
    assert "too old" in machine.git().message
    assert "2.37" in machine.git().advice
    old.write_text("#!/bin/sh\nexit 1\n")
    assert machine.git().level == WARN


def test_an_older_and_a_newer_database_are_told(data, tmp_path):
    copy = tmp_path / "copy.db"
    with inspected(data / "node.db") as tx, closing(sqlite3.connect(copy)) as target:
        assert directory.schema(tx).level == OK
        tx.backup(target)
    newest = max(MIGRATIONS.glob("*.sql")).name
    with closing(sqlite3.connect(copy, isolation_level=None)) as tx:
        tx.execute("delete from migrations where name = ?", (newest,))
        assert directory.schema(tx).level == WARN
        tx.execute("insert into migrations values (9999, '9999_later.sql', 0)")
        assert directory.schema(tx).level == FAIL


async def test_a_node_that_hangs_is_told(data, world, tmp_path):
    from node.daemon import config, lock

    settings = config.read({"data": str(data)}, {}, tmp_path)
    assert (await work.answers(settings)).level == WARN
    with socket.create_server(("127.0.0.1", 0)) as nobody, lock.hold(data):
        port = nobody.getsockname()[1]
        nobody.close()
        presence.write(data, Presence(f"http://127.0.0.1:{port}", 1, world.forge.now()))
        line = await work.answers(settings)
    assert (line.level, "does not answer" in line.message) == (FAIL, True)
    assert building.shown_time(0) == "1970-01-01 00:00:00 UTC"
