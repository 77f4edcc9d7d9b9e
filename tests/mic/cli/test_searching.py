"""What `mic search` prints, and what it asks for."""

import pytest

from mic.cli.commands import search
from mic.cli.console import Console
from mic.wire.search import Counts, FileFound, Found, LineFound, ProjectFound, ReasonFound


@pytest.fixture
def console():
    return Console(json=False, colour=False)


FOUND = Found(
    counts=Counts(projects=1, code=2, reasons=1),
    more=True,
    projects=[ProjectFound(project="ada/book", description="About moths\nand more")],
    files=[
        FileFound(
            project="ada/book",
            position=3,
            path="a\x1b[2J.py",
            matching=1,
            lines=[LineFound(number=7, text="wait\x1b]0;x\x07")],
        )
    ],
    reasons=[
        ReasonFound(
            project="ada/book", position=2, goal="Wait less", kind="decision", text="Count first",
            author="ada", origin="human", made_at=0,
        ),
        ReasonFound(
            project="ada/book", position=0, session="wait-less", goal="Wait", kind="goal", text="",
            author="ada", origin="human", made_at=0,
        ),
    ],
)  # fmt: skip
NOTHING = Found(counts=Counts(projects=0, code=0, reasons=0), more=False)


@pytest.mark.parametrize(
    ("word", "typed"),
    [("wait", "wait"), ("oldest first", '"oldest first"'), ('"a b" c', '"a b" c'), ("", "")],
)
def test_a_word_with_spaces_is_a_phrase(word, typed):
    assert search.typed(word) == typed


def test_hits_are_told_of_in_lines_that_command_no_terminal(console):
    lines = list(search.lines(console, FOUND))
    assert lines == [
        "ada/book  About moths",
        "ada/book @2 1970-01-01 00:00 ada  Wait less",
        "  decision: Count first",
        "ada/book session wait-less, not landed, 1970-01-01 00:00 ada  Wait",
        'ada/book "a\\033[2J.py"',
        "  7: wait\\033]0;x\\a",
    ]
    assert search.note(FOUND) == "1 project, 2 files, 1 reason. More on the next page."
    assert search.note(NOTHING) == "Nothing that you may see has all of these words."
