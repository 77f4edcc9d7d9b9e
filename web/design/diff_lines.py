"""The lines of a diff as the component `diff` has them: one below the other, or side by side.

They are put together here and not by a macro, as those of code: a page has thousands of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

SIGNS = {"added": "+", "removed": "−", "same": ""}  # noqa: RUF001 - a minus, as wide as the plus


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a diff: `kind` is same, added, removed or gap; a side it is not on is None.

    The text of a gap is the declaration that the lines behind it stand in.
    """

    kind: str
    old: int | None
    new: int | None
    text: Markup


def unified(lines: Iterable[Line]) -> Markup:
    """Return the lines one below the other."""
    drawn = (_gap(line) if line.kind == "gap" else _whole(line) for line in lines)
    return Markup("".join(drawn))  # noqa: S704 - all that is put in is escaped


def split(lines: Iterable[Line]) -> Markup:
    """Return the lines as pairs, what was beside what is."""
    return Markup("".join(_pair(*pair) for pair in pairs(lines)))  # noqa: S704 - as above


def pairs(lines: Iterable[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    """Yield what stands beside what; a line that stayed, or a gap, stands on both sides."""
    gone: list[Line] = []
    came: list[Line] = []
    for line in lines:
        if line.kind == "removed":
            gone.append(line)
        elif line.kind == "added":
            came.append(line)
        else:
            yield from _beside(gone, came)
            gone, came = [], []
            yield line, line
    yield from _beside(gone, came)


def _beside(gone: list[Line], came: list[Line]) -> Iterator[tuple[Line | None, Line | None]]:
    for at in range(max(len(gone), len(came))):
        yield gone[at] if at < len(gone) else None, came[at] if at < len(came) else None


def _gap(line: Line) -> str:
    inside = f' <span class="diff-inside">{escape(line.text)}</span>' if line.text else ""
    return f'<div class="diff-hunk"><span class="soft">from line {line.old}</span>{inside}</div>'


def _whole(line: Line) -> str:
    return (
        f'<div class="diff-line{_class(line)}">'
        f'<span class="diff-no" data-n="{line.old or ""}"></span>'
        f'<span class="diff-no" data-n="{line.new or ""}"></span>{_text(line)}</div>'
    )


def _pair(old: Line | None, new: Line | None) -> str:
    if old is not None and old.kind == "gap":
        return _gap(old)
    same = " is-same" if old is new else ""
    left = _half(old, old.old) if old else '<div class="diff-line is-absent"></div>'
    right = _half(new, new.new) if new else '<div class="diff-line is-absent"></div>'
    return f'<div class="diff-pair{same}">{left}{right}</div>'


def _half(line: Line, number: int | None) -> str:
    return (
        f'<div class="diff-line{_class(line)}">'
        f'<span class="diff-no" data-n="{number or ""}"></span>{_text(line)}</div>'
    )


def _class(line: Line) -> str:
    return "" if line.kind == "same" else f" is-{line.kind}"


def _text(line: Line) -> str:
    said = "" if line.kind == "same" else f'<span class="unseen">{line.kind} </span>'
    return (
        f'<span class="diff-sign" aria-hidden="true">{SIGNS[line.kind]}</span>'
        f'<code class="diff-text">{said}{escape(line.text)}</code>'
    )
