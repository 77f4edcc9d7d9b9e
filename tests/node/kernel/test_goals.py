"""A goal has a title that ends, and loses nothing of what stands behind it."""

import pytest

from node.kernel.goals import TITLE_LONGEST, is_blank, rest_of, title_of


def test_the_first_line_is_the_title():
    goal = "\n  Spread the waits \n\nSo that two masts stop colliding.\n"
    assert title_of(goal) == "Spread the waits"
    assert rest_of(goal) == "So that two masts stop colliding."


def test_a_title_of_the_longest_is_whole():
    goal = "g" * TITLE_LONGEST
    assert (title_of(goal), rest_of(goal)) == (goal, "")


def test_what_is_cut_from_a_title_is_said_behind_it():
    first, more = "a" * (TITLE_LONGEST - 1), "b" * 1_000
    assert title_of(first + more) == first + "…"
    assert rest_of(first + more) == "…" + more
    assert rest_of(f"{first}{more}\n\nrest") == f"…{more}\nrest"


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b", "\ufeff\u2060 ", "\x00\x1b", "\u3000"])
def test_what_nobody_sees_is_blank(text):
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", " é ", "\u200bab", "🌱", "-"])
def test_what_somebody_sees_is_not(text):
    assert not is_blank(text)
