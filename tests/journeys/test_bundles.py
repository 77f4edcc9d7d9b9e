"""A project goes from one machine to another in a file, and nothing of it has to be believed."""

import fcntl
import json
import os
import shutil
import socket

import pytest

from keys.statements.landing import open_landing
from store.bundles import Bundle
from store.records import Kind, make
from tests.support.bundling import rewritten
from tests.support.mic import Person, files_of
from tests.support.processes import Node
from tests.support.processes import run as micelio

pytestmark = pytest.mark.journey


@pytest.fixture
def far(tmp_path):
    """Somebody whose machine never sees the node."""
    return Person(tmp_path / "far")


@pytest.fixture(scope="module")
def garden(node, tmp_path_factory):
    """A project with some history, and the workspace of whoever made it."""
    ada = Person(node.data.parent / "mic")
    root = tmp_path_factory.mktemp("work") / "garden"
    (root / "beds").mkdir(parents=True)
    (root / "beds/a.txt").write_text("one\ntwo\n")
    (root / "run.sh").write_text("#!/bin/sh\n")
    (root / "run.sh").chmod(0o755)
    (root / "link").symlink_to("beds/a.txt")
    (root / "large").write_bytes(os.urandom(3 << 20) * 3)
    ada.json("share", "--name", "garden", at=root)
    (root / "beds/a.txt").write_text("one\nTWO\n")
    ada.json("session", "start", "Louder", at=root)
    ada.json("session", "decision", "Shout", "--why", "Nobody hears it", at=root)
    ada.json("session", "land", at=root)
    (root / "run.sh").unlink()
    (root / "beds/b.txt").write_text("bee\n")
    ada.json("land", "Bees", at=root)
    return root


@pytest.fixture(scope="module")
def bundle(node, garden, tmp_path_factory):
    """The whole project in a file."""
    ada = Person(node.data.parent / "mic")
    path = tmp_path_factory.mktemp("stick") / "garden.bundle"
    said = ada.mic("bundle", str(path), at=garden)
    assert said.status == 0, said.err
    assert "whoever has the file can read all of it" in said.err.lower()
    return path


@pytest.mark.usefixtures("garden")
def test_a_bundle_says_what_it_holds(ada, tmp_path):
    path = tmp_path / "g.bundle"
    said = ada.json("bundle", str(path), "ada/garden", at=tmp_path)
    assert (said["from"], said["position"], said["visibility"]) == (1, 3, "public")
    assert said["bytes"] == path.stat().st_size
    assert [one.name for one in tmp_path.iterdir()] == ["g.bundle"]


def test_a_clone_of_a_bundle_is_the_project(far, garden, bundle, tmp_path):
    there = tmp_path / "there"
    said = far.json("clone", str(bundle), str(there), at=tmp_path)
    assert (said["position"], said["project"]) == (3, "garden")
    assert files_of(there) == files_of(garden)
    assert far.json("status", at=there)["changes"] == []


def test_without_a_directory_the_clone_is_called_as_the_file(far, bundle, tmp_path):
    shutil.copy(bundle, tmp_path / "flowers.bundle")
    far.json("clone", "flowers.bundle", at=tmp_path)
    assert (tmp_path / "flowers/beds/b.txt").read_text() == "bee\n"


def test_any_position_can_be_checked_out(far, bundle, tmp_path):
    far.json("checkout", str(bundle), "-p", "old", "--position", "1", at=tmp_path)
    assert (tmp_path / "old/beds/a.txt").read_text() == "one\ntwo\n"
    assert (tmp_path / "old/run.sh").stat().st_mode & 0o100


def test_a_bundle_is_read_as_a_project_is(ada, far, bundle, tmp_path):
    """Each answer is the node's own, but for what only the node's database knows."""
    for words in (
        ("log",),
        ("log", "--path", "beds"),
        ("show", "2"),
        ("show", "latest"),
        ("ls",),
        ("ls", "-p", "beds"),
        ("ls", "-r", "1"),
        ("goto", "1"),
        ("diff", "1", "3"),
        ("diff", "2"),
    ):
        name, *rest = words
        asked = ada.json(name, "ada/garden", *rest, at=tmp_path)
        told = far.json(name, str(bundle), *rest, at=tmp_path)
        for one in (asked, told):
            if name == "show":
                # The node knows when it heard of the session, the statement when it began.
                one["session"].pop("started_at")
        assert told == asked, words


def test_a_file_is_read_out_of_a_bundle(far, garden, bundle, tmp_path):
    assert far.mic("cat", str(bundle), "large", at=tmp_path).out == (garden / "large").read_bytes()
    old = far.mic("cat", str(bundle), "beds/a.txt", "-p", "1", at=tmp_path).out
    assert old == b"one\ntwo\n"


def test_verify_checks_every_byte(far, bundle, tmp_path):
    said = far.json("verify", str(bundle), at=tmp_path)
    assert (said["position"], said["origins"]) == (3, {"human": 3})
    assert said["bundled_by"].startswith("did:key:")


def test_nothing_is_asked_of_any_node(far, bundle, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        far.json("clone", str(bundle), "there", at=tmp_path, MIC_NODE=url)
        far.json("verify", "--offline", at=tmp_path / "there", MIC_NODE=url)
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_workspace_of_a_bundle_is_verified_without_the_file(far, bundle, tmp_path):
    shutil.copy(bundle, tmp_path / "g.bundle")
    far.json("clone", "g.bundle", "there", at=tmp_path)
    (tmp_path / "g.bundle").unlink()
    assert far.json("verify", "--offline", at=tmp_path / "there")["position"] == 3
    assert far.refused("log", at=tmp_path / "there") == (3, "bundle.missing")


def test_nothing_lands_on_a_file_but_on_a_node_once_it_is_linked(ada, node, tmp_path):
    there = tmp_path / "there"
    ada.json("share", "--name", "Second", at=_made(tmp_path / "second"))
    ada.json("bundle", str(tmp_path / "s.bundle"), "ada/second", at=tmp_path)
    ada.json("clone", str(tmp_path / "s.bundle"), str(there), at=tmp_path)
    (there / "new.txt").write_text("new\n")
    assert ada.refused("land", "Add", at=there) == (2, "bundle.read-only")
    linked = ada.json("link", f"{node.url}/ada/second", at=there)
    assert linked["project"] == "ada/second"
    assert ada.json("land", "Add", at=there)["position"] == 2


def test_work_begun_on_a_file_lands_where_it_is_linked(ada, node, tmp_path):
    ada.json("share", "--name", "Later", at=_made(tmp_path / "later"))
    ada.json("bundle", "l.bundle", "ada/later", at=tmp_path)
    ada.json("clone", "l.bundle", "there", at=tmp_path)
    there = tmp_path / "there"
    assert ada.json("status", at=there)["project"] == "l"
    started = ada.mic("session", "start", "Add", "--json", at=there)
    assert json.loads(started.out)["warnings"] == []
    (there / "new.txt").write_text("new\n")
    ada.json("session", "note", "On the train", at=there)
    ada.json("link", f"{node.url}/ada/later", at=there)
    assert ada.json("session", "land", at=there)["position"] == 2
    said = ada.json("show", "2", at=there)["session"]["conversation"]
    assert [one["text"] for one in said] == ["On the train"]


def test_what_only_a_node_can_do_is_refused_in_words(far, bundle, tmp_path):
    far.json("clone", str(bundle), "there", at=tmp_path)
    there = tmp_path / "there"
    assert far.refused("blame", "run.sh", at=there) == (2, "bundle.read-only")
    assert far.refused("export", "git", "../out", at=there) == (2, "git.no-url")
    assert far.refused("project", "update", str(bundle), "-d", "x", at=tmp_path)[0] == 2
    checks = {one["name"]: one["level"] for one in far.json("doctor", at=there)["checks"]}
    assert "fail" not in checks.values(), checks


def test_an_alias_may_stand_for_a_file(far, bundle, tmp_path):
    shutil.copy(bundle, tmp_path / "g.bundle")
    there = tmp_path / "elsewhere"
    there.mkdir()
    far.json("alias", "add", "g", "../g.bundle", at=there)
    assert far.json("log", "g", at=tmp_path)[0]["position"] == 3


def test_a_newer_bundle_in_the_same_place_is_synced(ada, far, tmp_path):
    root = _made(tmp_path / "third")
    ada.json("share", "--name", "Third", at=root)
    stick = tmp_path / "t.bundle"
    ada.json("bundle", str(stick), at=root)
    far.json("clone", str(stick), "there", at=tmp_path)
    (root / "more.txt").write_text("more\n")
    ada.json("land", "More", at=root)
    stick.unlink()
    ada.json("bundle", str(stick), at=root)
    assert far.json("sync", at=tmp_path / "there")["position"] == 2
    assert (tmp_path / "there/more.txt").read_text() == "more\n"


def test_only_what_is_new_can_be_carried(ada, far, tmp_path):
    root = _made(tmp_path / "fourth")
    ada.json("share", "--name", "Fourth", at=root)
    ada.json("bundle", str(tmp_path / "first.bundle"), at=root)
    (root / "more.txt").write_text("more\n")
    ada.json("land", "More", at=root)
    ada.json("bundle", str(tmp_path / "more.bundle"), "--from", "2", at=root)
    assert far.refused("verify", "more.bundle", at=tmp_path) == (5, "bundle.begins-later")
    assert far.refused("clone", "more.bundle", "x", at=tmp_path) == (5, "bundle.begins-later")
    far.json("clone", "first.bundle", "there", at=tmp_path)
    there = tmp_path / "there"
    assert far.json("verify", "../more.bundle", at=there)["first"] == 2
    far.json("link", "../more.bundle", at=there)
    assert far.json("sync", at=there)["position"] == 2
    assert (there / "more.txt").read_text() == "more\n"
    assert far.json("verify", at=there)["position"] == 2
    with Bundle.open(tmp_path / "more.bundle") as more:
        assert {raw for _, raw in more.contents()} == {b"more\n"}


def test_an_empty_project_can_be_carried(ada, far, tmp_path):
    ada.json("project", "create", "ada", "nothing-yet", at=tmp_path)
    ada.json("bundle", "n.bundle", "ada/nothing-yet", at=tmp_path)
    assert far.json("verify", "n.bundle", at=tmp_path)["position"] == 0
    assert far.json("clone", "n.bundle", at=tmp_path)["position"] == 0


@pytest.mark.usefixtures("garden")
def test_a_file_that_is_there_is_kept(ada, tmp_path):
    (tmp_path / "mine.bundle").write_text("mine")
    (tmp_path / "led.bundle").symlink_to("nowhere")
    for name in ("mine.bundle", "led.bundle", "."):
        refused = ada.refused("bundle", name, "ada/garden", at=tmp_path)
        assert refused == (5, "bundle.exists")
    assert (tmp_path / "mine.bundle").read_text() == "mine"
    assert {one.name for one in tmp_path.iterdir()} == {"led.bundle", "mine.bundle"}


@pytest.mark.usefixtures("garden")
def test_a_killed_bundle_is_not_there_and_the_next_one_is_whole(ada, far, tmp_path):
    number = 1
    while ada.killed(number, "bundle", "g.bundle", "ada/garden", at=tmp_path):
        if (tmp_path / "g.bundle").exists():
            far.json("verify", "g.bundle", at=tmp_path)
            (tmp_path / "g.bundle").unlink()
        number += 1
    assert number > 3
    assert far.json("verify", "g.bundle", at=tmp_path)["position"] == 3
    assert [one.name for one in tmp_path.iterdir()] == ["g.bundle"]


@pytest.mark.usefixtures("garden")
def test_two_that_write_one_file_do_not_meet(ada, tmp_path):
    with (tmp_path / "g.bundle.part").open("xb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        refused = ada.refused("bundle", "g.bundle", "ada/garden", at=tmp_path)
    assert refused == (5, "bundle.busy")
    assert ada.json("bundle", "g.bundle", "ada/garden", at=tmp_path)["position"] == 3


def test_a_private_project_is_bundled_for_who_may_read_it_and_the_file_is_theirs(
    ada, far, node, tmp_path
):
    ada.json("share", "--name", "Secret", "--private", at=_made(tmp_path / "secret"))
    address = f"{node.url}/ada/secret"
    assert far.refused("bundle", "no.bundle", address, at=tmp_path) == (3, "project.missing")
    assert not (tmp_path / "no.bundle").exists()
    said = ada.mic("bundle", "yes.bundle", address, at=tmp_path)
    assert "It is private, but whoever has the file can read all of it" in said.err
    assert (tmp_path / "yes.bundle").stat().st_mode & 0o777 == 0o600
    assert far.json("verify", "yes.bundle", at=tmp_path)["position"] == 1


def refused(person, path, at):
    """Both a check and a clone refuse; the clone leaves nothing behind. Returns why."""
    clone = person.mic("clone", str(path), "never", "--json", at=at)
    assert clone.status in {2, 5}, clone
    assert not (at / "never").exists()
    ran = person.mic("verify", str(path), "--json", at=at)
    assert ran.status in {2, 5}, ran
    return ran.error["code"], ran.error["message"]


def test_somebody_elses_history_is_refused(ada, far, bundle, tmp_path):
    """A graft: the log of one project under the documents of another."""
    ada.json("share", "--name", "Other", at=_made(tmp_path / "other"))
    ada.json("bundle", "o.bundle", "ada/other", at=tmp_path)
    with Bundle.open(tmp_path / "o.bundle") as other:
        documents, project = other.documents(), other.index.project

    def graft(parts):
        parts["documents"] = documents

    grafted = rewritten(bundle, tmp_path / "grafted", change=graft, project=project)
    assert "Position 1: " in refused(far, grafted, tmp_path)[1]
    claimed = rewritten(bundle, tmp_path / "claimed", project=project)
    assert "the documents are those of" in refused(far, claimed, tmp_path)[1]


def test_a_log_that_is_cut_repeated_or_reordered_is_refused(far, bundle, tmp_path):
    with Bundle.open(bundle) as whole:
        log = [record for record, _ in whole.log()]
        envelopes = [at for at, (_, raw) in enumerate(whole.log()) if _is_landing(raw)]
    groups = [log[a:b] for a, b in zip(envelopes, [*envelopes[1:], len(log)], strict=True)]
    for number, order in enumerate(([0, 1], [0, 2], [1, 2], [0, 1, 1], [0, 2, 1], [0, 1, 2, 0])):

        def change(parts, order=order):
            parts["log"] = [record for one in order for record in groups[one]]

        refused(far, rewritten(bundle, tmp_path / f"log-{number}", change=change), tmp_path)


def test_what_is_left_out_or_altered_is_refused(far, bundle, tmp_path):
    def without_a_blob(parts):
        parts["contents"].pop()

    def without_a_transcript(parts):
        parts["log"].pop()

    def with_another_blob(parts):
        parts["contents"][-1] = make(Kind.BLOB, b"another")

    for change in (without_a_transcript,):
        refused(far, rewritten(bundle, tmp_path / change.__name__, change=change), tmp_path)
    for change in (without_a_blob, with_another_blob):
        path = rewritten(bundle, tmp_path / change.__name__, change=change)
        ran = far.mic("verify", str(path), "--json", at=tmp_path)
        assert (ran.status, ran.error["code"]) == (2, "store.bad-bundle")


def test_a_bundle_that_is_cut_off_is_refused(far, bundle, tmp_path):
    data = bundle.read_bytes()
    (tmp_path / "cut.bundle").write_bytes(data[:-1])
    code, message = refused(far, tmp_path / "cut.bundle", tmp_path)
    assert code == "store.bad-bundle"
    assert "cut off" in message


def test_an_older_bundle_does_not_take_a_workspace_back(far, bundle, tmp_path):
    """A replay: the workspace has seen a later position."""
    with Bundle.open(bundle) as whole:
        log = [record for record, _ in whole.log()]
        second = [at for at, (_, raw) in enumerate(whole.log()) if _is_landing(raw)][1]
        record = log[0].digest

    def older(parts):
        parts["log"] = log[:second]

    shutil.copy(bundle, tmp_path / "g.bundle")
    far.json("clone", "g.bundle", "there", at=tmp_path)
    (tmp_path / "g.bundle").unlink()
    rewritten(bundle, tmp_path / "g.bundle", change=older, last=1, record=record)
    ran = far.mic("sync", "--json", at=tmp_path / "there")
    assert (ran.status, ran.error["code"]) == (5, "verify.failed")
    assert (tmp_path / "there/beds/b.txt").exists()
    assert far.json("log", str(tmp_path / "g.bundle"), at=tmp_path)[0]["position"] == 1


def test_what_is_no_bundle_is_said(far, tmp_path):
    (tmp_path / "text.txt").write_text("hello")
    assert refused(far, tmp_path / "text.txt", tmp_path)[0] == "store.bad-bundle"
    assert far.refused("verify", "none.bundle", at=tmp_path) == (3, "bundle.missing")
    assert far.refused("clone", "bundle", at=tmp_path) == (2, "address.invalid")


def test_a_node_that_meets_nobody_holds_what_a_file_brings(ada, far, garden, bundle, tmp_path):
    name = ada.json("project", "get", at=garden)["id"]
    data = tmp_path / "data"
    with Node(data, "--listen", "127.0.0.1:0", "--no-register") as alone:
        seeded = json.loads(micelio("seed", str(bundle), "--data", str(data), "--json").stdout)
        assert seeded["seed"]["id"] == name
        while (one := json.loads(micelio("seeds", "--data", str(data), "--json").stdout)[0])[
            "state"
        ] in {"waiting", "fetching"}:
            pass
        assert (one["state"], one["position"]) == ("verified", 3)
        assert far.json("clone", f"{name}@{alone.url}", "there", at=tmp_path)["position"] == 3
        assert files_of(tmp_path / "there") == files_of(garden)


def _made(root):
    root.mkdir()
    (root / "a.txt").write_text("a\n")
    return root


def _is_landing(raw):
    try:
        open_landing(raw)
    except Exception:  # noqa: BLE001  # anything else is no landing
        return False
    return True
