"""A manifest is read as it was written, replaced whole, and its damage is told with a way out."""

import json
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mic.errors import Conflict, Invalid, Missing
from mic.workspace import manifest as manifests
from mic.workspace.manifest import Manifest, Tracked, create, find_root, hold, load, save, track
from store.digest import digest_of
from store.tree import EMPTY, Entry, Mode

FACTS = {"server": "http://node", "account": "ada", "project": "garden", "project_id": "mic:z1"}
ENTRY = Entry(Mode.EXECUTABLE, digest_of(b"x"), 1)

PATHS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
TRACKED = st.builds(
    track,
    PATHS,
    st.builds(
        Entry,
        st.sampled_from([Mode.FILE, Mode.EXECUTABLE, Mode.LINK]),
        st.binary(min_size=32, max_size=32),
        st.integers(0, 2**40),
    ),
    st.none() | st.tuples(*[st.integers(0, 2**63 - 1)] * 3),
)


@given(
    st.lists(TRACKED, unique_by=lambda each: each.path, max_size=5),
    st.none() | st.integers(1, 2**53),
    st.none() | st.binary(max_size=20),
)
def test_a_manifest_round_trips(tmp_path_factory, tracked, position, record):
    root = tmp_path_factory.mktemp("workspace")
    (root / ".mic").mkdir()
    entries = {each.path: each for each in tracked}
    manifest = Manifest(**FACTS, position=position, entries=entries, record=record)
    saved = save(root, manifest)
    assert load(root) == saved
    assert saved.entries == entries


def test_the_file_is_the_documented_json(root):
    manifest = load(root)
    entries = {"a": track("a", ENTRY, None)}
    save(root, Manifest(**FACTS, position=3, entries=entries, saved_at=manifest.saved_at))
    said = json.loads((root / ".mic/workspace.json").read_bytes())
    assert said["version"] == 1
    assert said["tree_hash"] == EMPTY.hex()
    assert said["position"] == 3
    assert said["entries"] == [{"path": "a", "hash": ENTRY.id.hex(), "size": 1, "mode": 2}]


def test_an_entry_comes_back_from_the_manifest():
    assert track("a", ENTRY, None).entry == ENTRY


def test_a_workspace_is_found_from_below(root, tmp_path):
    (root / "a/b").mkdir(parents=True)
    assert find_root(root / "a/b") == root
    with pytest.raises(Missing) as refused:
        find_root(tmp_path)
    assert refused.value.code == "workspace.none"
    with pytest.raises(Missing):
        load(tmp_path)


def test_a_workspace_is_not_made_twice(root):
    with pytest.raises(Conflict) as refused:
        create(root, **FACTS)
    assert refused.value.code == "workspace.exists"


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b'{"version":2}', b'{"version":1}', b"\xff", b"[" * 100_000],
)
def test_a_damaged_manifest_says_how_to_link_again(root, data):
    (root / ".mic/workspace.json").write_bytes(data)
    with pytest.raises(Invalid) as refused:
        load(root)
    assert refused.value.code == "workspace.corrupt"
    assert "mic link" in refused.value.hint


def test_a_reader_meets_the_old_manifest_or_the_new_one(root):
    path = root / ".mic/workspace.json"
    before = path.stat().st_ino
    save(root, load(root))
    assert path.stat().st_ino != before
    assert list(path.parent.iterdir()) == [path]


def test_a_link_in_the_place_of_the_manifest_is_replaced_not_followed(root, tmp_path):
    outside = tmp_path / "outside"
    outside.write_text("mine")
    manifest = load(root)
    (root / ".mic/workspace.json").unlink()
    (root / ".mic/workspace.json").symlink_to(outside)
    save(root, manifest)
    assert outside.read_text() == "mine"


@pytest.mark.slow
def test_one_mic_at_a_time(root):
    script = "import sys,pathlib; from mic.workspace.manifest import hold\nwith hold(pathlib.Path(sys.argv[1])): pass"
    command = [sys.executable, "-c", script, root]
    with hold(root):
        refused = subprocess.run(command, check=False, capture_output=True, text=True)
        assert "workspace.busy" in refused.stderr or "Another mic" in refused.stderr
    subprocess.run(command, check=True)


@pytest.mark.slow
def test_a_hundred_thousand_files_load_at_once(root):
    entries = {
        f"dir{n // 100}/file{n}": Tracked(f"dir{n // 100}/file{n}", "0" * 64, n, 1, (n, n, n))
        for n in range(100_000)
    }
    save(root, Manifest(**FACTS, entries=entries))
    started = time.perf_counter()
    assert len(load(root).entries) == 100_000
    assert time.perf_counter() - started < 2


def test_a_manifest_beyond_its_limit_is_refused(root, monkeypatch):
    monkeypatch.setattr(manifests, "MANIFEST_MAX", 10)
    with pytest.raises(Invalid, match="larger"):
        load(root)
