"""A scan finds every difference, reads only what it must, and leaves no doubt behind."""

import os
import time

import pytest

from mic.errors import Denied, Invalid
from mic.workspace import manifest as manifests
from mic.workspace.scan import scan
from store.tree import Mode


def found(root):
    return [(item.letter, item.path) for item in scan(root, manifests.load(root)).items]


def settle():
    """Let a clock tick pass, after which times can be trusted."""
    time.sleep(0.03)


def test_everything_is_added_to_an_empty_project(root):
    (root / "b").write_text("b")
    (root / "a/deep").mkdir(parents=True)
    (root / "a/deep/x").write_text("x")
    (root / "a/tool").write_text("t")
    (root / "a/tool").chmod(0o755)
    (root / "a/link").symlink_to("../b")
    (root / "empty").mkdir()
    items = scan(root, manifests.load(root)).items
    assert [(item.letter, item.path, item.mode) for item in items] == [
        ("A", "a/deep/x", Mode.FILE),
        ("A", "a/link", Mode.LINK),
        ("A", "a/tool", Mode.EXECUTABLE),
        ("A", "b", Mode.FILE),
    ]


def test_what_has_landed_is_clean(root, landed):
    (root / "a").write_text("a")
    (root / "l").symlink_to("nowhere")
    landed()
    assert found(root) == []


def test_changes_are_found_by_content_mode_and_kind(root, landed):
    for name in ("same", "size", "content", "mode", "gone", "becomes-link", "becomes-dir"):
        (root / name).write_text("old")
    (root / "link").symlink_to("old")
    landed()
    (root / "size").write_text("older")
    (root / "content").write_text("new")
    (root / "mode").chmod(0o755)
    (root / "gone").unlink()
    (root / "becomes-link").unlink()
    (root / "becomes-link").symlink_to("old")
    (root / "becomes-dir").unlink()
    (root / "becomes-dir").mkdir()
    (root / "becomes-dir/x").write_text("x")
    (root / "link").unlink()
    (root / "link").symlink_to("new")
    assert found(root) == [
        ("D", "becomes-dir"),
        ("A", "becomes-dir/x"),
        ("M", "becomes-link"),
        ("M", "content"),
        ("D", "gone"),
        ("M", "link"),
        ("M", "mode"),
        ("M", "size"),
    ]


def test_a_change_that_puts_the_times_back_is_found(root, landed):
    path = root / "a"
    path.write_text("old")
    settle()
    landed()
    times = path.stat()
    path.write_text("new")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert found(root) == [("M", "a")]


def test_a_change_within_a_tick_of_landing_is_found(root, landed):
    for n in range(50):
        (root / "a").write_text(f"{n:02}a")
        landed()
        (root / "a").write_text(f"{n:02}b")
        assert found(root) == [("M", "a")]


def test_a_touched_file_is_read_once_and_then_known(root, landed):
    (root / "a").write_text("a")
    settle()
    landed()
    os.utime(root / "a")
    settle()
    first = scan(root, manifests.load(root))
    assert first.items == ()
    assert first.is_refreshed
    manifests.save(root, first.manifest)
    assert not scan(root, manifests.load(root)).is_refreshed


def test_ignored_files_stay_out_unless_they_are_tracked(root, landed):
    (root / "kept").mkdir()
    (root / "kept/tracked.log").write_text("1")
    landed()
    (root / ".micignore").write_text("*.log\nkept/\nbuild/\n")
    (root / "kept/tracked.log").write_text("22")
    (root / "kept/other").write_text("x")
    (root / "new.log").write_text("x")
    (root / "build").mkdir()
    (root / "build/out").write_text("x")
    assert found(root) == [("A", ".micignore"), ("M", "kept/tracked.log")]


def test_the_stores_of_mic_and_git_stay_out(root):
    for folder in (".git", "below/.git", "below/.mic"):
        (root / folder).mkdir(parents=True)
        (root / folder / "config").write_text("x")
    assert found(root) == []


def test_links_out_of_the_workspace_are_not_followed(root, tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret").write_text("s")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to(".")
    assert found(root) == [("A", "loop"), ("A", "out")]


def test_names_that_cannot_travel_are_refused_by_name(root):
    (root / "fine").write_text("x")
    (root / os.fsdecode(b"bad\xff")).touch()
    (root / "back\\slash").write_text("x")
    with pytest.raises(Invalid) as refused:
        found(root)
    assert refused.value.code == "workspace.unsafe-names"
    assert refused.value.details["paths"] == ["back\\slash", "bad\\xff"]


def test_a_bad_name_that_is_ignored_is_no_hindrance(root):
    (root / "back\\slash").write_text("x")
    (root / ".micignore").write_text("back*\n")
    assert found(root) == [("A", ".micignore")]


def test_pipes_are_skipped_and_named(root):
    os.mkfifo(root / "pipe")
    result = scan(root, manifests.load(root))
    assert result.items == ()
    assert result.skipped == (("pipe", "is no file, link or directory"),)


def test_what_an_interrupted_write_left_never_lands(root):
    (root / "d").mkdir()
    for name in (".mic-0123456789abcdef", ".mic-notes"):
        (root / "d" / name).write_text("half a fi")
    result = scan(root, manifests.load(root))
    assert [item.path for item in result.items] == ["d/.mic-notes"]
    assert [path for path, _ in result.skipped] == ["d/.mic-0123456789abcdef"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_directory_is_no_deletion(root, landed):
    (root / "a").mkdir()
    (root / "a/x").write_text("x")
    landed()
    (root / "a").chmod(0)
    try:
        with pytest.raises(Denied):
            found(root)
    finally:
        (root / "a").chmod(0o755)


@pytest.mark.slow
def test_a_hundred_thousand_files_are_scanned_in_a_second_or_two(root, landed):
    for folder in range(100):
        (root / f"d{folder}").mkdir()
        for n in range(1000):
            os.close(os.open(f"{root}/d{folder}/{n}", os.O_CREAT | os.O_WRONLY))
    landed()
    settle()
    started = time.perf_counter()
    assert found(root) == []
    assert time.perf_counter() - started < 4
