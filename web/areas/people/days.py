"""Feeds as pages show them: by day, and on from where one stopped."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from aiohttp import web

from node.feeds.model import NEWEST, Item
from node.kernel.errors import Invalid

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on a day, newest first."""

    name: str
    items: list[Item]


def by_day(items: Iterable[Item], now: int) -> list[Day]:
    """Return what happened, day by day; days are those of UTC, as all times here."""
    days = groupby(items, lambda item: item.at // DAY_MS)
    return [Day(_name(day, now // DAY_MS), list(some)) for day, some in days]


def _name(day: int, today: int) -> str:
    if day == today:
        return "Today"
    if day == today - 1:
        return "Yesterday"
    at = datetime.fromtimestamp(day * 86_400, UTC)
    year = "" if today - day < 300 else f" {at.year}"
    return f"{at:%A}, {at.day} {at:%B}{year}"


def cursor(older: tuple[int, int] | None) -> str:
    """Return where a feed goes on, for an address; empty at its end."""
    if older is None:
        return ""
    at, key = older
    seconds = datetime.fromtimestamp(at // 1000, UTC)
    return f"{seconds:%Y-%m-%dT%H:%M:%S}.{at % 1000:03}Z~{key}"


def asked(request: web.Request) -> tuple[int, int]:
    """Return before what a feed is asked for: `?before=` a time; raise `Invalid`."""
    text = request.query.get("before", "")
    if not text:
        return NEWEST
    said, _, key = text.partition("~")
    try:
        # In an address, the plus sign of a time zone may have become a space.
        at = datetime.fromisoformat(said.replace(" ", "+"))
        if at.tzinfo is None:
            at = at.replace(tzinfo=UTC)
        seconds = int(at.replace(microsecond=0).timestamp())
        number = int(key) if key.isascii() and key.isdigit() and len(key) < 16 else 0
    except (ValueError, OverflowError) as fault:
        message = f"{text[:40]!r} is no time; write ?before=2026-11-23T12:00:00Z."
        raise Invalid("feed.before", message) from fault
    return seconds * 1000 + at.microsecond // 1000, number
