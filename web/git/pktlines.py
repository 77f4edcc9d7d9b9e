"""git's framing: lines that begin with their length in four hexadecimal digits.

The format is git's gitprotocol-common and gitprotocol-pack. `0000` ends a list. In an answer with
side bands each line begins with the number of its band: 1 the result, 2 what a person sees, 3 the
end of everything.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import NamedTuple

from aiohttp import StreamReader

FLUSH = b"0000"
LONGEST = 65_520
LIST = 4 << 20
"""Bytes of a list of lines: every ref that a push may move, with a long name."""

_LENGTH = 4
_BAND = LONGEST - _LENGTH - 1


class BadRequest(Exception):
    """These bytes are not what git sends."""


class Command(NamedTuple):
    """One ref that a push wants to move, from `old` to `new`; forty zeros mean that it is not."""

    old: str
    new: str
    ref: str


def line(data: bytes) -> bytes:
    """Return `data` as one line."""
    return b"%04x%b" % (len(data) + _LENGTH, data)


def band(number: int, data: bytes) -> bytes:
    """Return `data` as lines of a side band."""
    parts = (data[start : start + _BAND] for start in range(0, len(data), _BAND))
    return b"".join(line(bytes((number,)) + part) for part in parts)


async def lines(content: StreamReader, most: int) -> AsyncIterator[bytes]:
    """Yield the lines up to a flush; raises `BadRequest` for what is none, or more than `most`."""
    held = 0
    for _ in range(most):
        data = await next_line(content)
        if data is None:
            return
        held += len(data)
        if held > LIST:
            raise BadRequest(f"The list of refs of a push has at most {LIST} bytes.")
        yield data
    raise BadRequest(f"A push moves at most {most} refs.")


async def next_line(content: StreamReader) -> bytes | None:
    """Return one line, None for a flush; raises `BadRequest`."""
    try:
        size = int(await content.readexactly(_LENGTH), 16)
        if size == 0:
            return None
        if not _LENGTH <= size <= LONGEST:
            raise BadRequest("A line of this request has an impossible length.")
        return await content.readexactly(size - _LENGTH)
    except (ValueError, asyncio.IncompleteReadError) as fault:
        raise BadRequest("This is not what git sends.") from fault


def command(data: bytes) -> tuple[Command, frozenset[str]]:
    """Return the command in a line and the capabilities behind it; raises `BadRequest`."""
    told, _, capabilities = data.rstrip(b"\n").partition(b"\0")
    try:
        old, new, ref = told.decode().split(" ", 2)
        words = capabilities.decode().split()
    except ValueError as fault:
        raise BadRequest("A line of this push names no ref.") from fault
    if not (_is_id(old) and _is_id(new)):
        raise BadRequest("A line of this push names no commit.")
    return Command(old, new, ref), frozenset(words)


def shallow(data: bytes) -> str | None:
    """Return the commit whose parents the pusher lacks, if the line says so."""
    word, _, oid = data.rstrip(b"\n").decode("ascii", "replace").partition(" ")
    return oid if word == "shallow" and _is_id(oid) else None


def _is_id(text: str) -> bool:
    return len(text) == 40 and not set(text) - set("0123456789abcdef")
