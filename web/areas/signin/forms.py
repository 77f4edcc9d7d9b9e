"""Signing in by a link, signing out, and choosing light or dark.

A link is only used up by the button on its page, so that what merely looks at links (a mail
scanner, a preview) does not burn it.
"""

from dataclasses import dataclass

from aiohttp import web

from node.kernel.forge import Forge
from node.signin import verbs as signin
from web.page import SESSION_COOKIE, THEME_COOKIE, THEMES, forge_of, render

YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class View:
    """Whom the link signs in; nobody on the page that says how to get one."""

    handle: str


async def how(request: web.Request) -> web.StreamResponse:
    """Say how to get a link."""
    return render(request, "areas/signin/how.html", View(""))


async def ask(request: web.Request) -> web.StreamResponse:
    """Show the button that uses the link."""
    account = await signin.peek_link(forge_of(request), request.match_info["token"])
    return render(request, "areas/signin/ask.html", View(account.handle))


async def enter(request: web.Request) -> web.StreamResponse:
    """Use the link and start a session in this browser."""
    forge = forge_of(request)
    device = request.headers.get("User-Agent", "")[:200]
    secret = await signin.redeem_link(forge, request.match_info["token"], device)
    raise signed_in(forge, secret)


def signed_in(forge: Forge, secret: str) -> web.HTTPSeeOther:
    """Return the way to the front page, with the cookie of a new session."""
    response = web.HTTPSeeOther("/")
    response.set_cookie(
        SESSION_COOKIE,
        secret,
        max_age=YEAR,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=forge.node.url.startswith("https:"),
    )
    return response


async def leave(request: web.Request) -> web.StreamResponse:
    """End this browser's session."""
    await signin.end_session(forge_of(request), request.cookies.get(SESSION_COOKIE, ""))
    response = web.HTTPSeeOther("/")
    response.del_cookie(SESSION_COOKIE, path="/")
    raise response


async def choose_theme(request: web.Request) -> web.StreamResponse:
    """Keep light or dark for this browser, or follow the system again."""
    form = await request.post()
    response = web.HTTPSeeOther(local(str(form.get("return_to", ""))))
    theme = str(form.get("theme", ""))
    if theme in THEMES:
        response.set_cookie(THEME_COOKIE, theme, max_age=YEAR, path="/", samesite="Lax")
    else:
        response.del_cookie(THEME_COOKIE, path="/")
    raise response


def local(path: str) -> str:
    """Return `path` if it leads to this node, else the front page: `//host` leads elsewhere."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if safe and path.isprintable() and len(path) < 2_000 else "/"
