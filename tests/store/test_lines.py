"""Differences rebuild the new text; merges lose nothing and name every conflict."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import lines
from store.lines import Hunk, Merged

texts = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"\n", b"d\r\n"]), max_size=12).flatmap(
    lambda some: st.sampled_from([b"", b"x", b"a"]).map(lambda end: b"".join(some) + end)
)


@given(st.binary())
def test_lines_put_together_are_the_text(data):
    assert b"".join(lines.split(data)) == data
    assert all(line.endswith(b"\n") for line in lines.split(data)[:-1])


def test_only_a_line_feed_ends_a_line():
    assert lines.split(b"a\rb\r\nc\x0bd\xe2\x80\xa8e\n") == [b"a\rb\r\n", b"c\x0bd\xe2\x80\xa8e\n"]


@given(texts, texts)
def test_hunks_rebuild_the_new_text_and_never_touch(old, new):
    before, after = lines.split(old), lines.split(new)
    built, at = [], 0
    for hunk in lines.hunks(old, new):
        assert hunk.old_start > at or at == 0
        built += before[at : hunk.old_start]
        assert len(built) == hunk.new_start
        built += after[hunk.new_start : hunk.new_end]
        at = hunk.old_end
    assert b"".join(built + before[at:]) == new


def test_hunks_count_from_zero():
    assert lines.hunks(b"a\nb\n", b"a\nB\n") == [Hunk(1, 1, 1, 1)]
    assert lines.hunks(b"", b"a\nb\n") == [Hunk(0, 0, 0, 2)]
    assert lines.hunks(b"a\nb\n", b"") == [Hunk(0, 2, 0, 0)]
    assert lines.hunks(b"a\nc\n", b"a\nb\nc\n") == [Hunk(1, 0, 1, 1)]
    assert lines.hunks(b"a\n", b"a\n") == []


def test_text_with_a_nul_has_lines_too():
    assert lines.hunks(b"a\0\nb\n", b"a\0\nc\n") == [Hunk(1, 1, 1, 1)]


def test_a_nul_among_the_first_bytes_is_binary():
    assert lines.is_binary(b"a\0b")
    assert not lines.is_binary(b"a" * 8000 + b"\0")
    assert not lines.is_binary(b"")


@pytest.mark.slow
@given(texts, texts, st.integers(1, 4))
def test_git_applies_a_unified_diff(tmp_path_factory, old, new, context):
    said = lines.unified(old, new, "a/file", "b/file", context)
    assert bool(said) == (old != new)
    if said:
        place = tmp_path_factory.mktemp("patch")
        (place / "file").write_bytes(old)
        command = ["git", "apply", "--whitespace=nowarn", "-p1", "-"]
        text = said if old else f"diff --git a/file b/file\n{said}"
        run = subprocess.run(
            command, cwd=place, input=text.encode(), capture_output=True, check=False
        )
        assert run.returncode == 0, (run.stderr, said)
        kept = (place / "file").read_bytes() if (place / "file").exists() else b""
        assert kept == new


def test_a_unified_diff_looks_as_everybody_knows_it():
    assert lines.unified(b"a\nb\nc\n", b"a\nB\nc", "a/f", "b/f", 1) == (
        "--- a/f\n+++ b/f\n@@ -1,3 +1,3 @@\n a\n-b\n-c\n+B\n+c\n\\ No newline at end of file\n"
    )


@given(texts, texts)
def test_a_change_of_one_side_wins(base, new):
    assert lines.merge(base, new, base) == Merged(new, 0)
    assert lines.merge(base, base, new) == Merged(new, 0)
    assert lines.merge(base, new, new) == Merged(new, 0)


@given(texts, texts, texts)
def test_a_merge_without_conflict_is_the_same_from_both_sides(base, ours, theirs):
    mine, yours = lines.merge(base, ours, theirs), lines.merge(base, theirs, ours)
    assert mine.conflicts == yours.conflicts
    if not mine.conflicts:
        assert mine.data == yours.data


@given(texts, texts, texts)
def test_a_merge_keeps_every_line_that_a_side_brought(base, ours, theirs):
    merged = {line.rstrip(b"\n") for line in lines.split(lines.merge(base, ours, theirs).data)}
    for side in (ours, theirs):
        brought = {line.rstrip(b"\n") for line in lines.split(side)}
        kept = {line.rstrip(b"\n") for line in lines.split(base)}
        assert brought - kept <= merged


def test_changes_apart_merge_and_changes_of_one_line_are_marked():
    base, ours = b"1\n2\n3\n4\n5\n", b"one\n2\n3\n4\n5\n"
    assert lines.merge(base, ours, b"1\n2\n3\n4\nfive\n") == Merged(b"one\n2\n3\n4\nfive\n", 0)
    assert lines.merge(base, ours, b"uno\n2\n3\n4\n5\n", ("mine", "@7")) == Merged(
        b"<<<<<<< mine\none\n=======\nuno\n>>>>>>> @7\n2\n3\n4\n5\n", 1
    )


def test_a_conflict_in_a_last_line_without_an_end_keeps_its_markers_apart():
    assert (
        lines.merge(b"a", b"b", b"c", ("x", "y")).data == b"<<<<<<< x\nb\n=======\nc\n>>>>>>> y\n"
    )


@pytest.mark.slow
def test_a_large_difference_needs_no_square_of_memory():
    old = b"".join(b"%d\n" % n for n in range(100_000))
    new = b"".join(b"%d\n" % (n * 7 % 100_003) for n in range(100_000))
    found = lines.hunks(old, new)
    assert sum(hunk.new_count for hunk in found) > 50_000
