"""A backup that is taken while many land holds all that was promised before its mark.

The suite runs a short version; the whole one is

    BACKUP_PROCESSES=32 pytest tests/journeys/test_backup.py
"""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.grounds import a_ground, whole_log
from tests.support.mic import Person
from tests.support.processes import MICELIO, environment, run

PROCESSES = int(os.environ.get("BACKUP_PROCESSES", "32"))
MOST = 8 << 20
LITTLE_ROOM = ("sh", "-c", f'ulimit -f {MOST // 512}; exec "$0" "$@"')

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def ground(tmp_path):
    return a_ground(tmp_path)


def stop(ground, landers):
    Path(ground.settings["stop"]).touch()
    return [lander.wait(120) for lander in landers]


def landed(ground, count):
    """Wait until so many landings are promised, and return all that are."""
    while len(promised := ground.acknowledged()) < count:
        time.sleep(0.05)
    return promised


def test_every_landing_before_the_mark_of_a_backup_is_in_it(ground, tmp_path):
    file, again = tmp_path / "backup.tar", tmp_path / "again"
    with ground.node() as node:
        landers = ground.start_landers(PROCESSES)
        try:
            before = landed(ground, 2 * PROCESSES)
            taken = run("backup", str(file), "--data", str(ground.data), "--json")
            landed(ground, len(ground.acknowledged()) + PROCESSES)
            assert stop(ground, landers) == [0] * PROCESSES
        finally:
            kill(landers)
        assert node.stop() == 0
    assert taken.returncode == 0, taken.stderr
    mark = json.loads(taken.stdout)
    (position,) = [p["position"] for p in mark["projects"] if p["id"] == ground.settings["project"]]
    restored = run("restore", str(file), "--data", str(again), "--json")
    assert restored.returncode == 0, restored.stderr
    assert json.loads(restored.stdout)["ok"]
    assert run("fsck", "--data", str(again)).returncode == 0
    after = {one[0]: one for one in ground.acknowledged()}
    with ground.node(again) as node:
        log = whole_log(ground.remote())
        assert [one.position for one in log] == list(range(1, position + 1))
        assert len(after) > position >= max(one[0] for one in before)
        held = files(ground.remote())
        for one in log:
            _, name, session, path, digest = after.get(one.position, (None,) * 5)
            assert name in (None, one.id)
            assert session in (None, one.session)
            assert path is None or held[path] == digest
        verify(ground, node)
        assert node.stop() == 0
    second = run("restore", str(file), "--data", str(again))
    assert (second.returncode, "is not empty" in second.stderr) == (5, True)


def files(remote):
    """Every file at the head, and the id of its content."""
    return {
        f"{top.name}/{file.name}": file.id
        for top in remote.listing().entries
        for file in remote.listing(top.name).entries
    }


def verify(ground, node):
    """Clone from the restored node, check everything offline, and land on it again."""
    ada = Person(ground.home)
    clone = ada.mic("clone", f"{node.url}/ada/book", "book", at=ground.place)
    assert clone.status == 0, clone.err
    checked = ada.mic("verify", at=ground.place / "book")
    assert checked.status == 0, checked.err
    (ground.place / "book" / "new.txt").write_text("more\n")
    landing = ada.mic("land", "Go on after the restore", at=ground.place / "book")
    assert landing.status == 0, landing.err


def kill(processes):
    for one in processes:
        if one.poll() is None:
            one.kill()
            one.wait()


def test_a_killed_backup_leaves_nothing_under_its_name(ground, tmp_path):
    fill(ground, 24 << 20)
    file = tmp_path / "backup.tar"
    command = [*MICELIO, "backup", str(file), "--data", str(ground.data)]
    part, killed = tmp_path / "backup.tar.part", 0
    for least in (1, 1 << 20, 9 << 20, 17 << 20):
        process = subprocess.Popen(command, env=environment(), stderr=subprocess.DEVNULL)
        while process.poll() is None and (not part.exists() or part.stat().st_size < least):
            time.sleep(0.001)
        process.kill()
        killed += process.wait() == -signal.SIGKILL
        assert not file.exists() or process.returncode == 0
        file.unlink(missing_ok=True)
    assert killed
    done = run(*command[len(MICELIO) :])
    assert done.returncode == 0, done.stderr
    assert [one.name for one in tmp_path.glob("backup*")] == ["backup.tar"]
    restored = run("restore", str(file), "--data", str(tmp_path / "an other"))
    assert restored.returncode == 0
    assert f"`micelio up --data '{tmp_path}/an other'`" in restored.stdout


def fill(ground, size):
    """Land one file that does not become smaller."""
    with ground.node() as node:
        ada = Person(ground.home)
        assert ada.mic("clone", f"{node.url}/ada/book", "book", at=ground.place).status == 0
        (ground.place / "book" / "large.bin").write_bytes(os.urandom(size))
        landing = ada.mic("land", "Bring a large file", at=ground.place / "book")
        assert landing.status == 0, landing.err
        assert node.stop() == 0


def test_a_full_disk_is_told_and_leaves_nothing(ground, tmp_path):
    fill(ground, 2 * MOST)
    file, again = tmp_path / "backup.tar", tmp_path / "again"
    for words in (("backup", str(file)), ("restore", str(tmp_path / "whole.tar"))):
        target = ground.data if words[0] == "backup" else again
        if words[0] == "restore":
            whole = run("backup", words[1], "--data", str(ground.data))
            assert whole.returncode == 0, whole.stderr
        refused = subprocess.run(
            [*LITTLE_ROOM, *MICELIO, *words, "--data", str(target), "--json"],
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert refused.returncode == 6, refused.stderr
        assert json.loads(refused.stdout)["error"]["code"] == "store.disk-full"
        assert "no room" in refused.stderr
        assert not list(tmp_path.glob("backup*"))
        assert not list(tmp_path.glob("again*"))


def test_one_node_can_be_piped_into_another_directory(ground, tmp_path):
    fill(ground, 1 << 20)
    again = tmp_path / "again"
    with ground.node():
        give = subprocess.Popen(
            [*MICELIO, "backup", "-", "--data", str(ground.data), "--json"],
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        take = subprocess.run(
            [*MICELIO, "restore", "-", "--data", str(again), "--json"],
            env=environment(),
            stdin=give.stdout,
            capture_output=True,
            check=False,
            timeout=120,
        )
        give.stdout.close()
        told = json.loads(give.stderr.read())
        give.stderr.close()
        assert (give.wait(30), take.returncode) == (0, 0), take.stderr
    assert json.loads(take.stdout)["event"] == told["event"]
    assert not list(ground.data.glob(".backup*"))
