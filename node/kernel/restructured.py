"""reStructuredText as HTML that can do nothing.

docutils reads it with everything off that looks beyond the text: no raw HTML, no files, no
addresses, no configuration. What it draws is narrowed to what our pages know, and then goes through
the sanitizer that Markdown goes through. It is slow and not made for hostile text, so there is a
limit on size and one on time: what exceeds either is shown plain.

docutils keeps the roles that a text defines in one table for the whole process, so one text is
read at a time and the table put back. It is imported at first use.
"""

import threading
from time import monotonic

from node.kernel import markup
from node.kernel.markup import Resolve

CHARS = 100_000
SECONDS = 2.0
"""How long reading and drawing may take."""

LONGEST_BLOCK = 20_000
"""How many characters may stand without an empty line: within them, nobody looks at the clock."""

_turn = threading.Lock()


def restructured(text: str, link: Resolve, image: Resolve) -> str:
    """Return reStructuredText as safe HTML; links and images lead where those of Markdown do."""
    blocks = text.replace("\r\n", "\n").split("\n\n")
    if len(text) > CHARS or any(len(block) > LONGEST_BLOCK for block in blocks):
        return markup.plain(text)
    with _turn:
        drawn = _drawn(text, link, image)
    if drawn is None or not markup.is_cleanable(drawn):
        return markup.plain(text)
    return markup.cleaned(drawn, strip=True)


def _drawn(text: str, link: Resolve, image: Resolve) -> str | None:
    """Return HTML that is not clean yet; None for a text that takes too long or nests too deep."""
    from docutils.parsers.rst import roles  # noqa: PLC0415 - see the module's docstring

    from node.kernel import doctree  # noqa: PLC0415

    before = dict(roles._roles)  # noqa: SLF001 - there is no public way
    try:
        return doctree.draw(text, link, image, monotonic() + SECONDS)
    except (doctree.TooSlow, RecursionError):
        return None
    finally:
        roles._roles.clear()  # noqa: SLF001
        roles._roles.update(before)  # noqa: SLF001
