"""A name or a goal never takes more than its line, and JSON has it as it is."""

import pytest

from mic.cli.answers import first_line
from mic.cli.names import escaped, quoted
from mic.cli.progress import amount
from mic.errors import Invalid


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("plain name.txt", "plain name.txt"),
        ("ü/ñ", "ü/ñ"),
        ("a\nb", r'"a\nb"'),
        ("a\x1b[31mb", r'"a\033[31mb"'),
        ('say "hi"', r'"say \"hi\""'),
        ("a\\b", r'"a\\b"'),
        ("a\u202eb", r'"a\u202eb"'),
        ("\x85", r'"\u0085"'),
    ],
)
def test_a_name_is_quoted_where_it_would_break_its_line(name, shown):
    assert quoted(name) == shown


def test_a_sentence_stays_on_its_line():
    assert escaped("a\nb is there.") == r"a\nb is there."


def test_a_goal_shows_the_first_line_that_says_something():
    assert first_line("\n\n  Do it\nand more\n") == "Do it"


@pytest.mark.parametrize(
    ("size", "said"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (3 << 20, "3.0 MiB")],
)
def test_an_amount_has_the_unit_that_fits(size, said):
    assert amount(size) == said


@pytest.mark.parametrize(
    ("message", "said"), [("It says 'no.'..", "It says 'no.'."), ("Wait...", "Wait...")]
)
def test_a_sentence_ends_once(message, said):
    assert Invalid(message).message == said
