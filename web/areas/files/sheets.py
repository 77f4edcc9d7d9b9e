"""Values in rows and columns, as a table: what a `.csv` or `.tsv` holds."""

import csv
import io
import re
from dataclasses import dataclass

SHEETS = (".csv", ".tsv")
ROWS = 1_000
COLUMNS = 60
SAMPLE = 4_000
LONGEST = 500
"""How many signs of a cell are shown."""

_FIGURE = re.compile(r"[+\-\u2212]?[\d,.' ]*\d([eE][+-]?\d+)?\s?%?")


@dataclass(frozen=True, slots=True)
class Sheet:
    """The first row as head and those below it; `is_cut` says that there is more.

    `figures` are the columns of which every value is a number.
    """

    head: list[str]
    rows: list[list[str]]
    is_cut: bool
    figures: frozenset[int] = frozenset()


def sheet(path: str, text: str) -> Sheet | None:
    """Return what a file holds as a table; None where it is none."""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(path, text[:SAMPLE]))
    rows: list[list[str]] = []
    is_cut = False
    try:
        for row in lines:
            if len(rows) > ROWS:
                is_cut = True
                break
            if row:
                is_cut = is_cut or len(row) > COLUMNS
                rows.append([cell[:LONGEST] for cell in row[:COLUMNS]])
    except csv.Error:
        return None
    if not rows or max(map(len, rows)) < 2:
        return None
    width = max(map(len, rows))
    full = [row + [""] * (width - len(row)) for row in rows]
    columns = enumerate(zip(*full[1:], strict=True))
    figures = frozenset(at for at, values in columns if _are_figures(values))
    return Sheet(full[0], full[1:], is_cut, figures)


def _are_figures(values: tuple[str, ...]) -> bool:
    """Whether all that is said is a number, and something is."""
    said = [value for value in values if value.strip()]
    return bool(said) and all(_FIGURE.fullmatch(value.strip()) for value in said)


def _delimiter(path: str, sample: str) -> str:
    """Return what stands between values: the sign that the first line has most of."""
    if path.lower().endswith(".tsv"):
        return "\t"
    first = sample.partition("\n")[0]
    return max(",;\t|", key=first.count)
