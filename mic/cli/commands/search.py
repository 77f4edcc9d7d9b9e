"""`mic search`: projects, code and reasons by their words."""

import argparse
from collections.abc import Iterator

from mic.cli.answers import Answer, first_line, plural, when
from mic.cli.console import Console
from mic.cli.context import Context
from mic.cli.names import escaped, quoted
from mic.client import searching
from mic.client.connection import Connection
from mic.errors import Invalid
from mic.wire.search import FileFound, Found, ReasonFound


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Search a node, or one project of it."""
    page = 1 if given.page is None else given.page
    if page < 1:
        raise Invalid(f"--page is 1 or more, not {page}.", code="search.page")
    connection, project = _where(context, given.project)
    words = " ".join(map(typed, given.word))
    found = searching.search(connection, words, given.scope or "all", project, page)
    return Answer(found, "\n".join(lines(context.console, found)), note(found))


def _where(context: Context, project: str | None) -> tuple[Connection, str]:
    """Return the node to ask, and the project that is meant, if one is."""
    if not project:
        return context.connect(), ""
    remote = context.remote(context.address(project))
    return remote.connection, remote.name


def typed(word: str) -> str:
    """Return a word as the node reads it: one that the shell got with spaces is a phrase."""
    return f'"{word}"' if " " in word and '"' not in word else word


def lines(console: Console, found: Found) -> Iterator[str]:
    """Yield what a person reads of a page of hits."""
    for project in found.projects:
        yield _joined(console.paint(project.project, "strong"), first_line(project.description))
    for reason in found.reasons:
        yield from _reason(console, reason)
    for file in found.files:
        yield from _file(console, file)


def _reason(console: Console, hit: ReasonFound) -> Iterator[str]:
    place = f"@{hit.position}" if hit.position else f"session {hit.session}, not landed,"
    at = console.paint(f"{hit.project} {escaped(place)}", "strong")
    yield _joined(f"{at} {when(hit.made_at)} {escaped(hit.author)}", hit.goal)
    if hit.text:
        yield f"  {hit.kind}: {escaped(hit.text)}"


def _file(console: Console, hit: FileFound) -> Iterator[str]:
    yield console.paint(f"{hit.project} {quoted(hit.path)}", "strong")
    for line in hit.lines:
        yield f"  {line.number}: {escaped(line.text)}"


def _joined(head: str, text: str) -> str:
    return f"{head}  {escaped(text)}" if text else head


def note(found: Found) -> str:
    """Return how much was found."""
    counts = found.counts
    if not (counts.projects or counts.code or counts.reasons):
        return "Nothing that you may see has all of these words."
    parts = (
        plural(counts.projects, "project"),
        plural(counts.code, "file"),
        plural(counts.reasons, "reason"),
    )
    return ", ".join(parts) + "." + (" More on the next page." if found.more else "")
