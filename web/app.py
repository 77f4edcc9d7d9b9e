"""The pages of a node on one application: routes, and the fence around them.

Who looks is decided once, from the cookie. What goes wrong becomes a page that says what to do.
"""

import logging
import re

from aiohttp import web
from aiohttp.typedefs import Handler

from node.kernel import errors
from node.kernel.forge import Forge
from node.kernel.parties import ANONYMOUS
from store.errors import DiskFull
from store.recent import Recent
from web import areas_table, kept, live, static
from web.api import table as api
from web.api.model import PREFIX
from web.areas.files import archive
from web.asking import asker
from web.bar import BAR, bar_of
from web.drawn import DRAWN, MOST
from web.failures import failed, status_of, waiting
from web.git import routes as git_door
from web.oauth import routes as oauth
from web.page import FORGE, PARTY, forge_of

log = logging.getLogger(__name__)


SYNC = "/mic/"
API = PREFIX + "/"
GIT = re.compile(r"/[^/]+/[^/]+/(info/refs|git-upload-pack|git-receive-pack)")
FEDIVERSE = frozenset({"/ap/actor", "/.well-known/webfinger"})
ELSEWHERE = frozenset({"/up", "/metrics"}) | FEDIVERSE | oauth.PATHS
SLASHED = re.compile(r"(/[A-Za-z0-9][^/\\]*){1,2}/")
"""A page of somebody, or of a project, with a slash behind it: it leads there, nowhere else."""
REFUSED = {
    404: "There is no such page.",
    405: "This address does not take that.",
    413: "That is more than this form takes.",
}


def add_routes(app: web.Application, forge: Forge) -> None:
    """Add every page to `app`, after all doors with an address of their own."""
    app[FORGE] = forge
    app[DRAWN] = Recent(MOST)
    app.middlewares.append(fence)
    kept.add_to(app)
    git_door.add_routes(app)
    oauth.add_routes(app)
    static.add_routes(app)
    api.add_routes(app)
    live.add_to(app)
    archive.add_to(app)
    app.add_routes(areas_table.ROUTES)


@web.middleware
async def fence(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a page's handler know who asks, refuse forged posts, turn faults into pages."""
    if is_elsewhere(request.rel_url.raw_path):
        return await handler(request)
    try:
        request[PARTY] = ANONYMOUS
        request[PARTY] = await asker(request)
        request[BAR] = await bar_of(forge_of(request), request[PARTY])
        _require_own_form(request)
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status not in REFUSED:
            raise
        if answer.status == 404 and SLASHED.fullmatch(request.rel_url.raw_path):
            raise web.HTTPPermanentRedirect(request.rel_url.raw_path[:-1]) from None
        page = failed(request, answer.status, REFUSED[answer.status])
        if isinstance(answer, web.HTTPMethodNotAllowed):
            page.headers["Allow"] = ", ".join(sorted(answer.allowed_methods))
        return page
    except ConnectionError:
        raise
    except Exception as fault:  # noqa: BLE001 - the fence of every page
        return waiting(failed(request, *_refusal(request, fault)), fault)


def is_elsewhere(path: str) -> bool:
    """Whether another door than the pages answers at `path`, which is as the routes see it: raw."""
    return path in ELSEWHERE or path.startswith((SYNC, API)) or GIT.fullmatch(path) is not None


def _require_own_form(request: web.Request) -> None:
    if request.method == "POST" and not from_here(request):
        raise errors.Denied("form.foreign", "This form was sent from another site.")


def _refusal(request: web.Request, fault: Exception) -> tuple[int, str]:
    """Return the status and the message for what a handler raised."""
    if isinstance(fault, errors.Fault):
        return status_of(fault), fault.message
    if isinstance(fault, DiskFull):
        return 507, "This node's disk is full, so nothing was kept."
    log.error(
        "page failed", exc_info=fault, extra={"route": str(request.match_info.route.resource)}
    )
    return 500, "The node met an error of its own; its log has the details."


def from_here(request: web.Request) -> bool:
    """Whether a post comes from one of this node's own pages.

    Browsers say where a form was sent from; a post that does not say is no browser's and refused.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = request.headers.get("Origin", "")
    return origin.partition("://")[2] == request.headers.get("Host") and bool(origin)
