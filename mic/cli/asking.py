"""A question to whoever sits at the terminal; asked only if somebody does."""

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Literal

from mic.cli.console import Console
from mic.cli.names import quoted
from mic.errors import Invalid

Side = Literal["ours", "theirs", "interactive", "edit"]
_SIDES: dict[str, Side] = {
    "k": "ours",
    "t": "theirs",
    "e": "edit",
    "l": "interactive",
    "": "interactive",
}


def side(console: Console, path: str, reason: str, *, by_lines: bool) -> Side:
    """Ask which side to take at `path`; "interactive" leaves it for later, marked if by lines."""
    choices = "[k]eep yours, [t]ake theirs, " + ("[e]dit now, " if by_lines else "") + "[l]ater?"
    while True:
        console.talk(f"{quoted(path)}: {reason}. {choices}")
        answer = _SIDES.get(sys.stdin.readline().strip().lower()[:1])
        if answer is not None and (by_lines or answer != "edit"):
            return answer


def edit(editor: str, file: Path) -> None:
    """Let the person at the terminal edit `file`; raises `Invalid` if the editor does not start."""
    try:
        subprocess.run([*shlex.split(editor), str(file)], check=False)  # noqa: S603
    except (OSError, ValueError) as problem:
        raise Invalid(
            f"The editor {editor!r} does not start: {problem}.",
            code="editor.failed",
            hint="Set EDITOR. The file is marked: edit it, then land.",
        ) from problem
