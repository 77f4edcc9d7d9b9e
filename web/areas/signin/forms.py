"""Signing in by a link or its code, signing out, and choosing light or dark.

A link is only used up by the button on its page, so that what merely looks at links (a mail
scanner, a preview) does not burn it.
"""

from dataclasses import dataclass
from urllib.parse import quote, unquote

from aiohttp import web

from node.signin import verbs as signin
from web import forms
from web.failures import status_of, waiting
from web.page import SESSION_COOKIE, THEME_COOKIE, THEMES, forge_of, render

YEAR = 31_536_000
HOUR = 3_600
RETURN_COOKIE = "micelio_return"


@dataclass(frozen=True, slots=True)
class View:
    """Whom the link signs in; nobody on the page that says how to get one.

    `code` is what was typed, `problem` what is wrong with it. With `comes_back` the browser is led
    to where it wanted to go, once it is signed in.
    """

    handle: str
    comes_back: bool = False
    code: str = ""
    problem: str = ""


async def how(request: web.Request) -> web.StreamResponse:
    """Say how to get a link; remember where this browser wanted to go."""
    to = local(request.query.get("return_to", "/"))
    page = render(request, "areas/signin/how.html", View("", to != "/"))
    if to != "/":
        _keep(request, page, RETURN_COOKIE, quote(to), HOUR)
    return page


async def by_code(request: web.Request) -> web.StreamResponse:
    """Use the link whose code was typed and start a session in this browser."""
    forge, code = forge_of(request), forms.text(await forms.typed(request), "code")
    device, address = request.headers.get("User-Agent", "")[:200], request.remote or ""
    made: list[str] = []

    async def redeem() -> None:
        made.append(await signin.redeem_code(forge, code, address, device))

    if fault := await forms.fault_of(redeem()):
        view = View("", RETURN_COOKIE in request.cookies, code[:20], fault.message)
        return waiting(render(request, "areas/signin/how.html", view, status_of(fault)), fault)
    raise signed_in(request, made[0])


async def ask(request: web.Request) -> web.StreamResponse:
    """Show the button that uses the link."""
    account = await signin.peek_link(forge_of(request), request.match_info["token"])
    return render(request, "areas/signin/ask.html", View(account.handle))


async def enter(request: web.Request) -> web.StreamResponse:
    """Use the link and start a session in this browser."""
    forge = forge_of(request)
    device = request.headers.get("User-Agent", "")[:200]
    secret = await signin.redeem_link(forge, request.match_info["token"], device)
    raise signed_in(request, secret)


def signed_in(request: web.Request, secret: str) -> web.HTTPSeeOther:
    """Return the way to where this browser wanted to go, with the cookie of a new session."""
    response = web.HTTPSeeOther(local(unquote(request.cookies.get(RETURN_COOKIE, "/"))))
    if RETURN_COOKIE in request.cookies:
        response.del_cookie(RETURN_COOKIE, path="/")
    _keep(request, response, SESSION_COOKIE, secret, YEAR)
    return response


async def leave(request: web.Request) -> web.StreamResponse:
    """End this browser's session."""
    await signin.end_session(forge_of(request), request.cookies.get(SESSION_COOKIE, ""))
    response = web.HTTPSeeOther("/")
    response.del_cookie(SESSION_COOKIE, path="/")
    raise response


async def choose_theme(request: web.Request) -> web.StreamResponse:
    """Keep light or dark for this browser, or follow the system again."""
    form = await forms.typed(request)
    response = web.HTTPSeeOther(local(forms.text(form, "return_to")))
    theme = forms.text(form, "theme")
    if theme in THEMES:
        _keep(request, response, THEME_COOKIE, theme, YEAR)
    else:
        response.del_cookie(THEME_COOKIE, path="/")
    raise response


def _keep(
    request: web.Request, response: web.StreamResponse, name: str, value: str, seconds: int
) -> None:
    """Have the browser send `value` back: to this node alone, and no script sees it."""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="Lax",
        secure=forge_of(request).node.url.startswith("https:"),
    )


def local(path: str) -> str:
    """Return `path` if it leads to this node, else the front page: `//host` leads elsewhere."""
    safe = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if safe and path.isprintable() and len(path) < 2_000 else "/"
