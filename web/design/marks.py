"""Marks in a line that is drawn already: around what changed, or around what was searched for."""

import re
from collections.abc import Sequence

from markupsafe import Markup

from node.kernel import markup

_DRAWN = re.compile(r"<[^>]*>|&[^;]*;|[^<&]")


def marked(drawn: str, pieces: Sequence[tuple[str, bool]], tag: str) -> Markup:
    """Return a line of HTML with `tag` around the pieces that count; spans of colour stay whole.

    The pieces are those of the text that was drawn.
    """
    flags = [flag for text, flag in pieces for _ in text]
    made: list[str] = []
    at, is_open = 0, False
    for piece in _DRAWN.findall(drawn):
        is_tag = len(piece) > 1 and piece.startswith("<")
        flag = not is_tag and at < len(flags) and flags[at]
        if flag is not is_open:
            made.append(f"<{tag}>" if flag else f"</{tag}>")
            is_open = flag
        made.append(piece)
        at += 0 if is_tag else 1
    made.append(f"</{tag}>" if is_open else "")
    return Markup("".join(made))  # noqa: S704 - only a fixed tag was put between what was safe


def in_colour(pieces: Sequence[tuple[str, bool]], path: str) -> Markup:
    """Return a line of the file `path` in its colours, with what was searched for marked."""
    text = "".join(piece for piece, _ in pieces)
    line = "".join(markup.highlight(path, text))
    if markup.has_hidden(text):
        return Markup(line)  # noqa: S704 - escaped
    return marked(line, pieces, "mark")
