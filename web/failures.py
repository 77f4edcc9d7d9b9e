"""The page for what did not work: what happened, why, and where to go from here."""

from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from node.kernel import errors
from node.kernel.guesses import TooManyTries
from web.page import PARTY, render

TITLES = {
    400: "That cannot be meant",
    403: "You may not do that",
    404: "Nothing here",
    405: "Not like this",
    409: "The world moved on",
    413: "Too much at once",
    429: "Too many tries",
    500: "Something broke here",
    502: "Somebody else did not answer",
    507: "No room left",
}
NEXT = {
    400: "Go back and change what was asked for; nothing was done.",
    403: "If it is yours, sign in with the link that `micelio login` prints on the node.",
    404: "It may be private, renamed or gone.",
    405: "Nothing was done. Use the links and buttons of the pages.",
    409: "Look again at how things stand, then decide anew.",
    413: "Send less at once, or use `mic`, which sends large things in pieces.",
    429: "Nothing was done. It will be taken again after that time.",
    500: "Nothing of yours was changed. Try again; if it stays, tell whoever keeps this node.",
    502: "Nothing was kept. Try again later, or check the address.",
    507: "Tell whoever keeps this node; what landed before is safe.",
}


@dataclass(frozen=True, slots=True)
class View:
    """What the page says; `sign_in` leads there and back, empty where that would not help."""

    status: int
    title: str
    message: str
    advice: str
    sign_in: str


def failed(request: web.Request, status: int, message: str) -> web.StreamResponse:
    """Return the page for a request that could not be answered."""
    title = TITLES.get(status, "That did not work")
    sign_in = _sign_in(request, status)
    view = View(status, title, message, _advice(status, may_sign_in=bool(sign_in)), sign_in)
    return render(request, "failures.html", view, status)


def waiting(page: web.StreamResponse, fault: Exception) -> web.StreamResponse:
    """Return a page that also says to programs when to try again, where its fault knows."""
    if isinstance(fault, errors.Fault) and "retry_after" in fault.details:
        page.headers["Retry-After"] = str(fault.details["retry_after"])
    return page


def _advice(status: int, *, may_sign_in: bool) -> str:
    if status == 404 and may_sign_in:
        return f"{NEXT[404]} If it is yours, sign in and look again."
    if status == 403 and not may_sign_in:
        return "Nothing was done. Ask somebody who may, or sign in as somebody else."
    return NEXT.get(status, "")


def _sign_in(request: web.Request, status: int) -> str:
    who = request.get(PARTY)
    if status not in {403, 404} or (who is not None and not who.is_anonymous):
        return ""
    here = f"?return_to={quote(request.path_qs)}" if request.method == "GET" else ""
    return f"/sign-in{here}"


def status_of(fault: errors.Fault) -> int:
    """Return the HTTP status of a fault of the domain."""
    if isinstance(fault, TooManyTries):
        return 429
    table = {
        errors.Missing: 404,
        errors.Denied: 403,
        errors.Invalid: 400,
        errors.Conflict: 409,
        errors.Exhausted: 413,
        errors.Unreachable: 502,
    }
    return next(status for family, status in table.items() if isinstance(fault, family))
