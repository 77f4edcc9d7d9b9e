"""The node's own files: one stylesheet, two fonts, one icon. Named by content, kept for a year."""

import functools
from pathlib import Path

from aiohttp import web

from web.design.stylesheet import stylesheet

FILES = Path(__file__).parent / "static"
FOREVER = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}
TYPES = {".woff2": "font/woff2", ".svg": "image/svg+xml", ".txt": "text/plain"}


def add_routes(app: web.Application) -> None:
    """Serve the stylesheet, and each file of `static` under its name."""
    app.router.add_get("/static/style-{digest:[0-9a-f]+}.css", _style)
    app.router.add_get("/favicon.ico", _icon)
    app.router.add_get("/static/{path:.+}", _file)


async def _style(_: web.Request) -> web.StreamResponse:
    response = web.Response(body=stylesheet()[0], content_type="text/css", headers=FOREVER)
    response.enable_compression()
    return response


async def _icon(_: web.Request) -> web.StreamResponse:
    return _sent(FILES / "icon.svg")


async def _file(request: web.Request) -> web.StreamResponse:
    path = FILES / request.match_info["path"]
    if path not in _files():
        raise web.HTTPNotFound
    return _sent(path)


@functools.cache
def _files() -> frozenset[Path]:
    """Return what may be asked for: the files there are, and so nothing outside."""
    return frozenset(file for file in FILES.rglob("*") if file.is_file())


def _sent(path: Path) -> web.FileResponse:
    return web.FileResponse(path, headers=FOREVER | {"Content-Type": TYPES[path.suffix]})
