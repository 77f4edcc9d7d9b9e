"""Reading a project at a position: head, listings, files, blame, differences (C1-C6)."""

from collections.abc import AsyncIterator

from aiohttp import web

from mic.sync import edge, encode, streams
from mic.wire import messages as wire
from node.kernel.errors import Invalid
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import verbs as landings
from node.trees import verbs as trees


async def head(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Say where the project stands, with the newest signed record."""
    project = await edge.project(forge, who, request)
    found = await landings.head(forge, who, project)
    tip = found.id
    record = await forge.db.read(lambda tx: forge.objects.get(tx, tip)) if tip else None
    return edge.reply(
        wire.Head(
            position=found.position,
            tree=found.tree.hex(),
            id=tip.hex() if tip else None,
            record=record,
            held=await landings.held(forge, who, project),
        )
    )


async def listing(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List one directory."""
    project = await edge.project(forge, who, request)
    path = request.match_info.get("path", "")
    at = (await trees.view(forge, who, project, edge.number(request, "at"))).position
    found = await trees.listing(forge, who, project, at, path)
    return edge.reply(wire.Listing(at, path, [encode.entry(*one) for one in found]))


async def file(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Send a file's bytes, or the part that a `Range` names."""
    project = await edge.project(forge, who, request)
    path = request.match_info["path"]
    at = (await trees.view(forge, who, project, edge.number(request, "at"))).position
    entry = await trees.entry(forge, who, project, at, path)
    part = _range(request, entry.size)
    if part is None:
        headers = {"Content-Range": f"bytes */{entry.size}"}
        return web.Response(status=416, headers=headers)
    start, stop = part
    pieces = trees.stream(forge, who, project, at, path, start, stop)
    headers = _file_headers(entry.id.hex(), at)
    whole = stop - start == entry.size
    if not whole:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{entry.size}"
    response = web.StreamResponse(status=200 if whole else 206, headers=headers)
    response.content_length = stop - start
    return await _send(request, response, pieces)


async def blame(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Return each line of a text file with the landing that brought it, and why."""
    project = await edge.project(forge, who, request)
    path = request.match_info["path"]
    at = (await trees.view(forge, who, project, edge.number(request, "at"))).position
    lines = await trees.blame(forge, who, project, at, path)
    return edge.reply(encode.blame(at, path, lines))


async def diff(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Return the files that differ between two positions."""
    project = await edge.project(forge, who, request)
    old = edge.number(request, "from")
    if old is None:
        raise Invalid("request.incomplete", "A difference needs `from`, and takes `to`.")
    new = (await trees.view(forge, who, project, edge.number(request, "to"))).position
    changes = await trees.diff(forge, who, project, old, new)
    return edge.reply(wire.Difference(old, new, [encode.change(one) for one in changes]))


def _file_headers(content_id: str, position: int) -> dict[str, str]:
    # Safe because what a position holds never changes, and because nothing here is ever a page.
    return {
        "Content-Type": "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Accept-Ranges": "bytes",
        "ETag": f'"{content_id}"',
        "Micelio-Position": str(position),
    }


def _range(request: web.Request, size: int) -> tuple[int, int] | None:
    """Return the first byte and the end that are asked for; None if there are none such."""
    try:
        asked = request.http_range
    except ValueError as problem:
        raise Invalid("request.bad-range", "The range is not one that bytes have.") from problem
    if asked.start is None and asked.stop is None:
        return 0, size
    start, stop, _ = asked.indices(size)
    return (start, stop) if start < stop else None


async def _send(
    request: web.Request, response: web.StreamResponse, pieces: AsyncIterator[bytes]
) -> web.StreamResponse:
    first = await anext(pieces, b"")
    await response.prepare(request)
    try:
        await response.write(first)
        async for piece in pieces:
            await response.write(piece)
        await response.write_eof()
    except ConnectionError:
        streams.log.debug("the reader left")
    except Exception as fault:  # noqa: BLE001  the request fence, once the answer has begun
        streams.cut(request, fault)
    return response
