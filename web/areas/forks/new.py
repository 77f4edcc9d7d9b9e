"""A fork: the form that makes one, and those there are."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from node.forks import verbs as forks
from node.forks.model import NewFork
from node.kernel.errors import Fault
from node.projects.model import Project
from node.stars import verbs as stars
from node.stars.model import Listed
from web import forms
from web.areas.projects.typed import namespaces
from web.failures import status_of
from web.page import forge_of, party_of, render
from web.places import Place, place_of

FIELDS = ("account", "handle", "name", "visibility")


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; there is no form without `namespaces`, for whoever is not signed in."""

    place: Place
    namespaces: list[str]
    forks: list[Listed]
    typed: Mapping[str, str]
    problem: str

    def value(self, name: str, otherwise: str = "") -> str:
        """Return what was typed into a field."""
        return self.typed.get(name) or otherwise


async def show(request: web.Request) -> web.StreamResponse:
    """Show the form and the forks."""
    return await _page(request, {}, None)


async def fork(request: web.Request) -> web.StreamResponse:
    """Make a fork and go to its page."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    place = await place_of(request)
    asked = {name: forms.text(form, name) for name in FIELDS}
    made: list[Project] = []

    async def make() -> None:
        made.append(await forks.fork(forge, who, place.project, NewFork(**asked)))

    if fault := await forms.fault_of(make()):
        return await _page(request, asked, fault)
    raise forms.seen_other(f"/{made[0].address}")


async def _page(
    request: web.Request, asked: Mapping[str, str], fault: Fault | None
) -> web.StreamResponse:
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    view = View(
        place=place,
        namespaces=[] if who.is_anonymous else await namespaces(forge, who),
        forks=await stars.facts(forge, await forks.forks(forge, who, place.project)),
        typed=asked,
        problem=fault.message if fault else "",
    )
    status = status_of(fault) if fault else 200
    return render(request, "areas/forks/new.html", view, status)
