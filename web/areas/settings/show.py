"""A project's settings: what it is called, who works on it, where it goes."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass

from aiohttp import web

from node.access.model import Action, Member
from node.invitations import verbs as invitations
from node.kernel.errors import Fault
from node.llms.model import Llms
from node.projects import members as project_members
from node.projects import moves
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from node.projects.rules import allows, require
from web import forms
from web.faces import Faces, faces_of
from web.failures import status_of
from web.page import forge_of, party_of, render
from web.places import Place, place_of

FIELDS = ("handle", "name", "description", "visibility", "url", "llm_model")


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; members and the rest of its ends are for its owners."""

    place: Place
    members: list[Member]
    models: Llms
    faces: Faces
    owns: bool
    said: str
    problem: str
    typed: Mapping[str, str]

    def value(self, name: str) -> str:
        """Return what was typed into a field, or what the project has there."""
        return self.typed[name] if name in self.typed else str(getattr(self.place.project, name))


async def show(request: web.Request) -> web.StreamResponse:
    """Show the forms."""
    return await _page(request, None)


async def change(request: web.Request) -> web.StreamResponse:
    """Change what the form holds and leave the rest."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    asked = {name: forms.text(form, name) for name in FIELDS if name in form}
    account, handle = _names(request)
    changed = projects.update(forge, who, account, handle, ProjectChanges(**asked))
    if fault := await forms.fault_of(changed):
        return await _page(request, fault, asked)
    raise forms.seen_other(f"/{account}/{asked.get('handle') or handle}/settings")


async def set_member(request: web.Request) -> web.StreamResponse:
    """Give somebody a role."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    project = await projects.get(forge, who, *_names(request))
    handle, role = forms.text(form, "handle"), forms.text(form, "role")
    given = project_members.set_member(forge, who, project, handle, role)
    return await _done(request, given)


async def remove_member(request: web.Request) -> web.StreamResponse:
    """Take somebody's role away."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    project = await projects.get(forge, who, *_names(request))
    gone = project_members.remove_member(forge, who, project, forms.text(form, "handle"))
    return await _done(request, gone)


async def archive(request: web.Request) -> web.StreamResponse:
    """Keep the project as it is, or let it change again."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    stays = forms.text(form, "archived") == "yes"
    account, handle = _names(request)
    return await _done(request, moves.archive(forge, who, account, handle, is_archived=stays))


async def transfer(request: web.Request) -> web.StreamResponse:
    """Give the project to another account, or offer it; its handle was typed."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    account, handle = _names(request)
    to: list[str] = []

    async def confirmed() -> None:
        forms.confirm(form, handle)
        done = await invitations.transfer(forge, who, account, handle, forms.text(form, "to"))
        asked = "?asked=yes" if done.invitation is not None else ""
        to.append(f"/{done.project.address}{'/settings' if asked else ''}{asked}")

    if fault := await forms.fault_of(confirmed()):
        return await _page(request, fault)
    raise forms.seen_other(to[0])


async def delete(request: web.Request) -> web.StreamResponse:
    """Delete the project; its handle was typed."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    account, handle = _names(request)

    async def confirmed() -> None:
        forms.confirm(form, handle)
        await projects.delete(forge, who, account, handle)

    return await _done(request, confirmed(), "/deleted")


async def _done(
    request: web.Request, attempt: Awaitable[object], to: str = ""
) -> web.StreamResponse:
    if fault := await forms.fault_of(attempt):
        return await _page(request, fault)
    raise forms.seen_other(to or "/{}/{}/settings".format(*_names(request)))


async def _page(
    request: web.Request, fault: Fault | None, typed: Mapping[str, str] | None = None
) -> web.StreamResponse:
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    owns = allows(who, Action.MANAGE, place.project)
    if not owns:
        require(who, Action.WRITE_SETTINGS, place.project)
    said = "The other side is asked to accept it." if "asked" in request.query else ""
    members = await project_members.members(forge, who, place.project)
    view = View(
        place=place,
        members=members,
        models=await projects.llms_of(forge, who, place.project),
        faces=await faces_of(request, (one.handle for one in members)),
        owns=owns,
        said=said,
        problem=fault.message if fault else "",
        typed=typed or {},
    )
    status = status_of(fault) if fault else 200
    return render(request, "areas/settings/show.html", view, status)


def _names(request: web.Request) -> tuple[str, str]:
    return request.match_info["account"], request.match_info["project"]
