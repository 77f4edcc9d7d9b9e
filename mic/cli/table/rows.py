"""What a row of the table of commands is."""

from typing import Literal, NamedTuple

Tool = Literal["", "reads", "writes", "removes"]


class Option(NamedTuple):
    """A word that a command takes: by place if the name is upper case, else by flag."""

    name: str
    help: str
    short: str = ""
    value: str = ""
    """What stands for the flag's value in help; a flag without one is a switch."""

    many: str = ""
    """How often a word by place occurs: "" once, "?" at most once, "*" any number, "+" some.

    A flag with a value may be given any number of times with "*".
    """

    choices: tuple[str, ...] = ()
    number: bool = False
    parts: tuple[str, ...] = ()
    """What several words are, in order, where one name does not say it: `PROJECT?`, `PATH`."""


class Command(NamedTuple):
    """One command. `module` holds its `run`, or the function that is named behind a dot."""

    name: str
    module: str
    summary: str
    usage: str
    examples: tuple[tuple[str, str], ...]
    options: tuple[Option, ...] = ()
    more: str = ""
    tool: Tool = ""
    """What it does as a tool of `mic mcp`; what says nothing is no tool."""

    stdin: str = ""
    """What it reads from standard input, if it reads it."""

    is_raw: bool = False
    """Whether its text is for a program, so that a preference for JSON does not count."""

    also: tuple[str, ...] = ()
    """Other names that are understood."""
