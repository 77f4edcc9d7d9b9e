"""The words of a changed line that changed: nothing is lost, and it takes bounded time."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from node.kernel import markup
from web.areas.landings.words import compare
from web.design.marks import marked

LINE = st.one_of(
    st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=60),
    st.lists(st.sampled_from(["let ", "x", " = ", "(", ")", '"a"', "<b>", "&amp;", "1"])).map(
        "".join
    ),
)


def joined(pieces):
    return "".join(text for text, _ in pieces)


def kept(pieces):
    return "".join(text for text, is_changed in pieces if not is_changed)


@given(LINE, LINE, st.integers(0, 500))
def test_pieces_are_the_line(old, new, cells):
    one, two, cost = compare(old, new, cells)
    assert (joined(one), joined(two)) == (old, new)
    assert cost >= 0


@given(LINE)
def test_what_did_not_change_is_not_marked(line):
    one, two, _ = compare(line, line, 500)
    assert not any(is_changed for _, is_changed in one + two)


@given(LINE, LINE)
def test_marks_add_nothing_to_a_drawn_line(old, new):
    _, pieces, _ = compare(old, new, 500)
    drawn = Markup(markup.highlight("a.py", new + "\n")[0])
    if markup.has_hidden(new):
        return
    made = marked(drawn, pieces, "ins")
    assert re.sub(r"</?ins>", "", made) == drawn
    inside = "".join(re.findall(r"<ins>(.*?)</ins>", made, re.DOTALL))
    assert Markup(inside).unescape() == "".join(text for text, flag in pieces if flag)


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("return 1", "return 2**n", ["2**n"]),
        ("def drain(self):", "def drain(self, link):", [", link"]),
        ("Outbox::open(&store);", "Outbox::open(&store, station);", [", station"]),
        ("a = one two three", "a = one 2 three", ["2"]),
    ],
)
def test_changed_words_are_found(old, new, changed):
    _, two, _ = compare(old, new, 500)
    assert [text for text, is_changed in two if is_changed] == changed


def test_lines_with_little_in_common_are_not_marked():
    one, two, _ = compare("import os", "class Outbox: pass", 500)
    assert (one, two) == ([("import os", False)], [("class Outbox: pass", False)])


def test_very_long_lines_are_not_looked_into():
    old, new = "a b " * 16_000, "a c " * 16_000
    assert compare(old, new, 10**9) == ([(old, False)], [(new, False)], 0)


def test_no_more_is_compared_than_there_is_room_for():
    old = "keep " * 100 + " ".join(f"a{n}" for n in range(40)) + " end"
    new = "keep " * 100 + " ".join(f"b{n}" for n in range(40)) + " end"
    one, _, cost = compare(old, new, 100)
    assert cost > 100
    assert kept(one) == "keep " * 100 + " end"
