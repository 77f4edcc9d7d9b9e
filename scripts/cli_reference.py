"""Print docs/reference/cli.md, from the tables that help and the parsers are made from.

usage: make reference
"""

import argparse

from mic.cli import help as mic_help
from mic.cli.table import COMMANDS
from node.daemon.main import parser

HEAD = """\
# Commands

Made by `make reference` from the same tables as the programs' own help. Words in capitals stand for
something; what is in brackets may be left out. Every reading command takes `--json`. The codes that
commands end with are [exit codes](exit-codes.md).
"""


def block(text: str) -> str:
    """Return `text` as a code block."""
    lines = (line.rstrip() for line in text.strip().splitlines())
    return "\n".join(("```text", *lines, "```"))


def reference() -> str:
    """Return the whole page."""
    parts = [HEAD, "## mic", block(mic_help.overview())]
    for command in COMMANDS:
        parts += [f"### mic {command.name}", block(mic_help.of(command))]
    whole = parser()
    parts += ["## micelio", block(shown(whole))]
    for name, command in subcommands(whole).items():
        parts += [f"### micelio {name}", block(shown(command))]
    return "\n\n".join(parts) + "\n"


def shown(command: argparse.ArgumentParser) -> str:
    """Return a parser's help, as wide as this page wherever it is made."""
    shape = command.formatter_class
    command.formatter_class = lambda prog: shape(prog, width=90)
    return command.format_help()


def subcommands(whole: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the parsers below a parser."""
    actions = whole._actions  # noqa: SLF001  argparse has no other way to ask
    return next(a.choices for a in actions if isinstance(a, argparse._SubParsersAction))  # noqa: SLF001


if __name__ == "__main__":
    print(reference(), end="")
