"""Help, made from the table of commands."""

from mic.cli.table import COMMANDS, Command, Option

INTRODUCTION = """mic works with the projects of a Micelio node.

Usage: mic COMMAND [WORDS] [--json]
"""

CLOSING = """
  --json       answer with one JSON object: {ok, data, warnings} or {ok, error}
  -h, --help   this, or the help of a command: mic COMMAND --help
  --version    the version

Addresses: account/project on the default node, or http(s)://node/account/project.
Environment: MIC_NODE (a node's URL), MIC_TOKEN, MIC_HOME (~/.mic), MIC_COLOR, NO_COLOR.
Exit status: 0 done, 1 unexpected, 2 invalid, 3 not found, 4 denied, 5 conflict,
6 limit reached, 7 unreachable.
"""


def overview(commands: tuple[Command, ...] = COMMANDS) -> str:
    """Return the list of commands and what they do."""
    width = max(len(command.name) for command in commands)
    lines = [f"  {command.name.ljust(width)}   {command.summary}" for command in commands]
    return "\n".join((INTRODUCTION, *lines)) + "\n" + CLOSING


def of(command: Command) -> str:
    """Return the help of one command."""
    lines = [f"mic {command.name}: {command.summary}.", "", f"Usage: {command.usage}"]
    if command.options:
        lines += ["", *_columns([(_label(option), option.help) for option in command.options])]
    if command.more:
        lines += ["", command.more]
    lines += ["", "Examples:", *_columns(list(command.examples))]
    return "\n".join(lines) + "\n"


def _label(option: Option) -> str:
    names = f"{option.short}, {option.name}" if option.short else option.name
    return f"{names} {option.value}" if option.value else names


def _columns(rows: list[tuple[str, str]]) -> list[str]:
    width = max(len(left) for left, _ in rows)
    return [f"  {left.ljust(width)}   {right}" for left, right in rows]
