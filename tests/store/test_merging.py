"""A sync decides by the table, and a merge of lines never loses a side's work."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.changes import Change
from store.digest import digest_of
from store.merging import merge_lines, plan, settle
from store.tree import Entry, Mode


def text(data, mode=Mode.FILE):
    return Entry(mode, digest_of(data.encode()), len(data))


A, B, C = text("a"), text("b"), text("c")
LINK = text("to", Mode.LINK)
TOOL = text("a", Mode.EXECUTABLE)
HUGE = Entry(Mode.FILE, digest_of(b"huge"), 5 << 20)

TABLE = [
    # base, head, local: action
    (A, A, B, "keep"),
    (A, A, None, "keep"),
    (None, None, B, "keep"),
    (A, B, A, "take"),
    (A, None, A, "take"),
    (None, B, None, "take"),
    (A, B, B, "take"),
    (A, None, None, "take"),
    (None, B, B, "take"),
    (A, B, C, "merge"),
    (None, B, C, "merge"),
    (A, TOOL, B, "merge"),
    (A, B, TOOL, "merge"),
    (A, None, B, "conflict"),
    (A, B, None, "conflict"),
    (A, LINK, B, "conflict"),
    (A, B, LINK, "conflict"),
    (LINK, A, B, "conflict"),
    (None, LINK, B, "conflict"),
    (A, HUGE, B, "conflict"),
]


def change(path, old, new):
    return [] if old == new else [Change(path, old, new)]


@pytest.mark.parametrize(("base", "head", "local", "action"), TABLE)
def test_the_table(base, head, local, action):
    (step,) = plan(change("p", base, head), change("p", base, local))
    assert (step.action, step.base, step.head, step.local) == (action, base, head, local)
    assert bool(step.reason) == (action == "conflict")


@pytest.mark.parametrize(
    ("base", "head", "local", "mode"),
    [
        (A, TOOL, B, Mode.EXECUTABLE),
        (A, B, TOOL, Mode.EXECUTABLE),
        (TOOL, B, text("c", Mode.EXECUTABLE), Mode.FILE),
        (TOOL, text("b", Mode.EXECUTABLE), C, Mode.FILE),
        (TOOL, B, C, Mode.FILE),
        (None, TOOL, B, Mode.EXECUTABLE),
    ],
)
def test_modes_merge_three_ways(base, head, local, mode):
    (step,) = plan(change("p", base, head), change("p", base, local))
    assert (step.action, step.mode) == ("merge", mode)


def test_a_file_clashes_with_a_directory_of_its_name():
    for ours, theirs in (("a", "a/b/c"), ("a/b/c", "a")):
        steps = plan([Change(theirs, None, A)], [Change(ours, None, B)])
        assert {step.path: step.action for step in steps} == {"a": "conflict", "a/b/c": "conflict"}
    steps = plan([Change("ab/c", None, A)], [Change("a", None, B)])
    assert {step.action for step in steps} == {"take", "keep"}


def test_a_directory_that_became_a_file_there_and_grew_here_is_a_conflict():
    upstream = [Change("a/x", A, None), Change("a", None, B)]
    steps = plan(upstream, [Change("a/y", None, C)])
    assert {step.path: step.action for step in steps} == {
        "a": "conflict",
        "a/x": "take",
        "a/y": "conflict",
    }


def test_a_strategy_settles_a_conflict():
    (step,) = plan([Change("p", A, None)], [Change("p", A, B)])
    assert settle(step, "ours").action == "keep"
    assert settle(step, "theirs").action == "take"
    assert settle(step, "theirs").head is None


ENTRY = st.sampled_from([None, A, B, C, TOOL, LINK])
NAMES = st.sampled_from(["a", "a/b", "a/b/c", "d", "e/f"])
SIDE = st.dictionaries(NAMES, ENTRY)
BASE = st.dictionaries(st.sampled_from(["d", "e/f", "a/b/c"]), ENTRY)


def changes(base, side):
    return [
        Change(path, base.get(path), new) for path, new in side.items() if base.get(path) != new
    ]


@given(BASE, SIDE)
def test_without_local_changes_the_head_is_taken(base, head):
    assert {step.action for step in plan(changes(base, head), [])} <= {"take"}
    assert {step.action for step in plan([], changes(base, head))} <= {"keep"}


@given(BASE, SIDE)
def test_the_same_changes_on_both_sides_are_no_conflict(base, side):
    same = [
        c
        for c in changes(base, side)
        if not any(c.path != o and o in side and c.path.startswith(o) for o in side)
    ]
    steps = plan(same, same)
    assert {step.action for step in steps} <= {"take"}


@given(BASE, SIDE, SIDE)
def test_which_side_is_ours_does_not_change_what_clashes(base, one, other):
    mirror = {"keep": "take", "take": "keep", "merge": "merge", "conflict": "conflict"}
    here = {s.path: s for s in plan(changes(base, one), changes(base, other))}
    there = {s.path: s for s in plan(changes(base, other), changes(base, one))}
    for path, step in here.items():
        if step.head == step.local and step.action == "take":
            assert there[path].action == "take"
        else:
            assert there[path].action == mirror[step.action]


@given(BASE, SIDE, SIDE)
def test_no_local_change_is_ever_overwritten_in_silence(base, upstream, local):
    ours = {change.path: change.new for change in changes(base, local)}
    for step in plan(changes(base, upstream), changes(base, local)):
        if step.action == "take" and step.path in ours:
            assert ours[step.path] == step.head


LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d\n", b"\n"]), max_size=8).map(b"".join)


@given(LINES, LINES)
def test_merging_with_an_unchanged_side_gives_the_other(base, changed):
    assert merge_lines(base, changed, base).data == changed
    assert merge_lines(base, base, changed).data == changed
    assert merge_lines(base, changed, changed).data == changed


@given(st.lists(st.integers(0, 9), min_size=3, max_size=12, unique=True))
def test_edits_to_lines_apart_merge_and_either_way_round(numbers):
    lines = [b"%d\n" % number for number in numbers]
    one = b"".join([b"one\n", *lines[1:]])
    other = b"".join([*lines[:-1], b"other\n"])
    base = b"".join(lines)
    merged = merge_lines(base, one, other)
    assert merged == merge_lines(base, other, one)
    assert merged.conflicts == 0
    assert merged.data == b"".join([b"one\n", *lines[1:-1], b"other\n"])


@given(LINES, LINES, LINES)
def test_a_merge_holds_every_line_that_a_side_added(base, one, other):
    merged = merge_lines(base, one, other)
    if merged.conflicts:
        assert merged.data.count(b"<<<<<<< ") == merged.conflicts
        assert merged.data.count(b">>>>>>> ") == merged.conflicts
    for side in (one, other):
        for line in set(side.splitlines()) - set(base.splitlines()):
            assert line in merged.data.splitlines()


def test_lines_that_both_changed_stand_between_markers():
    merged = merge_lines(b"a\nx\nb\n", b"a\n1\nb\n", b"a\n2\nb\n", ("here", "@7"))
    assert merged.data == b"a\n<<<<<<< here\n1\n=======\n2\n>>>>>>> @7\nb\n"
    assert merged.conflicts == 1


def test_binary_files_are_not_merged():
    assert merge_lines(b"\0", b"\0a", b"\0b") is None
    assert merge_lines(b"a", b"b", b"c\0") is None
