"""From what somebody types to an expression that always parses, and from text to what matches.

Each word becomes a phrase of FTS5 between quotation marks, the last word of it a prefix, so that no
sign that somebody types means anything but itself. `snake_case` is thereby a phrase of its parts.
"""

import re
from collections.abc import Iterable, Iterator

from node.search.model import Line, Pieces, Question

LONGEST = 400
WORDS = 12
SHOWN_LINES = 3
SHOWN_CHARS = 240
INDEXED_BYTES = 512 << 10
"""Larger files are found by their path only."""

_TERM = re.compile(r'"([^"]*)"|(\S+)')
_CAMEL = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]")
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9]{3,80}")
_HUMPS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_FILTERS = {"in": "project", "project": "project", "path": "path", "author": "author"}
ORIGINS = {
    "human": "human",
    "assisted": "ai-assisted",
    "ai-assisted": "ai-assisted",
    "generated": "ai-generated",
    "ai-generated": "ai-generated",
    "unknown": "unknown",
}
"""The words for where a landing or a session comes from, and what is meant by each."""


def question(typed: str, project: str = "", origins: Iterable[str] = ()) -> Question:
    """Read what somebody typed: words, "phrases" and filters.

    The filters are `in:account/project`, `path:some/where`, `author:handle` and `origin:human`,
    which may stand there more than once. All origins are no filter.
    """
    phrases: list[str] = []
    filters = {"project": project, "path": "", "author": ""}
    wanted = {ORIGINS[one] for one in origins if one in ORIGINS}
    for quoted, plain in _TERM.findall(typed[:LONGEST].replace("\0", " ")):
        if origin := _origin(plain):
            wanted.add(origin)
        elif known := _filter(plain):
            filters |= known
        elif phrase := _phrase(quoted or plain):
            phrases.append(phrase)
    phrases = phrases[:WORDS]
    match = " ".join(f'"{phrase}"{_wider(phrase)}' for phrase in phrases)
    words = tuple(dict.fromkeys(word for phrase in phrases for word in phrase.split()))
    project = filters["project"].strip("/")
    every = set(ORIGINS.values())
    chosen = () if wanted == every else tuple(sorted(wanted))
    return Question(match, words, project, filters["path"], filters["author"], chosen)


def _origin(term: str) -> str:
    """Return which origin a term asks for; empty if it is a word like others."""
    name, _, value = term.partition(":")
    return ORIGINS.get(value.lower(), "") if name.lower() == "origin" else ""


def _filter(term: str) -> dict[str, str]:
    """Return which filter a term sets; none if it is a word like others."""
    name, _, value = term.partition(":")
    known = _FILTERS.get(name.lower())
    if known is None or not value or (known == "project" and "/" not in value):
        return {}
    return {known: value.removeprefix("@") if known == "author" else value}


def _phrase(text: str) -> str:
    """Return the words of a term, as the tokenizer will part them; empty without any."""
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())


def _wider(phrase: str) -> str:
    """Return the sign for a prefix; one letter alone begins a tenth of all words, and is a word."""
    last = phrase.rpartition(" ")[2]
    return "" if len(last) == 1 and last.isascii() else "*"


def parts(text: str) -> str:
    """Return the parts of names written in camelCase, which the tokenizer takes for one word."""
    names = {name for name in _IDENTIFIER.findall(text) if _CAMEL.search(name)}
    return " ".join(part for name in sorted(names) for part in _HUMPS.findall(name))


def searchable(raw: bytes) -> str | None:
    """Return the text of a file to be searched; None for what is no text."""
    if b"\0" in raw[:8_000]:
        return None
    return raw.decode("utf-8", "replace")


def marked(text: str, words: Iterable[str]) -> Pieces:
    """Return `text` in pieces, those marked that begin like one of the words."""
    pattern = _pattern(words)
    if pattern is None:
        return ((text, False),)
    pieces: list[tuple[str, bool]] = []
    done = 0
    for found in pattern.finditer(text):
        if found.start() > done:
            pieces.append((text[done : found.start()], False))
        pieces.append((found[0], True))
        done = found.end()
    if done < len(text) or not pieces:
        pieces.append((text[done:], False))
    return tuple(pieces)


def has_all(text: str, words: Iterable[str]) -> bool:
    """Whether each of the words begins somewhere in `text`."""
    patterns = (_pattern((word,)) for word in words)
    return all(pattern is not None and pattern.search(text) for pattern in patterns)


def excerpt(text: str, words: Iterable[str], chars: int = SHOWN_CHARS) -> Pieces:
    """Return the stretch of `text` around the first match, marked."""
    words = tuple(words)
    flat = " ".join(text.split())
    pattern = _pattern(words)
    found = pattern.search(flat) if pattern else None
    start = max((found.start() if found else 0) - chars // 3, 0)
    if start:
        start = flat.find(" ", start) + 1 or start
    end = min(start + chars, len(flat))
    shown = ("… " if start else "") + flat[start:end] + (" …" if end < len(flat) else "")
    return marked(shown, words)


def lines(text: str, words: Iterable[str]) -> tuple[tuple[Line, ...], int]:
    """Return the first lines that match, those with most of the words first, and how many match."""
    words = tuple(words)
    pattern = _pattern(words)
    if pattern is None:
        return (), 0
    found = list(_matching(text, pattern))
    best = sorted(found, key=lambda one: (-one[2], one[0]))[:SHOWN_LINES]
    shown = tuple(Line(number, marked(_cut(line), words)) for number, line, _ in sorted(best))
    return shown, len(found)


def _matching(text: str, pattern: re.Pattern[str]) -> Iterator[tuple[int, str, int]]:
    """Yield the number and the text of each line that matches, and how many words are in it."""
    number, begin = 1, 0
    for found in pattern.finditer(text):
        if found.start() < begin:
            continue
        number += text.count("\n", begin, found.start())
        first = text.rfind("\n", 0, found.start()) + 1
        end = text.find("\n", found.start())
        end = len(text) if end < 0 else end
        line = text[first:end]
        yield number, line, len({one.casefold() for one in pattern.findall(line)})
        number, begin = number + 1, end + 1


def _cut(line: str) -> str:
    return line if len(line) <= SHOWN_CHARS else line[:SHOWN_CHARS] + " …"


def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    ordered = sorted(words, key=len, reverse=True)
    if not ordered:
        return None
    return re.compile("|".join(map(_beginning, ordered)))


def _beginning(word: str) -> str:
    """Return what matches `word` where a word begins, or a part of a name in camelCase."""
    whole, rest = re.escape(word), re.escape(word[1:])
    first = re.escape(word[0].upper())
    return (
        rf"(?<![^\W_])(?i:{whole})|(?<=[a-z0-9]){first}(?i:{rest})"
        rf"|(?<=[A-Z]){first}{re.escape(word[1:].lower())}"
    )
