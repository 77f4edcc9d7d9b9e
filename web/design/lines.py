"""The lines of code as the component `code` has them, each with an anchor.

They are put together here and not by a macro: a page has thousands of them, and a macro takes ten
times as long for each.
"""

from collections.abc import Container, Sequence

from markupsafe import Markup, escape


def code_lines(
    lines: Sequence[Markup], start: int = 1, anchor: str = "L", marked: Container[int] = ()
) -> Markup:
    """Return highlighted lines as list items, counted from `start`; some of them are marked."""
    shown = escape(anchor)
    items = [
        _line(number, _safe(line), shown, is_marked=number in marked)
        for number, line in enumerate(lines, start)
    ]
    return Markup("".join(items))  # noqa: S704 - all that is put in is escaped


def _safe(line: Markup) -> Markup:
    # What is marked as safe is not copied once more.
    return line if isinstance(line, Markup) else escape(line)


def _line(number: int, text: Markup, anchor: Markup, *, is_marked: bool) -> str:
    here, more = f"{anchor}{number}", " is-marked" if is_marked else ""
    return (
        f'<li class="code-line{more}" id="{here}"><a class="code-no" href="#{here}"'
        f' data-n="{number}" aria-label="Line {number}"></a>'
        f'<code class="code-text">{text}</code></li>'
    )
