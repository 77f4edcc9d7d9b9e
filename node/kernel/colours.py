"""The colours of code in common languages, by one expression each.

A page shows whole files and waits for them, so what is coloured must cost little: one expression
goes over the escaped text once and finds comments, strings, numbers and words, which a table turns
into colours. It knows no grammar, so now and then it colours less, or a little wrong; it never
changes a character. Languages that are not here are left to a library that is twenty times slower.

Every part of an expression that has begun also ends, at the end of the text if need be, and gives
nothing back: so no text takes longer than its length allows.
"""

import functools
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from node.kernel.syntaxes import ALIASES, LANGUAGES, Language

_NUMBERS = r"\.?\d[\w.]*+"
_WORDS = r"[^\W\d]\w*+"
_NO_PREFIX = "(?![\"'])"
"""A word before a quote may belong to the string; it is looked at again as one."""


@dataclass(frozen=True, slots=True)
class Colours:
    """How a language is drawn: what finds its parts, and what is put in their place."""

    find: re.Pattern[str]
    draw: Callable[[re.Match[str]], str]


def of_path(path: str) -> Colours | None:
    """Return the colours for a file by its name, if its language is known here."""
    name = path.rpartition("/")[2].lower()
    return _of(ALIASES.get(name) or ALIASES.get("." + name.rpartition(".")[2]))


def of_language(name: str) -> Colours | None:
    """Return the colours for a language as people call it."""
    return _of(ALIASES.get(name.lower()))


def coloured(colours: Colours, text: str) -> str:
    """Return `text` escaped, each line's coloured parts in spans of their own."""
    return colours.find.sub(colours.draw, html.escape(text, quote=False))


def _of(name: str | None) -> Colours | None:
    return None if name is None else _made(name)


@functools.cache
def _made(name: str) -> Colours:
    language = LANGUAGES[name]
    words = language.words or _WORDS
    parts = (
        ("k", language.marks),
        ("nf", language.names),
        ("lead", language.leads),
        ("word", f"(?:{words}){_NO_PREFIX}"),
        ("c", language.comments),
        ("s", language.strings),
        ("m", language.numbers or _NUMBERS),
        ("rest", words),
    )
    # The text is escaped already: an `&lt;` is a sign, not the word `lt`.
    named = (f"(?P<{kind}>{part})" for kind, part in parts if part)
    pattern = "|".join((*named, r"&\w+;"))
    whole = f"(?![{language.skipped}])(?:{pattern})"
    return Colours(re.compile(whole, re.MULTILINE), _drawer(_words(language)))


def _words(language: Language) -> Mapping[str, str]:
    """Return what is put in the place of each word that has a colour."""
    known = dict.fromkeys(language.known.split(), "nf") | dict.fromkeys(
        language.keywords.split(), "k"
    )
    if language.any_case:
        known |= {word.upper(): kind for word, kind in known.items()}
    return {word: f'<span class="{kind}">{word}</span>' for word, kind in known.items()}


def _drawer(words: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    def draw(found: re.Match[str]) -> str:
        text, kind = found[0], found.lastgroup
        if kind == "word" or kind == "rest" or kind is None:  # noqa: PLR1714 - asked often
            return words.get(text, text)
        return _led(text) if kind == "lead" else _spans(kind, text)

    return draw


def _led(text: str) -> str:
    """Return a word that leads a name, as in `def name`, and the name."""
    word, space, name = _LED.fullmatch(text).groups()  # type: ignore[union-attr]
    return f'<span class="k">{word}</span>{space}<span class="nf">{name}</span>'


_LED = re.compile(r"(\w+)([ \t]+)(.+)")


def _spans(name: str, text: str) -> str:
    if "\n" not in text:
        return f'<span class="{name}">{text}</span>'
    return "\n".join(
        f'<span class="{name}">{line}</span>' if line.strip() else line for line in text.split("\n")
    )
