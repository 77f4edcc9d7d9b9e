"""Documents by words that they hold."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from web.areas.docs.library import Document, plain

LONGEST = 200
WORDS = 8
FOUND = 30
SHOWN = 220


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that holds all words; `pieces` is a line of it, each with whether it is a word."""

    document: Document
    pieces: tuple[tuple[str, bool], ...]


def words_of(typed: str) -> list[str]:
    """Return the words that somebody typed; the first few of them."""
    return typed[:LONGEST].casefold().split()[:WORDS]


def find(documents: Sequence[Document], words: Sequence[str]) -> list[Hit]:
    """Return the documents that hold all of `words`, those that are named by them first."""
    if not words:
        return []
    weighed = [(-weight, at) for at, one in enumerate(documents) if (weight := _weight(one, words))]
    ordered = [documents[at] for _, at in sorted(weighed)[:FOUND]]
    return [Hit(one, _pieces(_line(one, words), words)) for one in ordered]


def _weight(document: Document, words: Sequence[str]) -> int:
    title, text = document.title.casefold(), document.text.casefold()
    if not all(word in title or word in text for word in words):
        return 0
    headings = "\n".join(line for line in text.split("\n") if line.startswith("#"))
    counted = sum(min(text.count(word), 10) for word in words)
    return (
        1 + counted + 100 * sum(w in title for w in words) + 20 * sum(w in headings for w in words)
    )


def _line(document: Document, words: Sequence[str]) -> str:
    """Return the line that holds most of the words, cut around the first of them."""
    lines = [plain(line).strip("#|- ") for line in document.text.split("\n") if line.strip()]
    best = max(lines, key=lambda line: sum(word in line.casefold() for word in words), default="")
    at = max(
        min((best.casefold().find(word) for word in words if word in best.casefold()), default=0)
        - 60,
        0,
    )
    return ("…" if at else "") + best[at : at + SHOWN] + ("…" if len(best) > at + SHOWN else "")


def _pieces(line: str, words: Sequence[str]) -> tuple[tuple[str, bool], ...]:
    split = re.split("(" + "|".join(map(re.escape, words)) + ")", line, flags=re.IGNORECASE)
    return tuple((piece, at % 2 == 1) for at, piece in enumerate(split) if piece)
