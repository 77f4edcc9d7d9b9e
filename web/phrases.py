"""How pages say times, sizes and origins: short, and exact in the tooltip."""

import hashlib
import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Self
from urllib.parse import quote

from markupsafe import Markup

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000
ORIGINS = {
    "human": ("human", "Human"),
    "ai-assisted": ("assisted", "AI-assisted"),
    "ai-generated": ("generated", "AI-generated"),
}
UNKNOWN = ("unknown", "Unknown origin")
# The first that stands in what a browser says of itself: many claim to be another one too.
BROWSERS = (
    ("Firefox/", "Firefox"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Chrome/", "Chromium"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)
_STEPS = (
    (HOUR, MINUTE, "minute"),
    (DAY, HOUR, "hour"),
    (14 * DAY, DAY, "day"),
    (60 * DAY, 7 * DAY, "week"),
    (730 * DAY, 30 * DAY, "month"),
)


_EMPTY_LINES = re.compile(r"\n[ \t]*\n")
_CODE = re.compile(r"`([^`\n]+)`")


class Moment(int):
    """The time at which a page is drawn; `until` is when it first says something that is over."""

    until: int

    def __new__(cls, now: int, longest: int = DAY) -> Self:
        """Begin a page at `now`, whose words are right for `longest` if it says no time."""
        made = super().__new__(cls, now)
        made.until = now + longest
        return made


def ago(at: int, now: int) -> str:
    """Return how long ago `at` was, in words; both are Unix milliseconds."""
    past = max(now - at, 0)
    if isinstance(now, Moment):
        now.until = min(now.until, at + _turn(past))
    if past < MINUTE:
        return "just now"
    for until, unit, name in _STEPS:
        if past < until:
            return _counted(past // unit, name)
    return _counted(past // (365 * DAY), "year")


def _turn(past: int) -> int:
    """Return how old something is when it is no longer called as old as `past`."""
    if past < MINUTE:
        return MINUTE
    for until, unit, _ in _STEPS:
        if past < until:
            return min(until, (past // unit + 1) * unit)
    return (past // (365 * DAY) + 1) * 365 * DAY


def _counted(count: int, name: str) -> str:
    if (count, name) == (1, "day"):
        return "yesterday"
    return f"{count} {name}{'' if count == 1 else 's'} ago"


def exact(at: int) -> str:
    """Return the UTC time in full: `2026-11-22 14:06:00 UTC`."""
    return f"{_utc(at):%Y-%m-%d %H:%M:%S} UTC"


def iso(at: int) -> str:
    """Return the time as HTML's `datetime` wants it."""
    return f"{_utc(at):%Y-%m-%dT%H:%M:%SZ}"


def mail_date(at: int) -> str:
    """Return the time as RSS and mail want it (RFC 5322)."""
    return format_datetime(_utc(at), usegmt=True)


def day(at: int) -> str:
    """Return the date: `22 Nov 2026`."""
    return f"{_utc(at):%d %b %Y}".lstrip("0")


def clock(at: int) -> str:
    """Return the time of the day in UTC: `14:06`."""
    return f"{_utc(at):%H:%M}"


def size(count: int) -> str:
    """Return a length in bytes as people read it: `2.1 kB`."""
    if count < 1000:
        return f"{count} bytes" if count != 1 else "1 byte"
    power = min(int(math.log10(count)) // 3, 4)
    return f"{count / 1000**power:.{0 if count >= 100 * 1000**power else 1}f} {'kMGT'[power - 1]}B"


def number(count: int) -> str:
    """Return a count with its thousands apart."""
    return f"{count:,}"


def plural(count: int, name: str, many: str = "") -> str:
    """Return a count with its noun: `1 file`, `2 files`, or as `many` has it."""
    return f"{count:,} {name if count == 1 else many or name + 's'}"


def origin_kind(origin: str) -> str:
    """Return the mark that stands for an origin; a missing statement is unknown, never human."""
    return ORIGINS.get(origin, UNKNOWN)[0]


def origin_word(origin: str) -> str:
    """Return the word for an origin."""
    return ORIGINS.get(origin, UNKNOWN)[1]


def in_path(path: str) -> str:
    """Return a path as part of an address."""
    return quote(path, safe="/")


def site(url: str) -> str:
    """Return an address as people say it: without scheme and last slash."""
    return url.partition("://")[2].removesuffix("/")


def paragraphs(text: str) -> list[Markup]:
    """Return what somebody said, a paragraph each, with what stands in `backticks` as code."""
    parts = (part.strip("\n") for part in _EMPTY_LINES.split(text))
    return [_with_code(part) for part in parts if part.strip()]


def voices(text: str) -> list[tuple[str, bool]]:
    """Return what somebody said in parts; True stands beside a run of commands, to be folded.

    A command begins with `$` on a line of its own, and what it printed follows up to an empty line.
    """
    found: list[tuple[str, bool]] = []
    for part in _EMPTY_LINES.split(text.replace("\r\n", "\n")):
        is_command = part.lstrip("\n").startswith("$ ")
        if found and found[-1][1] is is_command:
            found[-1] = (f"{found[-1][0]}\n\n{part}", is_command)
        else:
            found.append((part.strip("\n") if is_command else part, is_command))
    return found


def _with_code(text: str) -> Markup:
    pieces = _CODE.split(text)
    drawn = (Markup("<code>{}</code>") if at % 2 else Markup("{}") for at in range(len(pieces)))
    return Markup("").join(shape.format(piece) for shape, piece in zip(drawn, pieces, strict=True))


def browser(agent: str) -> str:
    """Return what people call the browser that says `agent` of itself: `Firefox on Linux`."""
    name = next((said for sign, said in BROWSERS if sign in agent), "")
    system = next((said for sign, said in SYSTEMS if sign in agent), "")
    if not name:
        return agent or "A browser"
    return f"{name} on {system}" if system else name


FAMILIES = {
    "system": "Ada Assembly C C++ Crystal D Fortran Go Nim Pascal Rust Swift V Zig",
    "script": "Elixir Erlang Lua Perl PHP Python R Ruby Shell Tcl",
    "page": "Astro CSS HTML JavaScript Svelte TypeScript Vue",
}
_FAMILY = {name: family for family, names in FAMILIES.items() for name in names.split()}


def family(language: str) -> str:
    """Return to which of four kinds a language belongs, each of which has a colour."""
    return _FAMILY.get(language, "other")


def percent(permille: int) -> str:
    """Return a share as people read it: `81 %`, and `<1 %` for what is there at all."""
    return f"{(permille + 5) // 10} %" if permille >= 10 else "<1 %"


def crest(name: str) -> Markup:
    """Return the drawing that grows from a name: five hyphae around a seed."""
    drawn = hashlib.sha256(name.encode()).digest()
    turns = (2 * math.pi * (arm + drawn[arm] / 320) / 5 for arm in range(5))
    arms = "".join(_arm(turn, drawn[5 + arm], drawn[10 + arm]) for arm, turn in enumerate(turns))
    return Markup('<path d="{}"/>').format(arms)


def _arm(turn: float, reach: int, bend: int) -> str:
    far, near, off = 10 + reach / 36, 6 + reach / 60, turn + (bend - 128) / 160
    return (
        f"M18 18Q{18 + near * math.cos(off):.0f} {18 + near * math.sin(off):.0f}"
        f" {18 + far * math.cos(turn):.0f} {18 + far * math.sin(turn):.0f}"
    )


def _utc(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, UTC)


FILTERS: dict[str, Callable[..., Any]] = {
    "ago": ago,
    "browser": browser,
    "clock": clock,
    "crest": crest,
    "day": day,
    "exact": exact,
    "family": family,
    "in_path": in_path,
    "iso": iso,
    "mail_date": mail_date,
    "number": number,
    "paragraphs": paragraphs,
    "origin_kind": origin_kind,
    "origin_word": origin_word,
    "percent": percent,
    "plural": plural,
    "site": site,
    "voices": voices,
    "size": size,
}
