"""The one crossing between our threads and the thread in which trio and libp2p run.

Calls go in as functions of the host and come back as futures; each has a deadline, and no more than
some are under way. libp2p is imported in the thread, so that it costs nobody else anything. A
thread that stalls cannot be ended: it is abandoned, with its listening sockets closed for it.
"""

import contextlib
import logging
import socket
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, InvalidStateError
from typing import TYPE_CHECKING, TypeVar

from p2p.transport.errors import NotRunning, TooMany
from p2p.transport.model import Started
from p2p.transport.outside import Outside
from p2p.transport.spare import without_unused

if TYPE_CHECKING:
    from p2p.transport.host import Host
    from p2p.transport.inside import Inside

log = logging.getLogger(__name__)
Answer = TypeVar("Answer")


class Bridge:
    """A thread of libp2p, from `start` to `stop` or until it fails by itself.

    `started` becomes where it listens; `ended` is done when the thread is, with its fault.
    """

    def __init__(self, outside: Outside, most_calls: int) -> None:
        self.started: Future[Started] = Future()
        self.ended: Future[None] = Future()
        self._outside, self._most = outside, most_calls
        self._inside: Inside | None = None
        self._doors: list[socket.socket] = []
        self._under_way = 0
        self._lock = threading.Lock()
        self._must_stop = False
        self._thread = threading.Thread(target=self._run, name="libp2p", daemon=True)

    def start(self) -> None:
        """Start the thread; `started` says when it is ready."""
        self._thread.start()

    def _run(self) -> None:
        fault: BaseException | None = None
        try:
            with without_unused():
                from p2p.transport import inside  # noqa: PLC0415  it imports libp2p

            inside.run(self._outside, self._ready)
        except BaseException as caught:  # noqa: BLE001  the fence of the thread
            fault = caught
        self._close_doors()
        if fault is not None and not isinstance(fault, Exception):
            # It asks for the end of this thread, and must not end a loop in which it is raised.
            log.error("libp2p failed", exc_info=fault)
            fault = NotRunning(_first(fault))
        _settle(self.started, NotRunning("libp2p has stopped.") if fault is None else fault)
        if fault is None:
            self.ended.set_result(None)
        else:
            self.ended.set_exception(fault)

    def _ready(self, inside: "Inside", host: "Host") -> None:
        self._doors = host.doors()
        with self._lock:
            self._inside = inside
        if self._must_stop:
            inside.stop()
        self.started.set_result(host.started())

    def submit(
        self, work: "Callable[[Host], Awaitable[Answer]]", seconds: float, *, urgent: bool = False
    ) -> "Future[Answer]":
        """Have `work` done in the thread; raises `NotRunning`, and `TooMany` unless it is `urgent`.

        Cancelling the future gives the work up.
        """
        with self._lock:
            inside = self._inside
            if inside is None:
                raise NotRunning("libp2p does not run here yet.")
            if self._under_way >= self._most and not urgent:
                raise TooMany("As many calls are under way as we allow.")
            self._under_way += 1
        result: Future[Answer] = Future()
        result.add_done_callback(self._done)
        try:
            inside.submit(work, result, seconds)
        except NotRunning as fault:
            _settle(result, fault)
        return result

    def _done(self, result: "Future[Answer]") -> None:
        with self._lock:
            self._under_way -= 1
        if result.cancelled() and self._inside is not None:
            with contextlib.suppress(NotRunning):
                self._inside.cancel(result)

    def ask_to_stop(self) -> None:
        """Have the thread end soon; `ended` says when."""
        self._must_stop = True
        with self._lock:
            inside = self._inside
        if inside is not None:
            with contextlib.suppress(NotRunning):
                inside.stop()

    def join(self, seconds: float) -> bool:
        """Wait for the thread to end; return whether it has."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def abandon(self) -> None:
        """Leave a thread behind that does not end: what it listens on is closed for it."""
        log.error("libp2p does not answer; its thread is left behind")
        self._close_doors(hard=True)

    def _close_doors(self, *, hard: bool = False) -> None:
        doors, self._doors = self._doors, []
        for door in doors:
            try:
                if hard:
                    door.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            door.close()


def _first(fault: BaseException) -> str:
    """Return what went wrong first, in a line."""
    while isinstance(fault, BaseExceptionGroup):
        fault = fault.exceptions[0]
    return f"{type(fault).__name__}: {fault}"[:300]


def _settle(future: "Future[Answer]", fault: BaseException) -> None:
    with contextlib.suppress(InvalidStateError):
        future.set_exception(fault)
