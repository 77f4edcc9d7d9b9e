"""The node's own files: stylesheet, scripts, fonts, icons. Named by content, kept for a year.

All scripts share one digest in their address, so that a module finds the others beside it.
"""

import functools
import hashlib
from pathlib import Path

from aiohttp import web

from web.design.stylesheet import stylesheet

FILES = Path(__file__).parent / "static"
FOREVER = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
}
TYPES = {
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".js": "text/javascript",
    ".ico": "image/x-icon",
    ".png": "image/png",
}


def add_routes(app: web.Application) -> None:
    """Serve the stylesheet, and each file of `static` under its name."""
    app.router.add_get("/static/style-{digest:[0-9a-f]+}.css", _style)
    app.router.add_get("/static/scripts-{digest:[0-9a-f]+}/{name:[a-z]+}.js", _script)
    app.router.add_get("/favicon.ico", _icon)
    app.router.add_get("/static/{path:.+}", _file)


async def _style(_: web.Request) -> web.StreamResponse:
    response = web.Response(body=stylesheet()[0], content_type="text/css", headers=FOREVER)
    response.enable_compression()
    return response


async def _script(request: web.Request) -> web.StreamResponse:
    path = FILES / "scripts" / f"{request.match_info['name']}.js"
    if path not in _files():
        raise web.HTTPNotFound
    response = web.Response(
        body=path.read_bytes(), content_type=TYPES[path.suffix], charset="utf-8", headers=FOREVER
    )
    response.enable_compression()
    return response


@functools.cache
def scripts() -> str:
    """Return the address under which the scripts are, which changes with any of them."""
    files = sorted(file for file in _files() if file.suffix == ".js")
    said = b"".join(file.name.encode() + b"\0" + file.read_bytes() for file in files)
    return f"/static/scripts-{hashlib.sha256(said).hexdigest()[:16]}"


async def _icon(_: web.Request) -> web.StreamResponse:
    return _sent(FILES / "favicon.ico")


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
