"""The manual page of `mic`, in roff, made from the table of commands."""

from collections.abc import Iterable, Iterator

from mic.cli.help import label
from mic.cli.table import COMMANDS, Command, general

DESCRIPTION = """\
mic works with the projects of a Micelio node: it brings a project into a directory, which becomes \
a workspace, and puts changes on the project's log, where each landing says what it was for and \
who or what made it.

A project is named by account/project on the default node, by its URL on any node, or by an alias; \
in a workspace it may be left out. A position is a number, @number, or latest.

No command asks anything where there is no terminal: it ends, and says which flag decides."""

FILES = (
    ("~/.mic/config.json", "nodes, aliases and preferences"),
    ("~/.mic/tokens.json", "tokens, by node"),
    ("~/.mic/device.key", "the key that signs contributions from here"),
    (".mic/", "at the root of a workspace: what it holds, and the session under way"),
    (".micignore", "at the root of a workspace: what is left out unless it is tracked already"),
)


def page(version: str) -> str:
    """Return the whole page."""
    parts = [
        f'.TH MIC 1 "" "mic {_quoted(version)}" "Micelio"',
        ".SH NAME",
        r"mic \- work with the projects of a Micelio node",
        ".SH SYNOPSIS",
        r".B mic",
        r".I COMMAND",
        r"[\fIWORDS\fR] [\fB\-\-json\fR]",
        ".SH DESCRIPTION",
        "\n.PP\n".join(map(_text, DESCRIPTION.split("\n\n"))),
        ".SH OPTIONS",
        *_terms(general.FLAGS),
        ".SH COMMANDS",
        *(line for command in COMMANDS for line in _command(command)),
        ".SH ENVIRONMENT",
        *_terms(general.ENVIRONMENT),
        ".SH FILES",
        *_terms(FILES),
        ".SH EXIT STATUS",
        *_terms((str(number), meaning) for number, _, meaning in general.STATUSES),
    ]
    return "\n".join(parts) + "\n"


def _command(command: Command) -> Iterator[str]:
    yield f".SS {_text(command.usage)}"
    yield _text(command.summary[:1].upper() + command.summary[1:] + ".")
    if command.more:
        yield _text(command.more)
    if command.stdin:
        yield _text(f"Standard input: {command.stdin}.")
    yield from _terms((label(option), option.help) for option in command.options)
    yield from (".PP", "Examples:", ".RS", ".nf")
    for example, about in command.examples:
        yield _text(f"{example}    # {about}")
    yield from (".fi", ".RE")


def _terms(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    for term, about in rows:
        yield from (".TP", rf"\fB{_text(term)}\fR", _text(about))


def _text(text: str) -> str:
    """Return `text` so that roff prints it as it is."""
    plain = (
        text.replace("\\", r"\e").replace("-", r"\-").replace("`", r"\(ga").replace("~", r"\(ti")
    )
    plain = plain.replace("^", r"\(ha").replace("…", r"\[u2026]").replace("'", r"\(aq")
    return rf"\&{plain}" if plain.startswith((".", "'")) else plain


def _quoted(text: str) -> str:
    return text.replace('"', "")
