"""Pages that were drawn before and are still right, sent again as they are.

What a page says follows from the database, from who looks, and from the address and the theme that
they ask for. So a page is kept under all of these, with the number of the database's last commit:
whatever is written, a star as well as a landing, by this process or another one, leaves all that
was kept unasked for. What it says of times ends it too: "3 minutes ago" is right for a minute.

Nobody gets a page for having its name: the rules say again, for every request, whether this viewer
may see this project. And what one viewer was shown is only ever kept for the same one with the same
roles; whoever is not signed in is one viewer.

What is kept is compressed already, and little: a node must stay small.
"""

import asyncio
import hashlib
import zlib
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from node.projects import verbs as projects
from node.replication import verbs as replication
from store.digest import Digest
from store.recent import Recent
from web.page import HEADERS, MOMENT, THEME_COOKIE, forge_of, party_of, tag_of
from web.phrases import Moment

MOST = 6 << 20
"""About how many bytes are kept."""

LARGEST = MOST // 6
OVERHEAD = 600
LEVEL = 4
"""A twentieth more bytes than at zlib's usual level, in two thirds of its time."""

AT_ONCE = 64 << 10
"""What is larger than this is compressed beside the loop."""

LONGEST_MS = 60_000
"""How long a page is kept at most: some say what no row holds, as which peers are connected."""

_PROJECT = "/{account}/{project}"
PAGES = frozenset(
    {
        _PROJECT,
        _PROJECT + "/tree/{path}",
        _PROJECT + "/blob/{path}",
        _PROJECT + "/blame/{path}",
        _PROJECT + "/landings",
        _PROJECT + "/landings/{position}",
    }
)
"""The routes whose pages are kept: they are asked for most, and show a project and nothing else."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as it goes out, compressed, and until when what it says is right."""

    body: bytes
    tag: str
    until: int


KEPT = web.AppKey("web-kept", Recent[Kept])


def add_to(app: web.Application) -> None:
    """Keep pages of `app`; to be called behind whatever decides who looks."""
    app[KEPT] = Recent(MOST)
    app.middlewares.append(keeping)


@web.middleware
async def keeping(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with a page that is still right, else have it drawn and keep it."""
    if not _is_kept(request):
        return await handler(request)
    forge, match = forge_of(request), request.match_info
    name = _name(request, forge.db.version())
    found = request.app[KEPT].get(name)
    if found is not None and forge.now() < found.until:
        project = await projects.get(forge, party_of(request), match["account"], match["project"])
        if project.is_mirror:
            await replication.used(forge, project.key)
        return _sent(request, found)
    request[MOMENT] = Moment(forge.now(), LONGEST_MS)
    response = await handler(request)
    return await _kept(request, response, name)


def _is_kept(request: web.Request) -> bool:
    resource = request.match_info.route.resource
    return (
        request.method in {"GET", "HEAD"}
        and resource is not None
        and resource.canonical in PAGES
        and "gzip" in request.headers.get("Accept-Encoding", "")
    )


def _name(request: web.Request, version: int) -> Digest:
    """Return what tells a page apart from all others, and from itself after any change."""
    who, theme = party_of(request), request.cookies.get(THEME_COOKIE, "")
    named = repr((version, request.rel_url.raw_path_qs, theme, who))
    return Digest(hashlib.sha256(named.encode("utf-8", "replace")).digest())


async def _kept(
    request: web.Request, response: web.StreamResponse, name: Digest
) -> web.StreamResponse:
    """Return a page that was just drawn, compressed, and keep it."""
    if not isinstance(response, web.Response) or response.status != 200:
        return response
    body = response.body
    if not isinstance(body, bytes) or response.content_type != "text/html":
        return response
    packed = await asyncio.to_thread(_packed, body) if len(body) > AT_ONCE else _packed(body)
    made = Kept(packed, tag_of(packed), request[MOMENT].until)
    weight = len(packed) + OVERHEAD
    if weight <= LARGEST:
        kept = request.app[KEPT]
        kept.forget(name)  # one whose times are over
        kept.put(name, made, weight)
    return _sent(request, made)


def _sent(request: web.Request, page: Kept) -> web.Response:
    headers = HEADERS | {"ETag": page.tag, "Vary": "Accept-Encoding, Cookie"}
    if request.headers.get("If-None-Match") == page.tag:
        return web.Response(status=304, headers=headers)
    headers["Content-Encoding"] = "gzip"
    return web.Response(body=page.body, content_type="text/html", charset="utf-8", headers=headers)


def _packed(body: bytes) -> bytes:
    packer = zlib.compressobj(level=LEVEL, wbits=31)
    return packer.compress(body) + packer.flush()
