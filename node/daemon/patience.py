"""How long the node waits for those who connect, and for how many of them.

aiohttp closes a connection that sends nothing for as long as it may be kept alive. It waits for
ever, though, for the rest of a head that comes byte by byte, for the rest of a body, and for
somebody who takes no bytes of the answer; and it takes as many connections as come. So a few
machines that do nothing could hold what everybody needs. What limits hold is in `Limits`; a
connection that is not worth waiting for is cut without an answer.
"""

import asyncio
import logging
from typing import Any

from aiohttp import StreamReader, web
from aiohttp.web_protocol import RequestHandler

from node.kernel.limits import Limits

log = logging.getLogger(__name__)

LONGEST_LOOK_SECONDS = 5.0
BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"Content-Length: 0\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
)


class Connection(RequestHandler):
    """One connection, and when something last moved on it.

    `peer` is the did of the node at its other end; only the door for peers knows one.
    """

    __slots__ = ("_body", "_head_since", "_heard_at", "_left", "_taken_at", "peer")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._body: StreamReader | None = None
        self._head_since: float | None = None
        self._heard_at = self._taken_at = self._loop.time()
        self._left = 0
        self.peer: str | None = None

    def data_received(self, data: bytes) -> None:
        """Take bytes, and note when, and to what they belong."""
        was_body = self._is_in_body
        super().data_received(data)
        if self._messages:
            self._body = self._messages[-1][1]
        if data:
            self._heard_at = self._loop.time()
            is_head = not (was_body or self._is_busy)
            self._head_since = (self._head_since or self._heard_at) if is_head else None

    @property
    def _is_in_body(self) -> bool:
        return self._body is not None and not self._body.is_eof()

    @property
    def _is_busy(self) -> bool:
        return self._request_in_progress or bool(self._messages)

    @property
    def idle_since(self) -> float | None:
        """Since when nothing is asked; None where somebody asks, or has begun to."""
        return None if self._is_busy or self._head_since is not None else self._heard_at

    def is_hopeless(self, now: float, limits: Limits) -> bool:
        """Whether the other side has kept us waiting for too long."""
        if self._head_since is not None:
            return now - self._head_since > limits.head_seconds
        return self._waits_for_body(now, limits) or self._waits_for_taker(now, limits)

    def _waits_for_body(self, now: float, limits: Limits) -> bool:
        if not self._is_in_body:
            return False
        if self.transport is None or not self.transport.is_reading():  # we do not listen
            self._heard_at = now
        return now - self._heard_at > limits.stalled_seconds

    def _waits_for_taker(self, now: float, limits: Limits) -> bool:
        left = self.transport.get_write_buffer_size() if self.transport is not None else 0
        if left != self._left or not self.writing_paused:
            self._left, self._taken_at = left, now
        return now - self._taken_at > limits.stalled_seconds

    def cut(self) -> None:
        """End the connection; what is left in its buffer is dropped."""
        if self.transport is not None:
            self.transport.abort()


class _Server(web.Server):
    """Takes connections and looks after them, as long as there are any."""

    def __init__(self, *arguments: Any, limits: Limits, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._limits = limits
        self._look: asyncio.TimerHandle | None = None

    def __call__(self) -> Connection:
        return Connection(self, loop=self._loop, **self._kwargs)

    def connection_made(self, handler: RequestHandler, transport: asyncio.Transport) -> None:
        super().connection_made(handler, transport)
        if len(self._connections) > self._limits.connections:
            self._make_room(handler, transport)
        if self._look is None:
            self._look_later()

    def _make_room(self, newest: RequestHandler, transport: asyncio.Transport) -> None:
        """Close the connection that has been idle longest, or turn the newest away."""
        others = [one for one in self.connections if isinstance(one, Connection) and one != newest]
        idle = [(one.idle_since, one) for one in others if one.transport is not None]
        oldest = min((pair for pair in idle if pair[0] is not None), default=None, key=_since)
        if oldest is not None:
            oldest[1].force_close()
            return
        log.warning("too many connections", extra={"connections": len(idle)})
        transport.write(BUSY)
        newest.force_close()

    def _look_later(self) -> None:
        shortest = min(self._limits.head_seconds, self._limits.stalled_seconds)
        pause = min(shortest / 4, LONGEST_LOOK_SECONDS)
        self._look = self._loop.call_later(pause, self._look_round)

    def _look_round(self) -> None:
        self._look = None
        now = self._loop.time()
        for one in self.connections:
            if isinstance(one, Connection) and one.is_hopeless(now, self._limits):
                log.info("cut a connection that keeps us waiting")
                one.cut()
        if self._connections:
            self._look_later()

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  aiohttp's
        if self._look is not None:
            self._look.cancel()
        await super().shutdown(timeout)


def _since(pair: tuple[float | None, Connection]) -> float:
    return pair[0] or 0.0


class Runner(web.AppRunner):
    """Serves an application with patience, and no more of it than `limits` say."""

    def __init__(self, app: web.Application, *, limits: Limits, **options: Any) -> None:
        super().__init__(app, **options)
        self._limits = limits

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        return _Server(
            made.request_handler,
            request_factory=made.request_factory,
            limits=self._limits,
            **self._kwargs,
        )
