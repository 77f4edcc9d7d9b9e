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

import hashlib
import logging
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler

from node.projects import verbs as projects
from node.replication import verbs as replication
from store.digest import Digest
from store.recent import Recent
from web.drawing import MOMENT, Drawing
from web.packing import Packer
from web.page import HEADERS, THEME_COOKIE, forge_of, party_of, tag_of
from web.phrases import Moment

log = logging.getLogger(__name__)

MOST = 6 << 20
"""About how many bytes are kept."""

LARGEST = MOST // 6
OVERHEAD = 600
SENT = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding, Cookie"}
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
    if isinstance(response, Drawing):
        if request.method == "GET" and "If-None-Match" not in request.headers:
            return await _sent_while_drawn(request, response, name)
        body = await response.whole()
    elif (whole := _whole(response)) is not None:
        body = whole
    else:
        return response
    packer = Packer()
    return _sent(request, _keep(request, name, await packer.add(body) + packer.end()))


def _whole(response: web.StreamResponse) -> bytes | None:
    """Return the bytes of a page; None for what is none, as a way to somewhere else."""
    if not isinstance(response, web.Response) or response.status != 200:
        return None
    is_page = isinstance(response.body, bytes) and response.content_type == "text/html"
    return response.body if is_page else None  # type: ignore[return-value]


async def _sent_while_drawn(
    request: web.Request, drawing: Drawing, name: Digest
) -> web.StreamResponse:
    """Send a long page from its beginning on, and keep it if all of it could be drawn."""
    response = web.StreamResponse(headers=HEADERS | SENT)
    response.content_type, response.charset = drawing.content_type, drawing.charset
    packer = Packer()
    parts: list[bytes] = []
    try:
        await response.prepare(request)
        async for portion in drawing.portions():
            parts.append(await packer.add(portion))
            await response.write(parts[-1])
    except ConnectionError:
        raise
    except Exception as fault:
        # It has begun and cannot become another page any more: it ends where it is.
        log.exception("page failed", extra={"path": request.path})
        raise ConnectionResetError from fault
    parts.append(packer.end())
    _keep(request, name, b"".join(parts))
    await response.write_eof(parts[-1])
    return response


def _keep(request: web.Request, name: Digest, packed: bytes) -> Kept:
    made = Kept(packed, tag_of(packed), request[MOMENT].until)
    weight = len(packed) + OVERHEAD
    if weight <= LARGEST:
        kept = request.app[KEPT]
        kept.forget(name)  # one whose times are over
        kept.put(name, made, weight)
    return made


def _sent(request: web.Request, page: Kept) -> web.Response:
    headers = HEADERS | SENT | {"ETag": page.tag}
    if request.headers.get("If-None-Match") == page.tag:
        del headers["Content-Encoding"]
        return web.Response(status=304, headers=headers)
    return web.Response(body=page.body, content_type="text/html", charset="utf-8", headers=headers)
