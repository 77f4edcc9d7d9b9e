"""Every command of `mic`, as data: what it is called, what it takes, what help says of it.

Help, the parser and the reference page are made from this table, so none of them can tell another
story. It imports nothing that costs time: `mic --help` reads it and ends.
"""

from mic.cli.table import (
    auth,
    moves,
    organization,
    project,
    reading,
    session,
    settings,
    shell,
    workspace,
)
from mic.cli.table.rows import Command, Option

__all__ = ["COMMANDS", "Command", "Option", "find", "group"]

COMMANDS: tuple[Command, ...] = (
    *workspace.COMMANDS,
    *session.COMMANDS,
    *reading.COMMANDS,
    *project.COMMANDS,
    *moves.COMMANDS,
    *organization.COMMANDS,
    *auth.COMMANDS,
    *settings.COMMANDS,
    *shell.COMMANDS,
)


def find(words: list[str]) -> tuple[Command, list[str]] | None:
    """Return the command that `words` begin with, and the words behind it."""
    for length in (3, 2, 1):
        name = " ".join(words[:length])
        for command in COMMANDS:
            if len(words) >= length and (command.name == name or name in command.also):
                return command, words[length:]
    return None


def group(name: str) -> tuple[Command, ...]:
    """Return the commands of a family, such as `session`."""
    return tuple(command for command in COMMANDS if command.name.split(" ")[0] == name)
