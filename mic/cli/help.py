"""Help, made from the table of commands."""

from mic.cli.table import COMMANDS, Command, Option
from mic.cli.table.general import FLAGS, STATUSES

INTRODUCTION = """mic works with the projects of a Micelio node.

Usage: mic COMMAND [WORDS] [--json]
"""

CLOSING = """
{flags}

Addresses: account/project on the default node, http(s)://node/account/project, a project's id
mic:z… or mic:z…@NODE, a peer's /ip4/…/p2p/ID/account/project, the path of a bundle, or an alias.
Environment: MIC_NODE, MIC_TOKEN, MIC_HOME, MIC_COLOR, NO_COLOR and more: `mic man` tells.
Exit status: {statuses}.
"""


def overview(commands: tuple[Command, ...] = COMMANDS) -> str:
    """Return the list of commands and what they do."""
    width = max(len(command.name) for command in commands)
    lines = [f"  {command.name.ljust(width)}   {command.summary}" for command in commands]
    statuses = ", ".join(f"{number} {name}" for number, name, _ in STATUSES)
    closing = CLOSING.format(flags="\n".join(_columns(list(FLAGS))), statuses=statuses)
    return "\n".join((INTRODUCTION, *lines)) + "\n" + closing


def of(command: Command) -> str:
    """Return the help of one command."""
    lines = [f"mic {command.name}: {command.summary}.", "", f"Usage: {command.usage}"]
    if command.options:
        lines += ["", *_columns([(label(option), option.help) for option in command.options])]
    if command.more:
        lines += ["", command.more]
    lines += ["", "Examples:", *_columns(list(command.examples))]
    return "\n".join(lines) + "\n"


def label(option: Option) -> str:
    """Return what an option is called in help."""
    names = f"{option.short}, {option.name}" if option.short else option.name
    return f"{names} {option.value}" if option.value else names


def _columns(rows: list[tuple[str, str]]) -> list[str]:
    width = max(len(left) for left, _ in rows)
    return [f"  {left.ljust(width)}   {right}" for left, right in rows]
