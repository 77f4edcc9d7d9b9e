"""What a row of the table of commands is."""

from typing import NamedTuple


class Option(NamedTuple):
    """A word that a command takes: by place if the name is upper case, else by flag."""

    name: str
    help: str
    short: str = ""
    value: str = ""
    """What stands for the flag's value in help; a flag without one is a switch."""

    many: str = ""
    """How often a word by place occurs: "" once, "?" at most once, "*" any number, "+" some."""

    choices: tuple[str, ...] = ()
    number: bool = False


class Command(NamedTuple):
    """One command. `module` holds its `run`, or the function that is named behind a dot."""

    name: str
    module: str
    summary: str
    usage: str
    examples: tuple[tuple[str, str], ...]
    options: tuple[Option, ...] = ()
    more: str = ""
