"""All files of a position in one archive, made while it is sent."""

from contextlib import aclosing

from aiohttp import web

from node.exports import verbs as exports
from node.kernel.errors import Exhausted
from node.projects.model import Project
from web.areas.files.raw import HARMLESS
from web.forms import seen_other
from web.page import forge_of, party_of
from web.places import place_of

TYPES = {"zip": "application/zip", "tar.gz": "application/gzip"}
AT_ONCE = 4
_MAKING = web.AppKey("web-archives", list[None])


class Busy(Exhausted):
    """Enough archives are being made."""

    def __init__(self) -> None:
        super().__init__("archive.busy", "Several archives are being made; ask again in a minute.")


def add_to(app: web.Application) -> None:
    """Count the archives that `app` is making."""
    app[_MAKING] = []


async def newest(request: web.Request) -> web.StreamResponse:
    """Lead to the archive of the newest position."""
    place = await place_of(request)
    kind = request.match_info["kind"]
    raise seen_other(f"/{place.project.address}/archive/{place.head}.{kind}")


async def show(request: web.Request) -> web.StreamResponse:
    """Send the archive of a position."""
    place = await place_of(request)
    making = request.app[_MAKING]
    if len(making) >= AT_ONCE:
        raise Busy
    making.append(None)
    try:
        return await _sent(request, place.project)
    finally:
        making.pop()


async def _sent(request: web.Request, project: Project) -> web.StreamResponse:
    position, kind = int(request.match_info["position"]), request.match_info["kind"]
    # Safe because a handle has letters, digits and dashes only.
    name = f"{project.handle}-{position}.{kind}"
    headers = HARMLESS | {
        "Content-Type": TYPES[kind],
        "Content-Disposition": f'attachment; filename="{name}"',
        "Accept-Ranges": "none",
    }
    made = exports.snapshot(forge_of(request), party_of(request), project, position, kind)
    async with aclosing(made) as pieces:
        first = await anext(pieces)
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        if request.method != "HEAD":
            await response.write(first)
            async for piece in pieces:
                await response.write(piece)
    await response.write_eof()
    return response
