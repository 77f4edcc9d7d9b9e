"""Access tokens, one's own and those for a project: make, show once, list, revoke."""

from collections.abc import Awaitable
from dataclasses import dataclass

from aiohttp import web

from node.access.scopes import MEANING
from node.kernel.errors import Fault, Invalid
from node.projects import verbs as projects
from node.projects.model import Project
from node.signin import tokens
from node.signin.model import NewToken, Token
from node.signin.rules import DAY_MS, LIFE_MS, LONGEST_LIFE_MS
from web import forms
from web.failures import status_of
from web.page import forge_of, party_of, render
from web.places import Place, place_of

HERE = "/account/tokens"


@dataclass(frozen=True, slots=True)
class Form:
    """What was typed into the form."""

    name: str = ""
    scopes: tuple[str, ...] = ("read",)
    days: str = str(LIFE_MS // DAY_MS)
    networks: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `secret` is a fresh token, shown this once, `place` a project's."""

    place: Place | None
    tokens: list[Token]
    scopes: list[tuple[str, str]]
    form: Form
    secret: str
    problem: str


async def show(request: web.Request) -> web.StreamResponse:
    """Show the tokens, without their secrets."""
    return await _page(request, Form())


async def create(request: web.Request) -> web.StreamResponse:
    """Make a token and show it, this once."""
    typed = await forms.typed(request)
    scopes = tuple(str(one) for one in typed.getall("scope", []))
    form = Form(
        forms.text(typed, "name"),
        scopes,
        forms.text(typed, "days"),
        forms.text(typed, "networks"),
    )
    secrets: list[str] = []

    async def make() -> None:
        secrets.append(await _made(request, form))

    if fault := await forms.fault_of(make()):
        return await _page(request, form, fault)
    return await _page(request, Form(), secret=secrets[0])


async def revoke(request: web.Request) -> web.StreamResponse:
    """Revoke a token."""
    if fault := await forms.fault_of(_revoked(request)):
        return await _page(request, Form(), fault)
    raise forms.seen_other(request.path.rpartition("/tokens/")[0] + "/tokens")


async def moved(_request: web.Request) -> web.StreamResponse:
    """Lead to where the tokens are."""
    raise forms.seen_other(HERE)


async def _made(request: web.Request, form: Form) -> str:
    forge, who, project = forge_of(request), party_of(request), await _project(request)
    networks = tuple(form.networks.replace(",", " ").split())
    new = NewToken(form.name, frozenset(form.scopes), _life(form.days), networks)
    if project is None:
        return (await tokens.create(forge, who, new)).secret
    return (await tokens.create_for(forge, who, project, new)).secret


async def _revoked(request: web.Request) -> None:
    forge, who, project = forge_of(request), party_of(request), await _project(request)
    key = int(request.match_info["key"])
    gone: Awaitable[None] = (
        tokens.revoke(forge, who, key)
        if project is None
        else tokens.revoke_for(forge, who, project, key)
    )
    await gone


async def _project(request: web.Request) -> Project | None:
    names = request.match_info
    if "project" not in names:
        return None
    return await projects.get(
        forge_of(request), party_of(request), names["account"], names["project"]
    )


async def _page(
    request: web.Request, form: Form, fault: Fault | None = None, secret: str = ""
) -> web.StreamResponse:
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request) if "project" in request.match_info else None
    found = (
        await tokens.listed(forge, who)
        if place is None
        else await tokens.listed_for(forge, who, place.project)
    )
    problem = fault.message if fault else ""
    view = View(place, found, list(MEANING.items()), form, secret, problem)
    page = render(request, "areas/account/tokens.html", view, status_of(fault) if fault else 200)
    if secret:
        page.headers["Cache-Control"] = "no-store"
    return page


def _life(days: str) -> int:
    most = LONGEST_LIFE_MS // DAY_MS
    if not (days.isascii() and days.isdigit() and len(days) < 6 and 0 < int(days) <= most):
        raise Invalid("token.bad-life", f"A token holds for 1 to {most} days.")
    return int(days) * DAY_MS
