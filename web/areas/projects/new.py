"""The form that makes an empty project."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiohttp import web

from node.access.rules import require_account
from node.kernel.errors import Fault
from node.llms.model import Llms
from node.projects import verbs as projects
from node.projects.model import NewProject
from web import forms
from web.areas.projects import models, typed
from web.failures import status_of
from web.page import forge_of, party_of, render

FIELDS = ("account", "name", "handle", "description", "visibility", "url", "llm_model")


@dataclass(frozen=True, slots=True)
class View:
    """What was typed, where it may go, which models are known there, and what is wrong."""

    namespaces: list[str]
    models: list[tuple[str, Llms]]
    typed: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""

    def value(self, name: str, otherwise: str = "") -> str:
        """Return what was typed into a field."""
        return self.typed.get(name) or otherwise


async def show(request: web.Request) -> web.StreamResponse:
    """Show the form; a link may fill in whose the project is to be."""
    require_account(party_of(request))
    return await _form(request, {"account": request.query.get("account", "")}, None)


async def create(request: web.Request) -> web.StreamResponse:
    """Make a project and go to its page."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    require_account(who)
    asked = {name: forms.text(form, name) for name in FIELDS}
    account = asked["account"] or who.handle or ""
    handle = asked["handle"] or typed.handle_of(asked["name"])
    new = NewProject(
        handle=handle,
        name=asked["name"],
        description=asked["description"],
        visibility=asked["visibility"] or "private",
        url=asked["url"],
        llm_model=asked["llm_model"],
    )
    if fault := await forms.fault_of(projects.create(forge, who, account, new)):
        return await _form(request, asked, fault)
    raise forms.seen_other(f"/{account}/{handle}")


async def _form(
    request: web.Request, asked: Mapping[str, str], fault: Fault | None
) -> web.StreamResponse:
    forge, who = forge_of(request), party_of(request)
    names = await typed.namespaces(forge, who)
    offered = await models.offered(forge, who, names)
    view = View(names, offered, asked, fault.message if fault else "")
    status = status_of(fault) if fault else 200
    return render(request, "areas/projects/new.html", view, status)
