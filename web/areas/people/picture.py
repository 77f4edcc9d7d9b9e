"""Pictures of people, as this node drew them: named by content, kept for a year."""

from aiohttp import web

from node.profiles import verbs as profiles
from web.page import forge_of
from web.static import FOREVER

HEADERS = FOREVER | {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
}


async def show(request: web.Request) -> web.StreamResponse:
    """Send a picture."""
    data = await profiles.picture(forge_of(request), request.match_info["picture"])
    return web.Response(body=data, content_type="image/webp", headers=HEADERS)
