"""What may come next on a command line of `mic`: read from the table, and from what is at hand.

Projects and positions are asked for at the node, briefly; without an answer there is none of them.
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mic.cli import settings, targets
from mic.cli.context import Context
from mic.cli.table import COMMANDS, Command, Option, find, general
from mic.client.addresses import Address
from mic.errors import MicFault

FILES, DIRECTORIES = ":files", ":directories"
POSITIONS = 20
_PLAIN = re.compile(r"[^\s\x00-\x1f\x7f-\x9f]+")


class Candidate(NamedTuple):
    """A word that fits, and what it is; or an order to the shell: `FILES`, `DIRECTORIES`."""

    word: str
    about: str = ""

    def __str__(self) -> str:
        """Return the line that a shell reads."""
        about = " ".join("".join(c if c.isprintable() else " " for c in self.about).split())
        return f"{self.word}\t{about[:80]}"


def candidates(context: Context, words: list[str]) -> Iterator[Candidate]:
    """Yield what may stand in the place of the last word, and begins as it does."""
    *before, last = words or [""]
    if before[:1] == ["help"]:
        del before[0]
    found = find(before)
    fitting = _names(before) if found is None else _words(context, *found, last)
    for one in fitting:
        is_order = one.word in {FILES, DIRECTORIES}
        if is_order or (one.word.startswith(last) and _PLAIN.fullmatch(one.word)):
            yield one


def _names(before: list[str]) -> Iterator[Candidate]:
    """Yield the next word of the names of commands that begin with `before`."""
    depth, seen = len(before), set()
    for command in COMMANDS:
        words = command.name.split(" ")
        if len(words) > depth and words[:depth] == before and words[depth] not in seen:
            seen.add(words[depth])
            is_family = len(words) > depth + 1
            yield Candidate(words[depth], f"{words[0]} …" if is_family else command.summary)
    if not before:
        for flags, about in general.FLAGS:
            yield from (Candidate(flag, about) for flag in flags.split(", "))


def _words(context: Context, command: Command, rest: list[str], last: str) -> Iterator[Candidate]:
    flags = {name: one for one in command.options for name in (one.name, one.short) if name}
    placed, used, waiting = _read(rest, flags)
    if waiting:
        yield from _values(context, waiting, (waiting.value,), placed)
    elif last.startswith("-") and "--" not in rest:
        yield from (
            Candidate(one.name, one.help)
            for one in command.options
            if one.name.startswith("--") and one not in used
        )
        yield from (Candidate(flag, about) for flag, about in (("--json", ""), ("--help", "")))
    else:
        yield from _placed(context, command, placed)


def _read(
    rest: list[str], flags: dict[str, Option]
) -> tuple[list[str], list[Option], Option | None]:
    """Return the words by place, the flags that were given, and one that waits for its value."""
    placed: list[str] = []
    used: list[Option] = []
    waiting: Option | None = None
    for number, word in enumerate(rest):
        if word == "--":
            return [*placed, *rest[number + 1 :]], used, None
        if waiting:
            waiting = None
        elif word in flags and word.startswith("-"):
            used.append(flags[word])
            waiting = flags[word] if flags[word].value else None
        elif not word.startswith("-"):
            placed.append(word)
    return placed, used, waiting


def _placed(context: Context, command: Command, placed: list[str]) -> Iterator[Candidate]:
    """Yield what fits the next word by place; an optional one before it may have been left out."""
    by_place = [one for one in command.options if not one.name.startswith("-")]
    parts = [(part, one) for one in by_place for part in one.parts or (one.name,)]
    may_lack_first = bool(parts) and parts[0][0].endswith("?")
    here = parts[len(placed) : len(placed) + 1 + may_lack_first]
    if here:
        names = tuple(name.rstrip("?") for name, _ in here)
        yield from _values(context, here[0][1], names, placed)


def _values(
    context: Context, option: Option, names: tuple[str, ...], placed: list[str]
) -> Iterator[Candidate]:
    yield from (Candidate(choice) for choice in option.choices)
    for name in names:
        if name in {"FILE", "PATH", "PATHS"}:
            yield Candidate(FILES)
        elif name == "DIR":
            yield Candidate(DIRECTORIES)
        elif source := _SOURCES.get("SERVER" if option.name == "--node" else name):
            yield from _quietly(source, context, placed)


Source = Callable[[Context, list[str]], Iterator[Candidate]]


def _quietly(source: Source, context: Context, placed: list[str]) -> Iterator[Candidate]:
    """Yield what a source has; one that cannot be read has nothing."""
    try:
        yield from source(context, placed)
    except (MicFault, OSError):
        return


def _aliases(context: Context, _placed: list[str]) -> Iterator[Candidate]:
    yield from (Candidate(*pair) for pair in sorted(context.home.config().aliases.items()))


def _servers(context: Context, _placed: list[str]) -> Iterator[Candidate]:
    servers = context.home.config().servers
    yield from (Candidate(name, servers[name].url) for name in sorted(servers))


def _keys(context: Context, _placed: list[str]) -> Iterator[Candidate]:
    flat = settings.flat(context.home.config())
    yield from (Candidate(key, "" if value is None else str(value)) for key, value in flat.items())


def _accounts(context: Context, _placed: list[str]) -> Iterator[Candidate]:
    if kept := context.home.token(context.default_node()):
        yield Candidate(kept.handle, "you")


def _projects(context: Context, placed: list[str]) -> Iterator[Candidate]:
    """Yield aliases, and our own projects on the default node."""
    from mic.client import accounts

    yield from _aliases(context, placed)
    node = context.default_node()
    kept = context.home.token(node)
    if kept and kept.handle:
        connection = context.connect(node).briefly()
        for one in accounts.projects(connection, kept.handle):
            yield Candidate(f"{one.account}/{one.handle}", one.name)


def _positions(context: Context, placed: list[str]) -> Iterator[Candidate]:
    """Yield the newest positions of the project that is named, or of this workspace's."""
    remote = context.remote(_named(context, placed) or targets.workspace(context).address)
    remote.connection.briefly()
    yield Candidate("latest", "the newest")
    for one in remote.landings(limit=POSITIONS):
        yield Candidate(str(one.position), one.goal)


def _named(context: Context, placed: list[str]) -> Address | None:
    """Return the project that the first word names, unless it is a path here."""
    for word in placed[:1]:
        is_path = (context.cwd / word).exists()
        if word in context.home.config().aliases or ("/" in word and not is_path):
            return context.address(word)
    return None


_SOURCES: dict[str, Source] = {
    "ACCOUNT": _accounts,
    "ADDRESS": _projects,
    "ALIAS": _aliases,
    "FROM": _positions,
    "KEY": _keys,
    "POSITION": _positions,
    "PROJECT": _projects,
    "SERVER": _servers,
    "TO": _positions,
}
