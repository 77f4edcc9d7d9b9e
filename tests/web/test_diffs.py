"""What changed in files, as pages show it."""

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from store.changes import Change
from store.digest import digest_of
from store.tree import Entry, Mode
from web.areas.landings.changes import joined
from web.areas.landings.diffs import LINES_EACH, Room, diffs_of
from web.design.diff_lines import Line, pairs

RUST = b"""impl Outbox {
    fn open() {
        one();
        two();
        three();
        four();
        five();
    }

    fn drain() {
        one();
        two();
        three();
        four();
        five();
    }
}
"""


def entry(data, mode=Mode.FILE):
    return Entry(mode, digest_of(data), len(data))


def one(path, old, new, **more):
    change = Change(path, old and entry(old), new and entry(new))
    (made,) = diffs_of([change], [(old, new)], **more)
    return made


def test_words_that_changed_are_marked():
    made = one("a.py", b"def wait(n):\n", b"def wait(n, top):\n")
    gone, came = made.lines
    assert (gone.kind, came.kind) == ("removed", "added")
    assert "<ins>, top</ins>" in came.text
    assert Markup(came.text).striptags() == "def wait(n, top):"


LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"  c\n", b"\n"]), max_size=60).map(b"".join)


@given(LINES, LINES, st.sampled_from([b"", b"tail"]))
def test_how_many_lines_there_are_is_known_before_they_are_drawn(old, new, tail):
    made = one("a.py", old, new + tail)
    assert len(made.lines) == len(list(made.lines))
    assert sum(line.kind == "added" for line in made.lines) == made.added
    assert sum(line.kind == "removed" for line in made.lines) == made.removed


def test_a_hunk_says_what_it_stands_in():
    made = one("a.rs", RUST, RUST[::-1].replace(b";)(evif", b";)(xis", 1)[::-1])
    gap = next(line for line in made.lines if line.kind == "gap")
    assert gap.text == "fn drain"


def test_what_is_seen_anyway_is_not_said():
    made = one(
        "a.rs", RUST, RUST.replace(b"    fn drain() {\n        one", b"    fn drain() {\n  x")
    )
    gap = next(line for line in made.lines if line.kind == "gap")
    assert gap.text == "impl Outbox"


def test_a_large_file_has_a_page_of_its_own():
    new = b"x\n" * (LINES_EACH + 1)
    together, alone = one("a", None, new), one("a", None, new, room=Room.alone())
    assert (together.lines, together.is_cut, together.is_open) == ([], True, False)
    assert (len(alone.lines), alone.is_cut) == (LINES_EACH + 1, False)


def test_images_are_looked_at_and_svg_is_read():
    assert one("a.png", None, b"\x89PNG\0").images == (False, True)
    assert one("a.svg", b"<svg>\n", b"<svg/>\n").images == (False, False)
    assert one("a.bin", b"\0", b"\0\0").note == "Binary, 1 bytes before, 2 after."


def test_a_file_that_may_be_run_says_so():
    change = Change("a", entry(b"x"), entry(b"x", Mode.EXECUTABLE))
    (made,) = diffs_of([change], [(b"x", b"x")])
    assert (made.mode, made.note) == ("Now it may be run; its content stayed.", "")


def test_a_renamed_file_is_one_change():
    gone, came = Change("a", entry(b"x\n"), None), Change("b", None, entry(b"y\n"))
    named, whole = joined([gone, came], {"b": "a"})
    assert whole == [Change("b", entry(b"x\n"), entry(b"y\n"))]
    (made,) = diffs_of(whole, [(b"x\n", b"y\n")], named)
    assert (made.kind, made.source, made.added, made.removed) == ("renamed", "a", 1, 1)


def test_a_file_that_two_came_from_is_the_source_of_one():
    gone = Change("a", entry(b"x"), None)
    came = [Change(path, None, entry(b"x")) for path in ("b", "c")]
    named, whole = joined([gone, *came], {"b": "a", "c": "a"})
    assert (named, [change.path for change in whole]) == ({"b": "a"}, ["b", "c"])


@given(st.lists(st.sampled_from(["same", "added", "removed", "gap"])))
def test_every_line_stands_side_by_side_once(kinds):
    lines = [Line(kind, n, n, Markup()) for n, kind in enumerate(kinds)]
    seen = [side for pair in pairs(lines) for side in dict.fromkeys(map(id, pair)) if side]
    sides = [line for pair in pairs(lines) for line in {id(s): s for s in pair if s}.values()]
    assert sorted(line.old for line in sides) == list(range(len(lines)))
    assert len(seen) >= len(lines)
