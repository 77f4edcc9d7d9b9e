"""What others wrote is shown as they wrote it, and commands no terminal."""

import io
import json

import pytest

from mic.cli import differing
from mic.cli.answers import Answer
from mic.cli.console import Console
from mic.cli.output import print_answer, print_fault
from mic.errors import Conflict
from mic.wire.messages import EntryRef, PathChange


class Terminal(io.StringIO):
    """A stream that a terminal reads."""

    def isatty(self):
        return True


def printed(stream, text):
    console = Console(json=False, colour=False, out=stream, err=stream)
    print_answer(console, Answer(None, text))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("a\x1b]0;title\x07b", "a�]0;title�b"),
        ("a\x1b[2Jb", "a�[2Jb"),
        ("a\u009b2Jb", "a�2Jb"),
        ("shown\rover", "shown�over"),
        ("a\u202eb", "a�b"),
        ("tab\tand\r\nline", "tab\tand\r\nline"),
        ("\x1b[31mours\x1b[0m", "\x1b[31mours\x1b[0m"),
    ],
)
def test_a_terminal_is_not_commanded_by_what_others_wrote(written, shown):
    assert printed(Terminal(), written) == shown + "\n"


def test_json_commands_no_terminal_and_says_the_same():
    stream, goal = Terminal(), "a\x1b]0;x\x07\u009b2J\x7f\u202e\u2066é\n"
    console = Console(json=True, colour=False, out=stream, err=stream)
    print_answer(console, Answer({"goal": goal}, ""))
    print_fault(console, Conflict(goal, code="x", paths=[goal]))
    said = stream.getvalue()
    assert not set(said) & set("\x1b\x07\u009b\x7f\u202e\u2066")
    first, second = map(json.loads, said.splitlines())
    assert first["data"]["goal"] == second["error"]["message"] == goal


def test_what_no_terminal_reads_stays_as_it_is():
    assert printed(io.StringIO(), "a\x1b[2J\r\x0cb") == "a\x1b[2J\r\x0cb\n"


def test_a_path_in_a_fault_commands_no_terminal():
    stream = Terminal()
    fault = Conflict("no", code="x", paths=["a\x1b[2Jb"])
    print_fault(Console(json=False, colour=False, out=stream, err=stream), fault)
    assert "\x1b" not in stream.getvalue()


def test_a_difference_keeps_carriage_returns_and_form_feeds():
    old, new = EntryRef("file", "01" * 32, 3), EntryRef("file", "02" * 32, 6)
    objects = {bytes.fromhex(old.id): b"a\r\n", bytes.fromhex(new.id): b"b\x0cc\r\n"}
    console = Console(json=False, colour=False)
    patch = list(differing.unified(console, [PathChange("f", old, new)], objects))
    assert patch[-2:] == ["-a\r", "+b\x0cc\r"]
