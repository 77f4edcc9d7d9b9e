"""Long lists of a profile, so many at a time: each has a parameter of its own in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Portion(Generic[T]):
    """Some of a list; `previous` and `next` are the numbers of its other pages, 0 for none."""

    items: Sequence[T]
    total: int
    previous: int = 0
    next: int = 0


def portion(request: web.Request, name: str, found: Sequence[T], size: int) -> Portion[T]:
    """Return the page of a list that the parameter `name` asks for; beyond the last, the last."""
    asked, last = request.query.get(name, ""), max(1, -(-len(found) // size))
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    page = min(max(1, number), last)
    return Portion(
        items=found[(page - 1) * size : page * size],
        total=len(found),
        previous=page - 1,
        next=page + 1 if page < last else 0,
    )
