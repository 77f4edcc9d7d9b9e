"""The trio side of the bridge: runs the host, and the calls that come from outside.

This module is imported in the thread only, because importing it imports libp2p.
"""

import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, InvalidStateError
from typing import Any

import trio

from p2p.transport.errors import NotRunning, PeerUnreachable, TransportFault
from p2p.transport.host import Host
from p2p.transport.outside import Outside

Work = Callable[[Host], Awaitable[Any]]


class Inside:
    """What runs in the thread, as long as it runs."""

    def __init__(self, host: Host, nursery: trio.Nursery) -> None:
        self._host, self._nursery = host, nursery
        self._token = trio.lowlevel.current_trio_token()
        self._scopes: dict[int, trio.CancelScope] = {}
        self._stop = trio.Event()

    def submit(self, work: Work, result: "Future[Any]", seconds: float) -> None:
        """Have `work` done; any thread may call this. Raises `NotRunning` after the end."""
        self._soon(self._start, work, result, seconds)

    def cancel(self, result: "Future[Any]") -> None:
        """Give the work up whose `result` nobody waits for any more."""
        self._soon(self._cancel, id(result))

    def stop(self) -> None:
        """Ask for the end."""
        self._soon(self._stop.set)

    def _soon(self, call: Callable[..., object], *arguments: Any) -> None:
        try:
            self._token.run_sync_soon(call, *arguments)
        except trio.RunFinishedError as fault:
            raise NotRunning("libp2p has stopped.") from fault

    def _start(self, work: Work, result: "Future[Any]", seconds: float) -> None:
        # Nothing may be raised here: trio itself would end of it.
        try:
            self._nursery.start_soon(self._do, work, result, seconds)
        except RuntimeError:  # the nursery is closing
            _fail(result, NotRunning("libp2p stops."))

    def _cancel(self, name: int) -> None:
        if name in self._scopes:
            self._scopes[name].cancel()

    async def _do(self, work: Work, result: "Future[Any]", seconds: float) -> None:
        try:
            with trio.CancelScope(deadline=trio.current_time() + seconds) as scope:
                self._scopes[id(result)] = scope
                await _answer(work(self._host), result)
            if scope.cancelled_caught:
                _fail(result, PeerUnreachable(f"No answer within {seconds:g} seconds."))
        finally:
            del self._scopes[id(result)]
            _fail(result, NotRunning("libp2p stops."))  # if it has no answer yet

    async def wait(self) -> None:
        """Return when the end is asked for."""
        await self._stop.wait()


async def _answer(work: Awaitable[Any], result: "Future[Any]") -> None:
    try:
        _tell(result, await work)
    except TransportFault as fault:
        _fail(result, fault)
    except Exception as fault:  # noqa: BLE001  the fence of a call: libp2p raises anything
        _fail(result, PeerUnreachable(f"libp2p failed: {fault!r}"[:500]))


def _tell(result: "Future[Any]", value: object) -> None:
    try:
        result.set_result(value)
    except InvalidStateError:  # nobody waits any more
        if isinstance(value, socket.socket):
            value.close()


def _fail(result: "Future[Any]", fault: Exception) -> None:
    with contextlib.suppress(InvalidStateError):
        result.set_exception(fault)


def quieten() -> None:
    """Keep libp2p's log to itself: strangers write most of it, and it would go to stderr.

    It is shown, by its own doing, where the environment says LIBP2P_DEBUG.
    """
    for name in (None, "libp2p"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())


def run(outside: Outside, ready: Callable[[Inside, Host], None]) -> None:
    """Run libp2p in this thread until it is told to stop."""
    quieten()
    trio.run(_main, outside, ready)


async def _main(outside: Outside, ready: Callable[[Inside, Host], None]) -> None:
    async with Host.open(outside) as host, trio.open_nursery() as nursery:
        inside = Inside(host, nursery)
        ready(inside, host)
        await inside.wait()
        nursery.cancel_scope.cancel()
