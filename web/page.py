"""What every page has: who looks at it, how it is rendered, which headers go with it.

A page is a frozen value, its view, and a template that can name nothing else. The policy below
allows no script and no style but the node's own files, so nothing that a project holds can run.
"""

import functools
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web
from markupsafe import Markup

from node.kernel.forge import Forge
from node.kernel.parties import Party
from web import phrases
from web.bar import BAR, Bar
from web.design.lines import blame_runs, code_lines
from web.design.marks import in_colour
from web.design.stylesheet import stylesheet
from web.drawing import LATER, MOMENT, Drawing
from web.static import scripts

LONG = 400
"""From how many lines on a page is sent while it is drawn."""

FORGE = web.AppKey("web-forge", Forge)
PARTY = web.RequestKey("web-party", Party)
THEMES = ("light", "dark")
SESSION_COOKIE = "micelio_session"
THEME_COOKIE = "micelio_theme"
ROOT = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self';"
        " font-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "private, no-cache",
}


@dataclass(frozen=True, slots=True)
class Shell:
    """What surrounds a page: the node, the viewer, the chosen theme and where one is."""

    node: str
    viewer: str | None
    theme: str
    here: str
    section: str
    origin: str
    canonical: str
    style: str
    scripts: str
    query: str
    now: int
    unread: int
    picture: str | None
    is_admin: bool


def forge_of(request: web.Request) -> Forge:
    """Return the forge behind this application."""
    return request.app[FORGE]


def party_of(request: web.Request) -> Party:
    """Return who looks; decided once a request, by `web.app`."""
    return request[PARTY]


def render(
    request: web.Request, template: str, view: object, status: int = 200, *, is_long: bool = False
) -> web.StreamResponse:
    """Return the page of `view`, the only thing besides the shell that `template` can name.

    The beginning of a page that `is_long` may be sent before its end is drawn.
    """
    forge, theme = forge_of(request), request.cookies.get(THEME_COOKIE, "")
    who, bar = request.get(PARTY), request.get(BAR) or Bar()
    shell = Shell(
        node=forge.node.name,
        viewer=who.handle if who else None,
        theme=theme if theme in THEMES else "",
        here=_page_of(request),
        section=request.path.split("/", 2)[1],
        origin=forge.node.url,
        canonical=forge.node.url + request.rel_url.raw_path,
        style=f"/static/style-{stylesheet()[1]}.css",
        scripts=scripts(),
        query=request.query.get("q", "") if request.path == "/search" else "",
        now=request.get(MOMENT) or forge.now(),
        unread=bar.unread,
        picture=bar.picture,
        is_admin=bool(who and who.is_admin),
    )
    found = templates().get_template(template)
    if (is_long or LATER in request) and status == 200 and MOMENT in request:
        return Drawing(found.generate(view=view, shell=shell), request.get(LATER), HEADERS)
    body = found.render(view=view, shell=shell).encode()
    response = web.Response(
        body=body, status=status, content_type="text/html", charset="utf-8", headers=HEADERS
    )
    if status == 200 and MOMENT in request:
        return response  # it is compressed and named where it is kept
    response.headers["ETag"] = tag = tag_of(body)
    if status == 200 and request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=HEADERS | {"ETag": tag})
    if len(body) > 1400:
        response.enable_compression()
    return response


def _page_of(request: web.Request) -> str:
    """Return the address of the page that is shown; of a form's, the nearest above that opens."""
    if request.method in {"GET", "HEAD"}:
        return request.path_qs
    resource = request.match_info.route.resource
    pattern, path = (resource.canonical if resource else ""), request.rel_url.raw_path
    routes = request.app.router.routes()
    opens = {one.resource.canonical for one in routes if one.method == "GET" and one.resource}
    while pattern and pattern not in opens:
        pattern, path = pattern.rpartition("/")[0], path.rpartition("/")[0]
    return path if pattern else "/"


def tag_of(body: bytes) -> str:
    """Return the name of what is sent, for browsers that have it already."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def each(
    values: Iterable[Any], macro: Callable[..., Markup], *more: object
) -> dict[object, Markup]:
    """Return what `macro` makes of each value, for what a page shows many times."""
    return {value: macro(value, *more) for value in values}


@functools.cache
def templates() -> jinja2.Environment:
    """Return the environment of all templates: strict, escaped, and read once."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= phrases.FILTERS | {
        "blame_runs": blame_runs,
        "code_lines": code_lines,
        "each": each,
        "in_colour": in_colour,
    }
    return environment
