"""A file's own bytes, in a type that cannot run and under a policy that would not let it."""

import asyncio
import mimetypes
from urllib.parse import quote

from aiohttp import web

from node.kernel.errors import Invalid
from node.trees import verbs as trees
from node.trees.model import NotAFile
from store.lines import is_binary
from store.tree import Entry, Mode
from web.areas.files import notebooks
from web.kinds import IMAGES, ending
from web.page import forge_of, party_of
from web.places import Place, place_of

SNIFFED = 8_000
HARMLESS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-cache",
    "Accept-Ranges": "bytes",
}


async def show(request: web.Request) -> web.StreamResponse:
    """Send a file, or the range of it that is asked for."""
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    path = request.match_info["path"].strip("/")
    found = await trees.entry(forge, who, place.project, place.position, path)
    if found.mode is Mode.DIRECTORY:
        raise NotAFile(path, "file")
    if (name := request.query.get("output")) and ending(path) == notebooks.NOTEBOOK:
        return await _picture(request, place, path, name)
    head = await trees.start(forge, who, place.project, place.position, path, SNIFFED)
    begin, end = _range(request, found.size)
    response = web.StreamResponse(
        status=206 if (begin, end) != (0, found.size) else 200,
        headers=HARMLESS | _described(path, found, head),
    )
    if response.status == 206:
        response.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{found.size}"
    response.headers["ETag"] = tag = f'"{found.id.hex()}"'
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=response.headers)
    response.content_length = end - begin
    await response.prepare(request)
    if request.method != "HEAD":
        async for piece in trees.stream(
            forge, who, place.project, place.position, path, begin, end
        ):
            await response.write(piece)
    await response.write_eof()
    return response


async def _picture(request: web.Request, place: Place, path: str, name: str) -> web.StreamResponse:
    """Send an image that a cell of a notebook drew."""
    forge, who, most = forge_of(request), party_of(request), notebooks.LARGEST
    raw = await trees.start(forge, who, place.project, place.position, path, most)
    found = await asyncio.to_thread(notebooks.picture, raw, name)
    if found is None:
        raise NotAFile(f"{path} ({name})", "picture")
    kind, body = found
    return web.Response(body=body, headers=HARMLESS | {"Content-Type": kind})


def _described(path: str, found: Entry, head: bytes) -> dict[str, str]:
    """Return the type that is safe to show, and a download for what no page shows."""
    name = quote(path.rpartition("/")[2], safe="")
    if ending(path) in IMAGES and found.mode is not Mode.LINK:
        return {"Content-Type": IMAGES[ending(path)]}
    if not is_binary(head):
        return {"Content-Type": "text/plain; charset=utf-8"}
    known = mimetypes.guess_type(path)[0] or ""
    kind = known if known.startswith(("audio/", "video/")) else "application/octet-stream"
    return {"Content-Type": kind, "Content-Disposition": f"attachment; filename*=UTF-8''{name}"}


def _range(request: web.Request, size: int) -> tuple[int, int]:
    """Return the half-open range asked for; raises `Invalid` outside the file."""
    try:
        asked = request.http_range
    except ValueError as fault:
        raise Invalid("range.malformed", f"The range is malformed: {fault}") from fault
    begin, end, _ = slice(asked.start, asked.stop).indices(size)
    if asked.start is not None and begin >= end and size:
        raise Invalid("range.outside", f"The file has {size} bytes; the range is outside.")
    return begin, end
