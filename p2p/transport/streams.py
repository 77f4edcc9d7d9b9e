"""Carries bytes between a libp2p stream and a socket, both ways, until both are done.

The socket is one end of a pair; whoever holds the other end speaks HTTP and knows nothing of
libp2p. Half a close is carried over as half a close. Where a stream breaks off, the other side sees
its bytes end early; HTTP knows that from an end, because it says beforehand how much will come.

A write is at most 65,507 bytes, so that one yamux frame is one noise message. What arrives is read
at once and spooled, and we wait ourselves for room in the peer's window: libp2p gives up on a
reader that pauses for five seconds.
"""

import errno
import select
import socket
from collections.abc import Awaitable, Callable

import trio
from libp2p.exceptions import BaseLibp2pError
from libp2p.io.exceptions import IOException
from libp2p.network.stream.exceptions import StreamEOF
from libp2p.network.stream.net_stream import NetStream
from libp2p.stream_muxer.yamux.yamux import YamuxStream

from p2p.transport.limits import Limits
from p2p.transport.rates import Bucket
from p2p.transport.spool import Room, Spool

FRAME = 65_507
READ = 256 << 10
SHORTEST_LOOK, LONGEST_LOOK = 0.001, 0.05
LOOK_SECONDS = 0.5
LINGER_SECONDS = 1.0
"""How long the peer may take to end, once our own side has left."""
CLOSE_SECONDS = 2.0


class BrokenOff(Exception):
    """One side ended before it was done."""


FAULTS = (BrokenOff, BaseLibp2pError, IOException, trio.BrokenResourceError, OSError)


class Carriage:
    """One stream, one socket, and what is between them.

    `pace` is how many bytes the peer may send us in the long run, `room` what all may leave here.
    """

    def __init__(
        self, stream: NetStream, ours: socket.socket, pace: Bucket, limits: Limits, room: Room
    ) -> None:
        muxed = stream.muxed_stream
        assert isinstance(muxed, YamuxStream)
        ours.setblocking(False)
        self._stream, self._muxed = stream, muxed
        self._ours = trio.SocketStream(trio.socket.from_stdlib_socket(ours))
        self._pace, self._limits = pace, limits
        self._spool = Spool(limits.spool_memory, limits.spool_file, room)
        self._arrived, self._taken, self._ended = trio.Event(), trio.Event(), trio.Event()
        self._has_all = self._is_deaf = False
        self._fault: Exception | None = None

    async def run(self) -> None:
        """Carry until both directions are done or one breaks; nothing stays open afterwards."""
        is_whole = False
        try:
            async with trio.open_nursery() as nursery:
                for way in (self._outward, self._inward, self._hand_over):
                    nursery.start_soon(self._go, way, nursery.cancel_scope)
            is_whole = self._fault is None
        finally:
            self._spool.close()
            with trio.CancelScope(shield=True), trio.move_on_after(CLOSE_SECONDS):
                await self._end(is_whole=is_whole)

    async def _go(self, way: Callable[[], Awaitable[None]], scope: trio.CancelScope) -> None:
        try:
            await way()
        except FAULTS as fault:
            self._fault = self._fault or fault
            scope.cancel()

    async def _end(self, *, is_whole: bool) -> None:
        try:
            await (self._stream.close() if is_whole else self._stream.reset())
        except FAULTS:
            pass  # the connection is gone, and the stream with it
        finally:
            await self._ours.aclose()

    async def _outward(self) -> None:
        """Carry what our side says to the peer, then its end."""
        while data := await self._said():
            while data:
                room = await self._room()
                await self._stream.write(data[:room])
                data = data[room:]
        await self._stream.close_write()
        while not (self._has_all and not self._spool):
            if self._has_left():
                await self._linger()
                return
            await trio.sleep(LOOK_SECONDS)

    async def _said(self) -> bytes:
        try:
            return bytes(await self._ours.receive_some(FRAME))
        except trio.BrokenResourceError as fault:
            # Our side left with something unread. What it said before is still an answer.
            if getattr(fault.__cause__, "errno", None) == errno.ECONNRESET:
                return b""
            raise

    async def _room(self) -> int:
        """Return how much may be written at once, as soon as anything may."""
        pause = SHORTEST_LOOK
        with trio.move_on_after(self._limits.stalled_seconds):
            while not self._muxed.closed and not self._muxed.send_closed:
                if self._muxed.send_window > 0:
                    return min(FRAME, self._muxed.send_window)
                await trio.sleep(pause)
                pause = min(pause * 1.5, LONGEST_LOOK)
        raise BrokenOff("The peer takes nothing.")

    def _has_left(self) -> bool:
        """Whether our side has closed its socket, not only one direction of it."""
        poll = select.poll()
        poll.register(self._ours.socket.fileno(), 0)
        return any(events & select.POLLHUP for _, events in poll.poll(0))

    async def _linger(self) -> None:
        self._is_deaf = True
        self._taken.set()
        with trio.move_on_after(LINGER_SECONDS):
            await self._ended.wait()
            return
        raise BrokenOff("The peer goes on after our side has left.")

    async def _inward(self) -> None:
        """Take in what the peer says, at once, until it ends or breaks off."""
        try:
            while data := await self._heard():
                if not self._is_deaf:
                    self._spool.put(data)
                    self._arrived.set()
                await trio.sleep(self._pace.owe(len(data), trio.current_time()))
                await self._wait_for_room()
        except FAULTS as fault:
            self._fault = self._fault or fault
        finally:
            self._has_all = True
            self._arrived.set()
            self._ended.set()

    async def _heard(self) -> bytes:
        try:
            return await self._stream.read(READ)
        except StreamEOF as end:
            if self._muxed.reset_received or self._muxed.conn.event_shutting_down.is_set():
                raise BrokenOff("The connection is gone.") from end
            return b""

    async def _wait_for_room(self) -> None:
        if not self._spool.is_full:
            return
        with trio.move_on_after(self._limits.stalled_seconds):
            while self._spool.is_full and not self._is_deaf:
                self._taken = trio.Event()
                await self._taken.wait()
            return
        raise BrokenOff("Our side takes nothing.")

    async def _hand_over(self) -> None:
        """Give our side what has arrived, in order, then the end or the break."""
        while True:
            while data := self._spool.take(FRAME):
                self._taken.set()
                if not await self._taken_by_us(data):
                    return
            if self._has_all:
                break
            self._arrived = trio.Event()
            await self._arrived.wait()
        if self._fault is not None:
            raise BrokenOff("The peer broke off.") from self._fault
        if not self._is_deaf:
            await self._ours.send_eof()

    async def _taken_by_us(self, data: bytes) -> bool:
        try:
            await self._ours.send_all(data)
        except trio.BrokenResourceError:
            self._is_deaf = True
            self._spool.close()
            self._taken.set()
            return False
        return True
