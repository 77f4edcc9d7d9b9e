"""The words behind a command, parsed as its row in the table says."""

import argparse
from typing import NoReturn

from mic.cli.table import Command, Option
from mic.errors import Invalid


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Invalid(_sentence(message), code="usage")


def parse(command: Command, words: list[str]) -> argparse.Namespace:
    """Return the values of `words`; raises `Invalid` with the usage where they do not fit."""
    parser = _Parser(prog=f"mic {command.name}", add_help=False, allow_abbrev=False)
    for option in command.options:
        _add(parser, option)
    try:
        # Intermixed parsing does not know that all is words behind two dashes.
        return parser.parse_args(words) if "--" in words else parser.parse_intermixed_args(words)
    except Invalid as fault:
        fault.hint = f"Usage: {command.usage}\nMore: mic {command.name} --help"
        raise


def _add(parser: argparse.ArgumentParser, option: Option) -> None:
    if option.name.startswith("--"):
        _add_flag(parser, option)
    else:
        parser.add_argument(
            option.name.lower(),
            type=int if option.number else str,
            metavar=option.name,
            nargs=option.many or None,
            choices=option.choices or None,
        )


def _add_flag(parser: argparse.ArgumentParser, option: Option) -> None:
    names = [name for name in (option.short, option.name) if name]
    if not option.value:
        parser.add_argument(*names, action="store_true")
    elif option.many:
        parser.add_argument(*names, action="append", metavar=option.value)
    else:
        parser.add_argument(
            *names,
            type=int if option.number else str,
            choices=option.choices or None,
            metavar=option.value,
        )


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:].rstrip(".") + "."
