"""What a file of code declares, line by line: found by the words that declare, not by a parser.

A line is taken if it begins with such a word, and if the highlighter took that word for a keyword:
so prose in a comment or a string declares nothing. Languages that declare functions without a word
(C, C++, Java, C#) are taken by their shape: words, a name, a bracket, and no end of a statement.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 400
DEEPEST = 3
LONGEST = 300

_BEFORE = (
    "abstract async const data default declare export extern final inline internal open override"
    " partial private protected public sealed static unsafe virtual"
)
_KINDS = (
    "class def defmodule defmacro defp enum extension fn fun func function impl interface macro mod"
    " module namespace object package proc procedure protocol record struct sub trait type union"
)
_DECLARES = re.compile(
    r"(?P<indent>[ \t]*)(?:(?:" + "|".join(_BEFORE.split()) + r"|pub(?:\([a-z: ]+\))?)\s+)*"
    r"(?P<kind>" + "|".join(_KINDS.split()) + r")\b\*?\s*(?:<[^>]*>\s*)?(?:\([^)]*\)\s*)?"
    r"(?P<name>[A-Za-z_$][\w$:.]*[?!]?)"
)
# Words and what parts them share no sign, so that a line is read once.
_HEADED = re.compile(r"[ \t]*(?:[\w:<>,\[\]]+[\s*&]+){1,9}(?P<name>~?[A-Za-z_][\w:~]*)\s*\([^;]*$")
_CONTROL = frozenset("case catch do else for if new return sizeof switch throw while".split())  # noqa: SIM905
_WORDLESS = frozenset("c cc cpp cs cxx h hh hpp hxx java".split())  # noqa: SIM905


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name that a line declares; `depth` is how far in it stands, 0 to `DEEPEST`."""

    line: int
    name: str
    depth: int


def outline(path: str, text: str, coloured: Sequence[str]) -> list[Symbol]:
    """Return what `text` declares, at most `MOST`; `coloured` are its lines as highlighted."""
    is_wordless = path.rpartition(".")[2].lower() in _WORDLESS
    found: list[Symbol] = []
    for number, (line, drawn) in enumerate(zip(text.split("\n"), coloured, strict=False), 1):
        if len(line) > LONGEST or "<span" not in drawn:
            continue
        name = _declared(line, drawn) or (_defined(line) if is_wordless else "")
        if name:
            found.append(Symbol(number, name, _depth(line)))
        if len(found) == MOST:
            break
    return found


def declaration(path: str, line: str, drawn: str) -> str:
    """Return what one line declares, as `def wait`; nothing if it declares nothing."""
    if len(line) > LONGEST or "<span" not in drawn:
        return ""
    if name := _declared(line, drawn):
        match = _DECLARES.match(line)
        return f"{match['kind']} {name}" if match else name
    is_wordless = path.rpartition(".")[2].lower() in _WORDLESS
    return _defined(line) if is_wordless else ""


def _declared(line: str, drawn: str) -> str:
    match = _DECLARES.match(line)
    if match is None or f'<span class="k">{match["kind"]}' not in drawn:
        return ""
    return match["name"].rstrip(":.")


def _defined(line: str) -> str:
    """Return the function that a line of C or Java begins, as far as one line tells."""
    match = _HEADED.match(line)
    if match is None or line.split(maxsplit=1)[0] in _CONTROL:
        return ""
    return "" if match["name"] in _CONTROL else match["name"]


def _depth(line: str) -> int:
    wide = line.expandtabs(4)
    return min((len(wide) - len(wide.lstrip())) // 4, DEEPEST)
