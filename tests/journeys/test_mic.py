"""The main job, from the outside: share, clone, work, land, sync; no change is ever lost."""

import contextlib
import json
import os
import shutil
import subprocess
import threading

import pytest

from tests.support.mic import MIC, Person, files_of
from tests.support.processes import environment

pytestmark = pytest.mark.journey


@pytest.fixture
def stranger(tmp_path):
    """Somebody who has never heard of the node."""
    return Person(tmp_path / "stranger")


@pytest.fixture
def garden(tmp_path):
    """A directory with a bit of everything."""
    root = tmp_path / "garden"
    (root / "beds/deep").mkdir(parents=True)
    (root / "beds/a.txt").write_text("one\ntwo\nthree\nfour\nfive\nsix\nseven\n")
    (root / "beds/deep/ü ñ.txt").write_text("unicode\n")
    (root / "empty").write_bytes(b"")
    (root / "binary").write_bytes(bytes(range(256)) * 20)
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("beds/a.txt")
    (root / "dangling").symlink_to("nowhere/at/all")
    (root / "large").write_bytes(os.urandom(3 << 20) * 3)
    (root / ".micignore").write_text("*.log\nbuild/\n")
    (root / "noise.log").write_text("not shared\n")
    return root


@pytest.fixture
def shared(ada, garden, request):
    """The garden as a project of its own, and what `mic share` said."""
    name = request.node.name.replace("_", "-")[5:60]
    return ada.json("share", "--name", name, at=garden)


def cloned(person, shared, root, node):
    person.json("clone", f"{node.url}/{shared['project']}", str(root), at=root.parent)
    return root


def test_a_clone_has_the_same_names_bytes_modes_and_links(shared, garden, stranger, tmp_path, node):
    there = cloned(stranger, shared, tmp_path / "there", node)
    (garden / "noise.log").unlink()
    assert files_of(there) == files_of(garden)
    assert stranger.json("status", at=there)["changes"] == []


def test_share_says_that_it_is_public_and_what_to_paste(ada, garden, node):
    said = ada.mic("share", "--name", "Said Aloud", at=garden)
    text = said.out.decode()
    assert said.status == 0
    assert "It is public" in text
    assert f"mic clone {node.url}/ada/said-aloud" in text


def test_share_answers_with_id_project_url_and_position(shared):
    assert shared["id"].startswith("mic:z")
    assert shared["project"].startswith("ada/")
    assert shared["url"].startswith("http://")
    assert shared["position"] == 1
    assert shared["visibility"] == "public"


def test_a_private_project_is_not_there_for_strangers(ada, garden, stranger, node):
    said = ada.json("share", "--private", "--name", "secret", at=garden)
    assert said["visibility"] == "private"
    address = f"{node.url}/ada/secret"
    assert stranger.refused("clone", address, "x", at=garden.parent) == (3, "project.missing")
    assert stranger.refused("log", address, at=garden.parent)[0] == 3
    assert not (garden.parent / "x").exists()
    assert ada.json("log", "ada/secret", at=garden.parent)[0]["position"] == 1


@pytest.mark.usefixtures("shared")
def test_a_landing_is_on_the_log_with_its_goal_and_can_be_asked_about(ada, garden):
    (garden / "beds/a.txt").write_text("one\ntwo!\nthree\nfour\nfive\nsix\nseven\n")
    landed = ada.json("land", "Shout two", "--model", "m-1", at=garden)
    assert landed["position"] == 2
    log = ada.json("log", at=garden)
    assert [one["position"] for one in log] == [2, 1]
    assert (log[0]["goal"], log[0]["author"]) == ("Shout two", "ada")
    assert log[0]["landed_at"] >= log[1]["landed_at"] > 1_600_000_000_000
    assert (log[0]["origin"], log[0]["model"]) == ("ai-assisted", "m-1")
    blame = ada.json("blame", "beds/a.txt", at=garden)["lines"]
    assert [line["position"] for line in blame] == [1, 2, 1, 1, 1, 1, 1]
    assert "+two!" in ada.json("show", "latest", at=garden)["patch"]
    assert "-two" in ada.json("diff", "1", "2", at=garden)["patch"]
    assert ada.mic("cat", "beds/a.txt", "-p", "1", at=garden).out.startswith(b"one\ntwo\n")
    assert ada.json("verify", at=garden)["position"] == 2
    assert ada.json("verify", "--offline", at=garden, MIC_NODE="http://127.0.0.1:9")


def test_reading_commands_take_a_project_in_every_form(ada, shared, garden, tmp_path, node):
    account, project = shared["project"].split("/")
    for form in ([shared["project"]], [account, project], [f"{node.url}/{shared['project']}"]):
        assert ada.json("log", *form, at=tmp_path)[0]["position"] == 1
        assert ada.json("goto", *form, "1", at=tmp_path)["files"][0]["path"] == ".micignore"
        assert ada.mic("cat", *form, "run.sh", at=tmp_path).out == b"#!/bin/sh\n"
        assert ada.json("ls", *form, "-p", "beds", at=tmp_path)["entries"][0]["name"] == "a.txt"
        assert ada.json("blame", *form, "run.sh", at=tmp_path)["lines"][0]["position"] == 1
        assert ada.json("verify", *form, at=tmp_path)["position"] == 1
        assert ada.json("project", "get", *form, at=tmp_path)["id"] == shared["id"]
    assert ada.mic("ls", at=garden).out.decode().splitlines()[:3] == [
        ".micignore",
        "beds/",
        "binary",
    ]
    assert ada.mic("ls", at=garden / "beds").out.decode().splitlines() == ["a.txt", "deep/"]
    assert ada.mic("cat", "a.txt", at=garden / "beds").status == 0


def test_stale_work_is_refused_with_every_path_named_then_merged_and_landed(
    ada, shared, garden, tmp_path, node
):
    there = cloned(ada, shared, tmp_path / "there", node)
    (garden / "beds/a.txt").write_text("ONE\ntwo\nthree\nfour\nfive\nsix\nseven\n")
    (garden / "run.sh").write_text("#!/bin/sh\necho mine\n")
    assert ada.json("land", "mine", at=garden)["position"] == 2
    (there / "beds/a.txt").write_text("one\ntwo\nthree\nfour\nfive\nsix\nSEVEN\n")
    (there / "run.sh").write_text("#!/bin/sh\necho yours\n")
    (there / "new").write_text("new\n")
    before = files_of(there)
    refused = ada.mic("land", "yours", "--json", at=there)
    assert refused.status == 5
    assert refused.error["details"]["paths"] == ["beds/a.txt", "run.sh"]
    assert files_of(there) == before
    assert len(ada.json("log", at=there)) == 2

    synced = ada.mic("sync", "--json", at=there)
    assert (synced.status, synced.error["details"]["paths"]) == (5, ["run.sh"])
    assert (there / "beds/a.txt").read_text() == "ONE\ntwo\nthree\nfour\nfive\nsix\nSEVEN\n"
    marked = (there / "run.sh").read_text()
    assert "<<<<<<< yours\necho yours\n" in marked
    assert "echo mine\n>>>>>>> landed\n" in marked
    assert ada.refused("land", "yours", at=there) == (5, "sync.conflicts")
    assert ada.json("status", at=there)["conflicts"] == ["run.sh"]

    (there / "run.sh").write_text("#!/bin/sh\necho both\n")
    (there / "run.sh").chmod(0o755)
    assert ada.json("land", "yours", at=there)["position"] == 3
    assert ada.json("sync", at=garden)["position"] == 3
    assert files_of(garden) | {"noise.log": ("file", b"not shared\n")} == files_of(there) | {
        "noise.log": ("file", b"not shared\n")
    }
    assert ada.json("verify", at=garden)["position"] == 3


@pytest.mark.parametrize(("strategy", "line"), [("ours", "yours"), ("theirs", "mine")])
def test_a_strategy_decides_what_lines_cannot(ada, shared, garden, tmp_path, node, strategy, line):
    there = cloned(ada, shared, tmp_path / "there", node)
    (garden / "run.sh").write_text("#!/bin/sh\necho mine\n")
    (garden / "binary").write_bytes(b"\0mine")
    ada.json("land", "mine", at=garden)
    (there / "run.sh").write_text("#!/bin/sh\necho yours\n")
    (there / "binary").write_bytes(b"\0yours")
    ada.json("sync", "-s", strategy, at=there)
    assert (there / "run.sh").read_text() == f"#!/bin/sh\necho {line}\n"
    assert (there / "binary").read_bytes() == b"\0" + line.encode()


@pytest.mark.parametrize(("strategy", "line"), [("ours", "yours"), ("theirs", "mine")])
def test_marks_that_were_left_can_be_settled_afterwards(
    ada, shared, garden, tmp_path, node, strategy, line
):
    there = cloned(ada, shared, tmp_path / "there", node)
    (garden / "run.sh").write_text("#!/bin/sh\necho mine\n")
    (garden / "beds/a.txt").unlink()
    ada.json("land", "mine", at=garden)
    (there / "run.sh").write_text("#!/bin/sh\necho yours\n")
    (there / "beds/a.txt").write_text("changed\n")
    assert ada.refused("sync", at=there) == (5, "sync.conflicts")
    assert ada.refused("sync", at=there) == (5, "sync.conflicts")
    assert ada.json("sync", "-s", strategy, at=there)["settled"] == ["beds/a.txt", "run.sh"]
    assert (there / "run.sh").read_text() == f"#!/bin/sh\necho {line}\n"
    assert (there / "beds/a.txt").exists() == (strategy == "ours")


def test_changes_to_different_files_both_land_and_both_are_here_afterwards(
    ada, shared, garden, tmp_path, node
):
    there = cloned(ada, shared, tmp_path / "there", node)
    (garden / "run.sh").write_text("#!/bin/sh\nmine\n")
    (garden / "dangling").unlink()
    ada.json("land", "mine", at=garden)
    (there / "beds/a.txt").write_text("yours\n")
    (there / "empty").unlink()
    landed = ada.json("land", "yours", at=there)
    assert (landed["position"], landed["taken"]) == (3, ["dangling", "run.sh"])
    assert (there / "run.sh").read_text() == "#!/bin/sh\nmine\n"
    assert not (there / "dangling").is_symlink()
    assert ada.json("status", at=there) | {"changes": []} == ada.json("status", at=there)
    ada.json("sync", at=garden)
    (garden / "noise.log").unlink()
    assert files_of(garden) == files_of(there)


def test_what_half_a_sync_wrote_never_passes_for_a_change_made_here(
    ada, shared, garden, tmp_path, node
):
    there = cloned(ada, shared, tmp_path / "there", node)
    (garden / "beds/a.txt").write_text("a mistake\n")
    (garden / "added").write_text("by mistake\n")
    (garden / "in-the-way").write_text("theirs\n")
    ada.json("land", "a mistake", at=garden)
    (there / ".micignore").write_text("in-the-way\n")
    (there / "in-the-way").write_text("mine, and ignored\n")
    assert ada.refused("sync", at=there) == (5, "workspace.local-changes")
    assert (there / "added").exists()
    (garden / "beds/a.txt").write_text("taken back\n")
    (garden / "added").unlink()
    ada.json("land", "take it back", at=garden)
    (there / "in-the-way").unlink()
    assert "added" in ada.json("sync", at=there)["taken"]
    assert (there / "beds/a.txt").read_text() == "taken back\n"
    changed = ada.json("status", at=there)["changes"]
    assert changed == [{"change": "M", "path": ".micignore"}]


@pytest.mark.usefixtures("shared")
def test_a_session_lands_with_what_was_said_and_decided(ada, garden):
    started = ada.json("session", "start", "Find out", at=garden)
    assert ada.refused("session", "start", "Again", at=garden) == (5, "session.active")
    assert ada.refused("land", "Aside", at=garden) == (5, "session.active")
    ada.json("session", "note", "It is slow", at=garden)
    ada.json("session", "note", "I measured", "-r", "agent", at=garden)
    ada.json("session", "decision", "No cache", "--why", "Slower", at=garden)
    (garden / "found").write_text("out\n")
    told = ada.json("session", "status", at=garden)
    assert [said["role"] for said in told["conversation"]] == ["human", "agent"]
    assert told["changes"] == [{"change": "A", "path": "found"}]
    landed = ada.json("session", "land", at=garden)
    assert landed["session"] == started["id"]
    shown = ada.json("show", "2", at=garden)["session"]
    assert [said["text"] for said in shown["conversation"]] == ["It is slow", "I measured"]
    assert shown["decisions"][0]["why"] == "Slower"
    assert ada.refused("session", "status", at=garden) == (3, "session.none")


@pytest.mark.usefixtures("shared")
def test_an_abandoned_session_leaves_the_files(ada, garden):
    ada.json("session", "start", "Try", at=garden)
    (garden / "tried").write_text("x")
    assert ada.json("session", "abandon", at=garden)["abandoned"]
    assert (garden / "tried").exists()
    assert ada.json("land", "After all", at=garden)["position"] == 2


def test_a_linked_directory_never_overwrites(ada, shared, garden, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(garden, old, symlinks=True, ignore=shutil.ignore_patterns(".mic"))
    (old / "run.sh").write_text("#!/bin/sh\nolder\n")
    before = files_of(old)
    ada.json("link", shared["project"], at=old)
    assert files_of(old) == before
    assert ada.refused("link", shared["project"], at=old) == (5, "workspace.exists")
    assert ada.refused("land", "Overwrite", at=old) == (5, "landing.paths-moved")
    assert ada.refused("sync", at=old) == (5, "sync.conflicts")
    ada.json("sync", "-s", "ours", at=old)
    assert ada.json("status", at=old)["changes"] == [{"change": "M", "path": "run.sh"}]
    assert ada.json("land", "Knowingly", at=old)["changed"] == 1


def test_a_checkout_gets_any_position(ada, shared, garden, tmp_path):
    (garden / "later").write_text("x")
    ada.json("land", "Later", at=garden)
    said = ada.json("checkout", shared["project"], "-p", "then", "--position", "@1", at=tmp_path)
    assert said["position"] == 1
    assert not (tmp_path / "then/later").exists()
    assert ada.json("sync", at=tmp_path / "then")["taken"] == ["later"]


def test_nothing_is_written_where_something_is(ada, shared, tmp_path):
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_text("mine")
    status, code = ada.refused("clone", shared["project"], "full", at=tmp_path)
    assert (status, code) == (5, "workspace.not-empty")
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["mine"]


def test_who_has_no_token_may_read_and_not_land(shared, garden, stranger, tmp_path, node):
    there = cloned(stranger, shared, tmp_path / "there", node)
    (there / "mine").write_text("x")
    assert stranger.refused("land", "Try", at=there) == (4, "auth.required")
    assert stranger.refused("share", at=garden, MIC_NODE=node.url)[0] in {4, 5}
    assert stranger.refused("auth", "login", node.url, "--token", "mut_no", at=there) == (
        4,
        "auth.bad-token",
    )


def test_a_token_is_kept_per_node_and_forgotten_on_logout(ada, shared, stranger, tmp_path, node):
    kept = json.loads((ada.home / "tokens.json").read_bytes())["tokens"]
    token = kept[node.url]["access_token"]
    there = cloned(stranger, shared, tmp_path / "there", node)
    login = stranger.mic("auth", "login", node.url, "--token", "-", at=there, stdin=token)
    assert login.status == 0, login.err
    assert token not in login.out.decode() + login.err
    assert stranger.json("auth", "status", at=there)["handle"] == "ada"
    (there / "mine").write_text("x")
    assert stranger.json("land", "From elsewhere", at=there)["position"] == 2


def test_a_token_and_a_node_may_come_from_the_environment(ada, stranger, shared, tmp_path, node):
    kept = json.loads((ada.home / "tokens.json").read_bytes())["tokens"]
    there = cloned(stranger, shared, tmp_path / "there", node)
    (there / "mine").write_text("x")
    token = kept[node.url]["access_token"]
    assert stranger.json("land", "As CI", at=there, MIC_TOKEN=token)["position"] == 2
    assert not (stranger.home / "tokens.json").exists()
    assert stranger.json("log", shared["project"], at=tmp_path, MIC_NODE=node.url)


def test_projects_are_made_listed_changed_and_deleted(ada, tmp_path):
    made = ada.json("project", "create", "ada", "tool", "The Tool", "-d", "x", at=tmp_path)
    assert (made["handle"], made["visibility"]) == ("tool", "public")
    assert ada.refused("project", "create", "ada/tool", at=tmp_path)[0] == 5
    assert "tool" in [one["handle"] for one in ada.json("project", "list", at=tmp_path)]
    assert ada.refused("project", "update", "ada", "tool", at=tmp_path) == (
        2,
        "project.nothing-to-update",
    )
    changed = ada.json(
        "project", "update", "ada/tool", "-d", "", "--visibility", "private", at=tmp_path
    )
    assert (changed["description"], changed["visibility"], changed["name"]) == (
        "",
        "private",
        "The Tool",
    )
    assert ada.refused("project", "delete", "ada/tool", at=tmp_path) == (2, "project.unconfirmed")
    assert ada.json("project", "delete", "ada/tool", "--yes", at=tmp_path)["deleted"]
    assert ada.refused("project", "get", "ada/tool", at=tmp_path)[0] == 3


def test_an_empty_project_can_be_cloned_and_landed_on(ada, tmp_path):
    ada.json("project", "create", "ada", "blank", at=tmp_path)
    said = ada.json("clone", "ada/blank", at=tmp_path)
    assert (said["position"], said["files"]) == (0, 0)
    assert ada.refused("land", "Nothing", at=tmp_path / "blank") == (2, "landing.no-changes")
    (tmp_path / "blank/first").write_text("x")
    assert ada.json("land", "First", at=tmp_path / "blank")["position"] == 1


def test_many_land_at_once_and_each_is_on_the_log_once(ada, shared, garden, tmp_path, node):
    places = [cloned(ada, shared, tmp_path / f"w{number}", node) for number in range(6)]
    results = []

    def work(place):
        (place / f"by-{place.name}").write_text(place.name)
        results.append(ada.json("land", f"From {place.name}", at=place)["position"])

    threads = [threading.Thread(target=work, args=(place,)) for place in places]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == [2, 3, 4, 5, 6, 7]
    assert [one["position"] for one in ada.json("log", at=garden)] == [7, 6, 5, 4, 3, 2, 1]
    for place in places:
        ada.json("sync", at=place)
        assert {path.name for path in place.glob("by-*")} == {f"by-w{n}" for n in range(6)}


def at_a_terminal(person, *words, at, typed, **more):
    """Run mic with a terminal for its questions; return its status and what the terminal shows."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        [*MIC, *words],
        cwd=at,
        env=environment(MIC_HOME=str(person.home), TERM="xterm", **more),
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.DEVNULL,
    ) as running:
        os.close(theirs)
        os.write(ours, typed.encode())
        shown = b""
        with contextlib.suppress(OSError):
            while data := os.read(ours, 4096):
                shown += data
        status = running.wait(60)
    os.close(ours)
    return status, shown.decode()


@pytest.mark.parametrize(
    ("typed", "status", "line"),
    [("k\n", 0, "yours"), ("?\nt\n", 0, "mine"), ("e\n", 0, "edited"), ("l\n", 5, "<<<<<<<")],
)
def test_somebody_at_a_terminal_is_asked(ada, shared, garden, tmp_path, node, typed, status, line):
    there = cloned(ada, shared, tmp_path / "there", node)
    (garden / "run.sh").write_text("#!/bin/sh\necho mine\n")
    ada.json("land", "mine", at=garden)
    (there / "run.sh").write_text("#!/bin/sh\necho yours\n")
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho edited > "$1"\n')
    editor.chmod(0o755)
    got, shown = at_a_terminal(ada, "sync", at=there, typed=typed, EDITOR=str(editor))
    assert got == status, shown
    assert "[k]eep yours" in shown
    assert line in (there / "run.sh").read_text()


def test_a_directory_that_cannot_be_shared_stays_as_it_was(ada, tmp_path):
    root = tmp_path / "unsafe"
    root.mkdir()
    (root / "back\\slash").write_text("x")
    assert ada.refused("share", at=root) == (2, "workspace.unsafe-names")
    assert [path.name for path in root.iterdir()] == ["back\\slash"]
    assert ada.refused("project", "get", "ada/unsafe", at=tmp_path)[0] == 3


def test_a_directory_is_shared_once(ada, shared, garden):
    assert ada.refused("share", at=garden) == (5, "workspace.exists")
    assert ada.refused("share", "--name", shared["project"][4:], at=garden.parent)[0] == 5


def test_a_share_that_broke_off_after_the_project_was_made_goes_on(ada, garden):
    ada.json("project", "create", "ada/broken-off", at=garden)
    assert ada.json("share", "--name", "broken off", at=garden)["position"] == 1


@pytest.mark.usefixtures("shared")
def test_a_project_says_its_site_and_model(ada, garden):
    site = ("--url", "https://plants.example/", "--llm-model", "m-1")
    made = ada.json("project", "create", "ada", "plants", *site, at=garden)
    assert (made["url"], made["llm_model"]) == ("https://plants.example/", "m-1")
    assert made["page"].endswith("/ada/plants")
    changed = ada.json("project", "update", "ada", "plants", "--url", "", at=garden)
    assert (changed["url"], changed["llm_model"]) == ("", "m-1")
    refused = ada.refused("project", "update", "ada/plants", "--url", "javascript:x", at=garden)
    assert refused == (2, "project.bad-url")
    said = ada.mic("project", "get", "ada/plants", at=garden).out.decode()
    assert "model       m-1" in said


@pytest.mark.usefixtures("shared")
def test_blame_says_why_and_a_session_what_it_touches(ada, garden):
    ada.json("session", "start", "Plant in rows", at=garden)
    ada.json("session", "decision", "Rows, not beds", "--why", "Easier to weed.", at=garden)
    (garden / "beds/a.txt").write_text("one\nTWO\nthree\nfour\nfive\nsix\nseven\n")
    said = ada.json("session", "status", at=garden)
    assert [(one["path"], one["change_type"]) for one in said["files"]] == [
        ("beds/a.txt", "modified")
    ]
    assert len(said["bloom"]) > 1000
    ada.json("session", "land", at=garden)
    blame = ada.json("blame", "beds/a.txt", at=garden)
    (newest, first) = blame["reasons"]
    assert (newest["goal"], first["position"]) == ("Plant in rows", 1)
    assert [(one["text"], one["why"]) for one in newest["decisions"]] == [
        ("Rows, not beds", "Easier to weed.")
    ]
    text = ada.mic("blame", "--why", "beds/a.txt", at=garden).out.decode()
    assert "\n@2 Plant in rows (ada, " in text
    assert "\n  decided: Rows, not beds\n  because: Easier to weed.\n2\tTWO\n" in text
