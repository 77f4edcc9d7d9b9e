"""A device that waits for an answer: enter its code, see what it is and may do, say yes or no.

Whoever is not signed in is sent to do that first, and comes back here with the code.
"""

from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from node.access.scopes import MEANING
from node.devices import verbs as devices
from node.devices.model import Grant
from node.devices.rules import typed_code
from node.kernel.errors import Fault
from web import forms
from web.failures import status_of, waiting
from web.page import forge_of, party_of, render

HERE = "/device/auth"
ANSWERS = {"approve": "approved", "deny": "denied"}


@dataclass(frozen=True, slots=True)
class View:
    """The grant with its code, None before the code is known; or what was answered."""

    grant: Grant | None
    code: str
    may: list[str]
    answered: str
    problem: str


async def show(request: web.Request) -> web.StreamResponse:
    """Show the form for the code, or what waits with the code of the address."""
    code = request.query.get("user_code", "")
    _require_visitor(request, code)
    answered = request.query.get("answered", "")
    if answered in ANSWERS.values():
        return _page(request, View(None, "", [], answered, ""))
    return await _waiting(request, code) if code else _page(request, View(None, "", [], "", ""))


async def verify(request: web.Request) -> web.StreamResponse:
    """Go on with a code that was typed, or answer the device that it is for."""
    form = await forms.typed(request)
    code, said = forms.text(form, "user_code"), ANSWERS.get(forms.text(form, "answer"))
    _require_visitor(request, code)
    if said is None:
        raise forms.seen_other(f"{HERE}?user_code={quote(typed_code(code) or code[:20])}")
    answer = devices.answer(
        forge_of(request),
        party_of(request),
        code,
        request.remote or "",
        is_approved=said == "approved",
    )
    if fault := await forms.fault_of(answer):
        return _refused(request, code, fault)
    raise forms.seen_other(f"{HERE}?answered={said}")


def _require_visitor(request: web.Request, code: str) -> None:
    if party_of(request).is_anonymous:
        back = f"{HERE}?user_code={quote(code[:20])}" if code else HERE
        raise forms.seen_other(f"/sign-in?return_to={quote(back, safe='/')}")


async def _waiting(request: web.Request, code: str) -> web.StreamResponse:
    found: list[Grant] = []

    async def look() -> None:
        forge, who = forge_of(request), party_of(request)
        found.append(await devices.peek(forge, who, code, request.remote or ""))

    if fault := await forms.fault_of(look()):
        return _refused(request, code, fault)
    may = [MEANING[scope] for scope in MEANING if scope in found[0].scopes]
    return _page(request, View(found[0], typed_code(code) or "", may, "", ""))


def _refused(request: web.Request, code: str, fault: Fault) -> web.StreamResponse:
    view = View(None, code[:20], [], "", fault.message)
    return waiting(_page(request, view, status_of(fault)), fault)


def _page(request: web.Request, view: View, status: int = 200) -> web.StreamResponse:
    return render(request, "areas/device/answer.html", view, status)
