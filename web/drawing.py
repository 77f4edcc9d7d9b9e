"""Pages that go out before they are drawn to their end."""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from web.packing import portions
from web.phrases import Moment

MOMENT = web.RequestKey("web-moment", Moment)
"""When a page is drawn that may be kept, see `web.kept`."""


@dataclass(frozen=True, slots=True)
class Later:
    """A part of a page that takes long: `mark` stands in its place, and nobody can guess it."""

    mark: str
    make: Callable[[], Awaitable[Markup]]


LATER = web.RequestKey("web-later", Later)


class Drawing(web.Response):
    """A page that can be drawn: it is, as its portions are taken."""

    def __init__(
        self, pieces: Iterator[str], later: Later | None, headers: Mapping[str, str]
    ) -> None:
        super().__init__(headers=headers, content_type="text/html", charset="utf-8")
        self._pieces = pieces
        self._later = later

    async def portions(self) -> AsyncIterator[bytes]:
        """Yield the page from its beginning on; what takes long when the rest before it is out."""
        for portion in portions(self._pieces):
            mark = self._later.mark.encode() if self._later else b""
            before, found, after = portion.partition(mark) if mark else (portion, b"", b"")
            yield before
            if found and self._later:
                yield (await self._later.make()).encode()
                yield after

    async def whole(self) -> bytes:
        """Return all of it."""
        return b"".join([portion async for portion in self.portions()])


async def perhaps_later(
    request: web.Request, make: Callable[[], Awaitable[Markup]], *, is_slow: bool
) -> Markup:
    """Return what `make` makes, or what stands for it on a page that can go out before it."""
    if not is_slow or MOMENT not in request or LATER in request:
        return await make()
    request[LATER] = later = Later(secrets.token_hex(16), make)
    return Markup(later.mark)  # noqa: S704 - hexadecimal digits
