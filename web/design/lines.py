"""The lines of code as the components `code` and `blame` have them, each with an anchor.

They are put together here and not by a macro: a page has thousands of them, and a macro takes ten
times as long for each.
"""

from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape


class Highlighted(tuple[str, ...]):
    """Lines of code as HTML: coloured, and escaped.

    They are plain strings, as the collector of garbage looks at each `Markup` again and again.
    """

    __slots__ = ()

    def part(self, start: int, end: int) -> "Highlighted":
        """Return the lines from `start` up to `end`, counted from 0."""
        return Highlighted(self[start:end])


def code_lines(
    lines: Sequence[str], start: int = 1, anchor: str = "L", marked: Container[int] = ()
) -> Markup:
    """Return lines as list items, counted from `start`; some of them are marked."""
    shown = escape(anchor)
    texts = lines if isinstance(lines, Highlighted) else map(escape, lines)
    items = [
        _line(number, text, shown, is_marked=number in marked)
        for number, text in enumerate(texts, start)
    ]
    return Markup("".join(items))  # noqa: S704 - all that is put in is escaped


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring lines that came for one reason; `age` is 1 (old) to 4 (new)."""

    reason: Hashable
    age: int
    start: int
    lines: Sequence[str]


def blame_runs(runs: Iterable[Run], whys: Mapping[object, Markup], anchor: str = "L") -> Markup:
    """Return runs of lines, beside each what `whys` says of its reason."""
    items = [_run(run, whys[run.reason], anchor) for run in runs]
    return Markup("".join(items))  # noqa: S704 - all that is put in is escaped


def _run(run: Run, why: Markup, anchor: str) -> str:
    short = " is-short" if len(run.lines) == 1 else ""
    lines = code_lines(run.lines, run.start, anchor)
    return (
        f'<div class="blame-run"><details class="why is-age-{run.age}{short}" name="why">'
        f'{escape(why)}</details><ol class="code" start="{run.start}">{lines}</ol></div>'
    )


def _line(number: int, text: str, anchor: Markup, *, is_marked: bool) -> str:
    here, more = f"{anchor}{number}", " is-marked" if is_marked else ""
    return (
        f'<li class="code-line{more}" id="{here}"><a class="code-no" href="#{here}"'
        f' data-n="{number}" aria-label="Line {number}"></a>'
        f'<code class="code-text">{text}</code></li>'
    )
