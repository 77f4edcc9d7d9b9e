"""Record streams in and out, in bounded memory.

In: the socket is read only as fast as batches are stored, and a batch is at most 1,000 objects or
8 MiB, so a client of any speed and any claim of size costs the node the same. What was stored
before a body broke off stays: the client asks again what is missing.
Out: a batch is read on a database thread while the one before it is being sent; a slow reader
stops the reading. A fault in the middle of an answer cuts the connection, so that the reader never
takes half a stream for a whole one.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

from aiohttp import web
from aiohttp.streams import StreamReader

from mic.wire.messages import RECORDS
from node.kernel.forge import Forge
from store.database import Tx
from store.digest import Digest
from store.errors import BadRecord, Corrupt
from store.objects import Objects
from store.records import Decoder, Record, encode

log = logging.getLogger(__name__)

Encoded = Callable[[Tx, Digest], Record]
"""How an object is put into an answer."""

BATCH_OBJECTS = 1000
BATCH_BYTES = 8 << 20
SENT_BYTES = 2 << 20


@contextmanager
def received() -> Iterator[None]:
    """Name damage in what somebody sent as their mistake: it says nothing about our store."""
    try:
        yield
    except Corrupt as damage:
        raise BadRecord(str(damage)) from damage


async def incoming(content: StreamReader) -> AsyncIterator[list[Record]]:
    """Yield the records of a body in batches; raises `BadRecord`, `TooLarge` or `Truncated`."""
    decoder, batch, held = Decoder(), [], 0
    async for chunk in content.iter_any():
        for record in decoder.feed(chunk):
            batch.append(record)
            held += len(record.stored)
            if len(batch) >= BATCH_OBJECTS or held >= BATCH_BYTES:
                yield batch
                batch, held = [], 0
    decoder.finish()
    if batch:
        yield batch


async def at_most(
    batches: AsyncIterator[list[Record]], limit: int, fault: Exception
) -> AsyncIterator[list[Record]]:
    """Yield batches until they have more than `limit` bytes; then raise `fault`.

    The length that a body states is no such bound: it may be compressed.
    """
    came = 0
    async for batch in batches:
        came += sum(len(record.stored) for record in batch)
        if came > limit:
            raise fault
        yield batch


async def passed_over(content: StreamReader) -> None:
    """Take in the rest of a body and keep nothing, so that its sender gets the answer."""
    async for _ in content.iter_any():
        pass


class Source:
    """Objects of whichever transaction is open: lets one walk go on over several of them.

    Safe because objects never change: what a walk has read stays true in the next snapshot.
    """

    def __init__(self, objects: Objects) -> None:
        self.tx: Tx | None = None
        self._objects = objects

    def __call__(self, digest: Digest) -> bytes:
        """Return the object's raw bytes, verified."""
        assert self.tx is not None
        return self._objects.get(self.tx, digest)


async def send(
    forge: Forge,
    request: web.Request,
    source: Source,
    ids: Iterator[Digest],
    encoded: Encoded | None = None,
) -> web.StreamResponse:
    """Answer with the records of `ids`, which may read through `source` as they go.

    Each stands alone, unless `encoded` makes them otherwise.
    """
    made = encoded or forge.objects.record
    first = await _next_batch(forge, source, ids, made)
    response = web.StreamResponse(headers={"Content-Type": RECORDS})
    await response.prepare(request)
    try:
        await _pump(forge, response, source, ids, made, first)
        await response.write_eof()
    except ConnectionError:
        log.debug("the reader left")
    except Exception as fault:  # noqa: BLE001  the request fence, once the answer has begun
        cut(request, fault)
    return response


def cut(request: web.Request, fault: Exception) -> None:
    """Break the connection: the only way to say "this is not all" in the middle of an answer."""
    log.error("answer cut off", exc_info=fault)
    if request.transport is not None:
        request.transport.abort()


async def _pump(
    forge: Forge,
    response: web.StreamResponse,
    source: Source,
    ids: Iterator[Digest],
    made: Encoded,
    batch: bytes,
) -> None:
    while batch:
        try:
            async with asyncio.TaskGroup() as group:
                following = group.create_task(_next_batch(forge, source, ids, made))
                await response.write(batch)
        except ExceptionGroup as both:
            # One of the two is enough to end the answer, and says why on its own.
            raise both.exceptions[0] from None
        batch = following.result()


async def _next_batch(forge: Forge, source: Source, ids: Iterator[Digest], made: Encoded) -> bytes:
    def work(tx: Tx) -> bytes:
        source.tx = tx
        parts, size = [], 0
        for digest in ids:
            parts.append(encode(made(tx, digest)))
            size += len(parts[-1])
            if size >= SENT_BYTES:
                break
        return b"".join(parts)

    return await forge.db.read(work)
