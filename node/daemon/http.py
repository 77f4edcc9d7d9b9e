"""The web server: the front ends on one application, a fence around them, an access log.

Each front end answers for its own addresses, the sync door in JSON, the pages in HTML; the fence
here answers for the rest. The pages come last: they take every address that nobody took.
"""

import logging

from aiohttp import web
from aiohttp.abc import AbstractAccessLogger
from aiohttp.typedefs import Handler

from activitypub import routes as fediverse
from mic.sync import failures
from mic.sync import routes as sync
from node.daemon import health, naming
from node.daemon.patience import Runner
from node.kernel.forge import Forge
from node.kernel.limits import Limits
from web import app as pages

log = logging.getLogger(__name__)
access = logging.getLogger("micelio.access")

DRAIN_SECONDS = 3.0
DEFAULT_LIMITS = Limits()
KEEP_ALIVE_SECONDS = 75.0
LINGER_SECONDS = 1.0
"""How long a refused body is still taken in, for its sender to get the answer before the end."""
INERT = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
}
"""What every answer says that says nothing else about it."""
READ_BUFFER = 256 << 10
LONGEST_LINE = 16 << 10
"""A path of 4,096 bytes with each of them escaped, and the rest of the address."""


class AccessLog(AbstractAccessLogger):
    """One line a request, by the pattern of its route: addresses and headers may hold secrets."""

    @property
    def enabled(self) -> bool:
        """Whether anybody reads the lines."""
        return self.logger.isEnabledFor(logging.INFO)

    def log(self, request: web.BaseRequest, response: web.StreamResponse, time: float) -> None:
        """Write the line."""
        match = getattr(request, "match_info", {})
        project = "/".join(match[name] for name in ("account", "project") if name in match)
        route = health.route_of(request)
        self.logger.info(
            "%s %s %s %d %.1fms", request.method, route, project, response.status, time * 1000
        )


@web.middleware
async def fence(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what no front end answered."""
    try:
        return await handler(request)
    except web.HTTPException:
        raise
    except ConnectionError:
        # Whoever asked has left: there is nobody to tell, and nothing wrong.
        return web.Response(status=400)
    except Exception:
        log.exception("request failed", extra={"route": health.route_of(request)})
        return failures.failure(500, "node.broken", failures.BROKEN)


def application(forge: Forge, metrics: health.Metrics | None = None) -> web.Application:
    """Return every door of the node on one application."""
    metrics = metrics or health.Metrics()
    doors = [health.counted(metrics), fence, naming.named(forge.node.url)]
    app = web.Application(middlewares=doors, client_max_size=1 << 20)
    app.on_response_prepare.append(_anonymous)
    health.add_routes(app, forge, metrics)
    sync.add_routes(app, forge)
    fediverse.add_routes(app, forge)
    pages.add_routes(app, forge)
    return app


async def _anonymous(_request: web.Request, response: web.StreamResponse) -> None:
    """Say what answers, not which version of what; what is no page is nothing that can run."""
    response.headers["Server"] = "Micelio"
    for name, value in INERT.items():
        response.headers.setdefault(name, value)


def runner(app: web.Application, limits: Limits = DEFAULT_LIMITS) -> web.AppRunner:
    """Return the server of `app`; stopping it waits `DRAIN_SECONDS` for answers under way."""
    return Runner(
        app,
        limits=limits,
        access_log=access,
        access_log_class=AccessLog,
        handle_signals=False,
        keepalive_timeout=KEEP_ALIVE_SECONDS,
        lingering_time=LINGER_SECONDS,
        max_field_size=LONGEST_LINE,
        max_line_size=LONGEST_LINE,
        read_bufsize=READ_BUFFER,
        shutdown_timeout=DRAIN_SECONDS,
    )
