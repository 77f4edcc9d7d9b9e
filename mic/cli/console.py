"""Where a command talks: results to stdout, all else to stderr, colour where it is wanted."""

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

from mic.cli.names import escaped
from mic.cli.progress import Progress

_STYLES = {
    "added": "32",
    "modified": "33",
    "removed": "31",
    "strong": "1",
    "faint": "2",
    "id": "36",
}
_OWN = "|".join(sorted({"0", *_STYLES.values()}))
_COMMANDS = re.compile(
    rf"(\x1b\[(?:{_OWN})m)|\r(?!(?:\x1b\[0m)?(?:\n|\Z))|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]"
    r"|[\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def harmless(text: str, stream: TextIO) -> str:
    """Return `text` as a terminal may have it: what others wrote must not command it.

    Control characters and changes of direction become `\ufffd`, but for our own colours. What no
    terminal reads stays as it is: a difference in a file is still a patch.
    """
    return _COMMANDS.sub(lambda m: m[1] or "\ufffd", text) if stream.isatty() else text


class Console:
    """How this run of `mic` answers."""

    def __init__(
        self, *, json: bool, colour: bool, out: TextIO | None = None, err: TextIO | None = None
    ) -> None:
        self.json = json
        self.colour = colour
        self.out = out or sys.stdout
        self.err = err or sys.stderr
        self.warnings: list[str] = []

    def paint(self, text: str, style: str) -> str:
        """Return `text` in a style, where colour is wanted."""
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour and text else text

    def warn(self, sentence: str) -> None:
        """Tell something that does not keep the command from succeeding."""
        self.warnings.append(sentence)
        self.talk(f"Note: {escaped(sentence)}")

    def talk(self, sentence: str) -> None:
        """Say something on stderr that is no part of the result."""
        if not self.json:
            print(harmless(sentence, self.err), file=self.err, flush=True)

    @property
    def is_terminal(self) -> bool:
        """Tell whether somebody is there to answer a question."""
        return not self.json and self.err.isatty() and sys.stdin.isatty()

    @contextmanager
    def progress(self, what: str, objects: int = 0, size: int = 0) -> Iterator[Progress]:
        """Show how far long work has come, on a terminal; totals of 0 are unknown."""
        shown = self.err if not self.json and self.err.isatty() else None
        bar = Progress(what, objects, size, shown)
        try:
            yield bar
        finally:
            bar.close()


def wants_colour(
    environment: Mapping[str, str], out: TextIO, *, preferred: bool | None = None
) -> bool:
    """Decide on colour: NO_COLOR wins, then MIC_COLOR, then FORCE_COLOR, then the preference.

    Else colour is for terminals: not for a dumb one, nor for the log of a CI.
    """
    if environment.get("NO_COLOR"):
        return False
    wish = environment.get("MIC_COLOR", "").lower()
    if wish in {"always", "never"}:
        return wish == "always"
    if forced := environment.get("FORCE_COLOR", "").lower():
        return forced not in {"0", "false"}
    if preferred is False and wish != "auto":
        return False
    quiet = environment.get("TERM", "") == "dumb" or bool(environment.get("CI"))
    return out.isatty() and not quiet
