"""Imports: ask for one, and see how far it is."""

from typing import Literal

from aiohttp import web

from mic.sync import edge
from mic.wire import imports as wire
from mic.wire.limits import RESIDUE
from node.imports import verbs as imports
from node.imports.model import Import, Kept, NewImport
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects import verbs as projects


async def start(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Owe the import of a repository from a URL."""
    asked = await edge.message(request, wire.NewImport)
    account = request.match_info["account"]
    new = NewImport(asked.url, asked.handle, asked.visibility)
    one = await imports.start(forge, who, account, new)
    project = await projects.by_key(forge, who, one.project)
    return edge.reply(_shown(one, project.address), 202)


async def show(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Say how an import stands."""
    one, project = await imports.get(forge, who, request.match_info["id"])
    return edge.reply(_shown(one, project.address))


async def tags(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List the names that positions of a project have."""
    project = await edge.project(forge, who, request)
    found = await imports.tags(forge, who, project)
    named = [wire.Tag(one.name, one.position, one.oid) for one in found if one.position is not None]
    return edge.reply(wire.Tags(named))


async def residue(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List what git has of a project besides its landings, some at a time."""
    project = await edge.project(forge, who, request)
    after, since = edge.number(request, "after") or 0, edge.number(request, "since") or 0
    kept, pushed = await imports.residue(forge, who, project, after, since, RESIDUE)
    return edge.reply(
        wire.Residue(
            [wire.Kept(_kind(one), one.content.hex(), one.size) for one in kept],
            [wire.Pushed(position, commit) for position, commit in pushed.items()],
        )
    )


def _kind(one: Kept) -> Literal["part", "blob"]:
    return "blob" if one.kind == "blob" else "part"


def _shown(one: Import, address: str) -> wire.Import:
    return wire.Import(
        id=one.id,
        project=address,
        url=one.url,
        stage=one.stage.value,
        status=one.status.value,
        done=one.done,
        total=one.total,
        warnings=list(one.warnings),
        error=wire.Fault(one.fault, one.message or "") if one.fault else None,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )
