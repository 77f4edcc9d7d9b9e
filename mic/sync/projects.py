"""Projects: list, make, look at, change, delete, and their signed documents."""

import msgspec
from aiohttp import web
from msgspec import UNSET

from mic.sync import edge, encode
from mic.wire import messages as wire
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects import verbs as projects
from node.projects.model import NewProject, ProjectChanges


async def listed(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List those projects of an account that the asker may see."""
    found = await projects.listed(forge, who, request.match_info["account"])
    return edge.reply(wire.Projects([encode.project(forge, one) for one in found]))


async def create(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Make a project in an account's namespace."""
    asked = await edge.message(request, wire.NewProject)
    new = NewProject(**msgspec.structs.asdict(asked))
    made = await projects.create(forge, who, request.match_info["account"], new)
    return edge.reply(encode.project(forge, made), 201)


async def show(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Describe one project."""
    return edge.reply(encode.project(forge, await edge.project(forge, who, request)))


async def change(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Change what the body names and leave the rest."""
    asked = await edge.message(request, wire.ProjectChanges)
    fields = {name: getattr(asked, name) for name in asked.__struct_fields__}
    changes = ProjectChanges(**{k: None if v is UNSET else v for k, v in fields.items()})
    found = await edge.project(forge, who, request)
    changed = await projects.update(forge, who, found.account, found.handle, changes)
    return edge.reply(encode.project(forge, changed))


async def delete(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Delete a project."""
    found = await edge.project(forge, who, request)
    await projects.delete(forge, who, found.account, found.handle)
    return edge.reply(wire.Done())


async def documents(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Return the chain of the project's signed documents, oldest first."""
    project = await edge.project(forge, who, request)
    return edge.reply(wire.Documents(await projects.documents(forge, who, project)))
