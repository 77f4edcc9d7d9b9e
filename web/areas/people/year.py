"""A year of landings as a drawing: 52 columns from Sunday to Saturday, the last is this week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WEEKS = 52
LEVELS = 4
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A day: which, how many landings, and how green it is, from 0 to 4."""

    day: str
    count: int
    level: int


@dataclass(frozen=True, slots=True)
class Year:
    """The days of 52 weeks; `months` has a name for each column in which a month begins."""

    cells: list[Cell]
    months: list[str]
    total: int
    said: str


def span(now: int) -> tuple[int, int]:
    """Return the first and the last day of the drawing, in days since 1970."""
    today = now // 86_400_000
    since_sunday = (_EPOCH + timedelta(days=today)).isoweekday() % 7
    return today - since_sunday - 7 * (WEEKS - 1), today


def year(now: int, counts: Mapping[int, int]) -> Year:
    """Return the drawing of what was landed on each day, by days since 1970."""
    first, last = span(now)
    most = max(counts.values(), default=0)
    days = range(first, last + 1)
    cells = [Cell(_said(day), counts.get(day, 0), level(counts.get(day, 0), most)) for day in days]
    months = [_month(day, is_first=day == first) for day in range(first, last + 1, 7)]
    total = sum(cell.count for cell in cells)
    return Year(cells, months, total, _in_words(cells, total))


def level(count: int, most: int) -> int:
    """Return in which quarter of the most a count is, 0 for none."""
    return -(-LEVELS * count // most) if count else 0


def _date(day: int) -> date:
    return _EPOCH + timedelta(days=day)


def _said(day: int) -> str:
    return f"{_date(day):%d %b %Y}".lstrip("0")


def _month(sunday: int, *, is_first: bool) -> str:
    """Return the name of the month that begins in a week, or that the drawing begins with."""
    begin, end = _date(sunday), _date(sunday + 6)
    if begin.day == 1 or end.month != begin.month:
        return f"{end:%b}"
    return f"{begin:%b}" if is_first and begin.day < 15 else ""


def _in_words(cells: list[Cell], total: int) -> str:
    """Return what a reader hears instead of the drawing."""
    if not total:
        return "No landings in the last 52 weeks."
    best, days = max(cells, key=lambda cell: cell.count), sum(cell.count > 0 for cell in cells)
    lands, on = "landing" if total == 1 else "landings", "day" if days == 1 else "days"
    return (
        f"{total:,} {lands} on {days} {on} of the last 52 weeks,"
        f" most on {best.day}: {best.count:,}."
    )
