"""The door for peers: the streams that they open, answered by an HTTP server.

A stream comes as a connected socket with the did that its peer has proven. The server is made
elsewhere; who is on a connection is written on it here, and never read from what is said on it.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Protocol


class Connection(Protocol):
    """One connection of the server, with room for who is there."""

    peer: str | None


class Door:
    """Hands sockets to the server that makes connections."""

    def __init__(self, server: Callable[[], Connection]) -> None:
        self._server = server

    async def serve(self, sock: socket.socket, did: str) -> None:
        """Have the stream of the peer `did` answered; the server closes it."""

        def connection() -> asyncio.BaseProtocol:
            made = self._server()
            made.peer = did
            assert isinstance(made, asyncio.BaseProtocol)
            return made

        await asyncio.get_running_loop().connect_accepted_socket(connection, sock)
