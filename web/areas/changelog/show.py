"""What is new in Micelio, as a page and as a feed (Atom, RFC 4287)."""

import asyncio
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from web.areas.changelog.releases import Release, releases
from web.page import forge_of, render, tag_of, templates

FEED = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    releases: tuple[Release, ...]

    def body(self, release: Release) -> Markup:
        """Return what a release brought."""
        return Markup(release.body)  # noqa: S704 - it was cleaned when it was made


async def show(request: web.Request) -> web.StreamResponse:
    """Show what is coming next, and what the releases brought."""
    return render(request, "areas/changelog/show.html", View(await _told()))


async def feed(request: web.Request) -> web.StreamResponse:
    """Send the same for programs that look again and again."""
    found, node = await _told(), forge_of(request).node
    updated = max((one.at for one in found), default=0)
    template = templates().get_template("areas/changelog/feed.xml")
    body = template.render(releases=found, node=node, updated=updated).encode()
    headers = FEED | {"ETag": tag_of(body)}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    return web.Response(
        body=body, content_type="application/atom+xml", charset="utf-8", headers=headers
    )


async def _told() -> tuple[Release, ...]:
    return await asyncio.to_thread(releases)
