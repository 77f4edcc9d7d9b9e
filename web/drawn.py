"""What pages have drawn of content that never changes, kept so that the next look is quick.

A file at a landed position is for ever what its content id says, so what a renderer made of it
with the same options is right for ever too: nothing here is invalidated, it is only forgotten when
newer pages need the room. Whoever asks has been allowed to see the content before: handlers read
the entry first, as the viewer, and come here with its id.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from aiohttp import web

from store.digest import Digest
from store.recent import Recent

MOST = 16 << 20
"""About how many bytes are kept."""

LARGEST = MOST // 8
EACH = 100
"""What a string weighs besides its characters."""

DRAWN = web.AppKey("web-drawn", Recent[Any])

T = TypeVar("T")


def length(pieces: Sequence[str]) -> int:
    """Return about how many bytes of memory some text takes."""
    return sum(len(piece) + EACH for piece in pieces)


async def drawn(
    request: web.Request,
    make: Callable[[], Awaitable[T]],
    weigh: Callable[[T], int],
    renderer: str,
    *named: object,
) -> T:
    """Return what `make` makes, or made before for the same renderer, content and options.

    `named` is all that the result depends on; each must be told apart by its `repr`.
    """
    kept = request.app[DRAWN]
    name = _name(renderer, named)
    found = kept.get(name)
    if found is not None:
        return found  # type: ignore[no-any-return]
    made = await make()
    weight = weigh(made)
    if weight <= LARGEST:
        kept.put(name, made, weight)
    return made


def is_drawn(request: web.Request, renderer: str, *named: object) -> bool:
    """Whether `drawn` would answer at once."""
    return request.app[DRAWN].get(_name(renderer, named)) is not None


def _name(renderer: str, named: tuple[object, ...]) -> Digest:
    named_bytes = repr((renderer, named)).encode("utf-8", "replace")
    return Digest(hashlib.sha256(named_bytes).digest())
