"""Long lists of a profile, so many at a time: each has a parameter of its own in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from aiohttp import web

from web.areas.explore.show import number_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Portion(Generic[T]):
    """The page `number` of `pages` of a list, which are counted from 1."""

    items: Sequence[T]
    total: int
    number: int
    pages: int


def portion(request: web.Request, name: str, found: Sequence[T], size: int) -> Portion[T]:
    """Return the page of a list that the parameter `name` asks for; beyond the last, the last."""
    pages = max(1, -(-len(found) // size))
    number = min(max(1, number_of(request, name)), pages)
    return Portion(found[(number - 1) * size : number * size], len(found), number, pages)
