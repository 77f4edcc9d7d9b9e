"""Wherever `mic` is killed, the next command goes on: nothing lost, twice, or landed unseen."""

import re
import shutil
from itertools import count

import pytest

from tests.support.forked import forking
from tests.support.mic import files_of

pytestmark = [pytest.mark.journey, pytest.mark.slow]

LINES = "one\ntwo\nthree\nfour\nfive\n"


@pytest.fixture(scope="module")
def ada(node):
    with forking(node.data.parent / "mic") as person:
        yield person


@pytest.fixture
def garden(ada, tmp_path, request):
    root = tmp_path / "garden"
    (root / "beds").mkdir(parents=True)
    (root / "beds/a.txt").write_text(LINES)
    (root / "b.txt").write_text(LINES)
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("b.txt")
    ada.json("share", "--name", name_of(request), at=root)
    return root


def name_of(request):
    return re.sub("[^a-z]+", "-", request.node.name)[5:].strip("-")


def kills(person, make, *words):
    """Kill the command before each of its changes in turn, in a directory made for each."""
    for number in count(1):
        at = make(number)
        if not person.killed(number, *words, at=at):
            return
        yield at


def test_a_killed_clone_is_finished_by_the_same_clone(ada, garden, tmp_path, request):
    address = f"ada/{name_of(request)}"

    def place(number):
        (tmp_path / f"at-{number}").mkdir()
        return tmp_path / f"at-{number}"

    seen = 0
    for at in kills(ada, place, "clone", address, "there"):
        there = at / "there"
        if (there / ".mic/workspace.json").exists() and (there / ".mic/cloning").exists():
            seen += 1
            if seen == 2:
                assert ada.json("status", at=there)["unfinished"] == "clone"
                assert "mic clone" in ada.mic("status", at=there).err
                assert ada.refused("land", "Half of it", at=there) == (5, "clone.broken-off")
        ada.json("clone", address, "there", at=at)
        assert files_of(there) == files_of(garden)
        told = ada.json("status", at=there)
        assert (told["changes"], told["unfinished"], told["position"]) == ([], None, 1)
    assert seen > 4


@pytest.mark.usefixtures("garden")
def test_a_resumed_clone_completes_torn_files_and_keeps_changed_ones(ada, tmp_path, request):
    address = f"ada/{name_of(request)}"
    there = tmp_path / "there"
    for _ in kills(ada, lambda _: tmp_path, "clone", address, "there"):
        if (there / "link").is_symlink():
            break
        shutil.rmtree(there, ignore_errors=True)
    (there / "b.txt").write_text(LINES[:7])
    (there / "beds").mkdir(exist_ok=True)
    (there / "beds/a.txt").write_text("mine\n")
    ada.json("clone", address, "there", at=tmp_path)
    assert (there / "b.txt").read_text() == LINES
    changed = ada.json("status", at=there)["changes"]
    assert changed == [{"change": "M", "path": "beds/a.txt"}]
    assert (there / "beds/a.txt").read_text() == "mine\n"


@pytest.mark.usefixtures("garden")
def test_a_broken_off_clone_of_another_project_is_in_the_way(ada, tmp_path, request):
    address = f"ada/{name_of(request)}"
    there = tmp_path / "there"
    for _ in kills(ada, lambda _: tmp_path, "clone", address, "there"):
        if (there / "b.txt").exists():
            break
        shutil.rmtree(there, ignore_errors=True)
    ada.json("project", "create", "ada", "elsewhere", at=tmp_path)
    refused = ada.refused("clone", "ada/elsewhere", "there", at=tmp_path)
    assert refused == (5, "workspace.not-empty")


def test_marks_of_a_killed_sync_never_land(ada, garden, tmp_path, request):
    there = tmp_path / "there"
    ada.json("clone", f"ada/{name_of(request)}", str(there), at=tmp_path)
    for name in ("beds/a.txt", "b.txt"):
        (garden / name).write_text(LINES.replace("three", "THREE"))
        (there / name).write_text(LINES.replace("three", "3"))
    (garden / "new").write_text("new\n")
    ada.json("land", "Theirs", at=garden)

    def place(number):
        return shutil.copytree(there, tmp_path / f"at-{number}", symlinks=True)

    marked = 0
    for at in kills(ada, place, "sync"):
        marks = [name for name in ("beds/a.txt", "b.txt") if "<<<<<<<" in (at / name).read_text()]
        if marks:
            marked += 1
            assert set(marks) <= set(ada.json("status", at=at)["conflicts"])
            assert ada.refused("land", "Mine", at=at) == (5, "sync.conflicts")
        refused = ada.refused("sync", at=at)
        assert refused == (5, "sync.conflicts")
        assert ada.json("status", at=at)["conflicts"] == ["b.txt", "beds/a.txt"]
        again = (at / "b.txt").read_text()
        assert again.count("<<<<<<<") == again.count(">>>>>>>") == 1
        ada.json("sync", "-s", "ours", at=at)
        assert (at / "b.txt").read_text() == LINES.replace("three", "3")
        assert (at / "new").read_text() == "new\n"
        assert ada.json("status", at=at)["position"] == 2
    assert marked > 2
    assert len(ada.json("log", at=garden)) == 2


@pytest.mark.parametrize("ask", ["status", "land", "sync"])
def test_a_landing_of_a_killed_mic_is_recognised(ada, garden, ask):
    def place(number):
        (garden / "b.txt").write_text(f"{number}\n")
        (garden / f"new-{number}").write_text(f"{number}\n")
        return garden

    for number, _ in enumerate(kills(ada, place, "land", "Killed"), start=1):
        before = files_of(garden)
        (garden / "beds/a.txt").write_text(f"changed after kill {number}\n")
        ada.json(
            *{"status": ["status"], "land": ["land", "Rest"], "sync": ["sync"]}[ask], at=garden
        )
        ada.mic("land", "Rest", at=garden)
        assert ada.json("status", at=garden)["changes"] == []
        assert not (garden / ".mic/landing.json").exists()
        assert files_of(garden) == before | {
            "beds/a.txt": ("file", f"changed after kill {number}\n".encode())
        }
        log = ada.json("log", "--path", f"new-{number}", at=garden)
        assert len(log) == 1
    ada.json("verify", at=garden)


def test_a_session_of_a_killed_mic_ends_with_its_landing(ada, garden):
    started = []

    def place(number):
        (garden / "b.txt").write_text(f"{number}\n")
        if ada.mic("session", "status", at=garden).status:
            started.append(ada.json("session", "start", f"Number {number}", at=garden)["id"])
        return garden

    for _ in kills(ada, place, "session", "land"):
        ran = ada.mic("session", "land", "--json", at=garden)
        assert ran.status == 0 or ran.error["code"] == "session.none", ran.out
        assert ada.json("status", at=garden)["session"] is None
        assert ada.json("status", at=garden)["changes"] == []
    landed = [one["session"] for one in ada.json("log", "-n", "200", at=garden)]
    assert landed[:-1] == started[::-1]


def test_what_others_landed_meanwhile_is_no_conflict_after_a_kill(ada, garden, tmp_path, request):
    there = tmp_path / "there"
    ada.json("clone", f"ada/{name_of(request)}", str(there), at=tmp_path)

    def place(number):
        (there / "run.sh").write_text(f"#!/bin/sh\n# {number}\n")
        ada.json("sync", at=there)
        ada.json("land", "Theirs", at=there)
        (garden / "b.txt").write_text(f"{number}\n")
        return garden

    for _ in kills(ada, place, "land", "Killed"):
        (garden / "b.txt").write_text((garden / "b.txt").read_text() + "and on\n")
        landed = ada.json("land", "Rest", at=garden)
        assert landed["position"]
        assert ada.json("status", at=garden)["changes"] == []
        assert (garden / "run.sh").read_text() == (there / "run.sh").read_text()


def test_a_killed_share_is_finished_by_the_same_share(ada, tmp_path):
    def place(number):
        root = tmp_path / f"share-{number}"
        root.mkdir()
        (root / "a.txt").write_text("one\n")
        return root

    for at in kills(ada, place, "share"):
        said = ada.json("share", at=at)
        assert (said["position"], said["files"]) == (1, 1)
        assert ada.json("status", at=at)["changes"] == []
        assert len(ada.json("log", at=at)) == 1
