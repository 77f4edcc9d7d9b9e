"""Marked is what the index matches: beginnings of words, and of the parts of names."""

import pytest

from node.search import rules


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("await wait", ["wait"]),
        ("first_wait __wait", ["wait", "wait"]),
        ("Waiting", ["Wait"]),
        ("firstWait HTTPWait AWAIT", ["Wait", "Wait"]),
        ("x2Wait", ["Wait"]),
        ("awaited", []),
    ],
)
def test_only_beginnings_are_marked(text, marked):
    assert [piece for piece, matches in rules.marked(text, ["wait"]) if matches] == marked
    count = rules.lines(text, ["wait"])[1]
    assert (count > 0) is bool(marked)


@pytest.mark.parametrize(
    ("typed", "match"),
    [("s", '"s"'), ("se", '"se"*'), ("in s", '"in"* "s"'), ('"in s"', '"in s"'), ("木", '"木"*')],
)
def test_one_letter_is_a_word_and_no_beginning(typed, match):
    assert rules.question(typed).match == match
