"""A question to whoever sits at the terminal; asked only if somebody does."""

import sys
from typing import Literal

from mic.cli.console import Console

Side = Literal["ours", "theirs", "interactive"]
_SIDES: dict[str, Side] = {"k": "ours", "t": "theirs", "m": "interactive", "": "interactive"}


def side(console: Console, path: str, reason: str) -> Side:
    """Ask which side to take at `path`; "interactive" leaves it marked, to be edited."""
    while True:
        console.talk(f"{path}: {reason}. [k]eep yours, [t]ake theirs, or [m]ark it to edit later?")
        answer = sys.stdin.readline()
        if not answer:
            return "interactive"
        if answer.strip().lower()[:1] in _SIDES:
            return _SIDES[answer.strip().lower()[:1]]
