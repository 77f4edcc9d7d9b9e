"""What is new in Micelio, as pages and as feeds (Atom, RFC 4287; RSS 2.0)."""

import asyncio
from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from node.kernel.errors import Missing
from web.areas.changelog.releases import Release, releases
from web.page import forge_of, render, tag_of, templates

FEED = {"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: all releases, or one by `version`."""

    releases: tuple[Release, ...]
    version: str = ""

    def body(self, release: Release) -> Markup:
        """Return what a release brought."""
        return Markup(release.body)  # noqa: S704 - it was cleaned when it was made


class NoRelease(Missing):
    """A version that the changelog does not know."""

    def __init__(self, version: str) -> None:
        super().__init__(
            "changelog.no-release",
            f"The changelog knows no version {version[:40]!r}. All that it knows is at /changelog.",
        )


async def show(request: web.Request) -> web.StreamResponse:
    """Show what is coming next, and what the releases brought."""
    return render(request, "areas/changelog/show.html", View(await _told()))


async def version(request: web.Request) -> web.StreamResponse:
    """Show what one release brought."""
    asked = request.match_info["version"]
    found = tuple(one for one in await _told() if one.version == asked)
    if not found:
        raise NoRelease(asked)
    return render(request, "areas/changelog/show.html", View(found, found[0].title))


async def atom(request: web.Request) -> web.StreamResponse:
    """Send the same for programs that look again and again."""
    return await _feed(request, "atom")


async def rss(request: web.Request) -> web.StreamResponse:
    """Send it for older programs."""
    return await _feed(request, "rss")


async def _feed(request: web.Request, kind: str) -> web.StreamResponse:
    found, node = await _told(), forge_of(request).node
    updated = max((one.at for one in found), default=0)
    template = templates().get_template(f"areas/changelog/{kind}.xml")
    body = template.render(releases=found, node=node, updated=updated).encode()
    headers = FEED | {"ETag": tag_of(body)}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return web.Response(status=304, headers=headers)
    return web.Response(
        body=body, content_type=f"application/{kind}+xml", charset="utf-8", headers=headers
    )


async def _told() -> tuple[Release, ...]:
    return await asyncio.to_thread(releases)
