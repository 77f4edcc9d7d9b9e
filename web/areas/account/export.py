"""All that belongs to an account, as one zip."""

from contextlib import aclosing

from aiohttp import web

from node.exports import verbs as exports
from web.page import forge_of, party_of

HEADERS = {
    "Content-Type": "application/zip",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}


async def show(request: web.Request) -> web.StreamResponse:
    """Send the zip while it is made; whoever may not have it is told before the first byte."""
    handle = request.match_info["account"]
    async with aclosing(exports.stream(forge_of(request), party_of(request), handle)) as pieces:
        first = await anext(pieces)
        response = web.StreamResponse(headers=HEADERS)
        # Safe because only what passes as an existing handle gets here: letters, digits, dashes.
        response.headers["Content-Disposition"] = f'attachment; filename="{handle}.zip"'
        await response.prepare(request)
        if request.method != "HEAD":
            await response.write(first)
            async for piece in pieces:
                await response.write(piece)
    await response.write_eof()
    return response
