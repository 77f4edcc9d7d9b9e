"""What crawlers may find here: the pages of accounts and of public projects (sitemaps.org 0.9)."""

from aiohttp import web

from node.figures import verbs as figures
from node.kernel.errors import Missing
from web.languages.words import OTHERS
from web.page import forge_of, templates

HEADERS = {"Cache-Control": "public, max-age=3600", "X-Content-Type-Options": "nosniff"}
SPOKEN = tuple(one.at(page) for one in OTHERS for page in ("/", "/legal"))
OWN = ("/", "/explore", "/peers", "/docs", "/changelog", "/api", "/legal", *SPOKEN)


class NoPart(Missing):
    """There is no such part of the list."""

    def __init__(self) -> None:
        super().__init__("sitemap.missing", "There is no such list.")


async def show(request: web.Request) -> web.StreamResponse:
    """Send the list, or which lists there are where one would be too long."""
    count = await figures.parts(forge_of(request))
    return await _part(request, 0) if count == 1 else _sent(request, "index.xml", parts=count)


async def part(request: web.Request) -> web.StreamResponse:
    """Send one of the lists."""
    number = int(request.match_info["part"])
    if not 1 <= number <= await figures.parts(forge_of(request)):
        raise NoPart
    return await _part(request, number - 1)


async def _part(request: web.Request, number: int) -> web.StreamResponse:
    found = await figures.addresses(forge_of(request), number)
    return _sent(request, "list.xml", own=OWN if number == 0 else (), found=found)


def _sent(request: web.Request, name: str, **values: object) -> web.Response:
    template = templates().get_template(f"areas/sitemap/{name}")
    text = template.render(node=forge_of(request).node, **values)
    response = web.Response(
        text=text, content_type="application/xml", charset="utf-8", headers=HEADERS
    )
    response.enable_compression()
    return response
