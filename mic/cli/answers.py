"""What a command returns: the same result for a program and for a person."""

from typing import Any, NamedTuple


class Answer(NamedTuple):
    """`data` is what `--json` prints, `text` what a person reads; bytes go out as they are."""

    data: Any
    text: str | bytes = ""
    note: str = ""
    """Said on stderr, for a person: what happened, where the result alone would not tell."""


def plural(number: int, one: str, many: str = "") -> str:
    """Return `number` with its noun."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def first_line(goal: str) -> str:
    """Return what a goal says first: one that is not blank has a line that is not."""
    return goal.strip().split("\n", 1)[0].rstrip()


def when(at_ms: int) -> str:
    """Return a time as people read it, in UTC."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")
