"""Projects by their id, whoever orders them, and the nodes that may hold one."""

import base64

from aiohttp import web

from mic.sync import edge, encode, failures
from mic.wire import mirrors as wire
from mic.wire.messages import Done
from mic.wire.replication import HOLDERS, HolderHint
from node.access.model import NoProject
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import succeeding
from node.projects import mirroring
from node.projects import peers as project_peers
from node.projects import verbs as projects
from node.replication import verbs as replication

HINTED_ADDRESSES = 4
"""Addresses of each holder that whoever asks in vain is told."""


async def by_id(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Describe the project with an id; 410 with its home's notice for one that went.

    A 404 names others who may have it, if it is known as a public one.
    """
    name = request.match_info["id"]
    try:
        found = await projects.by_id(forge, who, name)
        await succeeding.check(forge, found)
        return edge.reply(encode.project(forge, found))
    except NoProject as fault:
        notice = await mirroring.notice_of(forge, name, who.peer)
        if notice is None:
            return failures.failure(404, fault.code, fault.message, await _elsewhere(forge, name))
    return failures.failure(
        410,
        wire.WITHDRAWN,
        "This project was deleted, or is not for everybody any more; its home says so.",
        {"id": name, "notice": base64.b64encode(notice).decode()},
    )


async def _elsewhere(forge: Forge, name: str) -> dict[str, object]:
    """Return where a project may be that is not here; nothing where nothing is known."""
    found = await replication.holders_for_all(forge, name, HOLDERS)
    hints = [
        HolderHint(
            did=peer.did or "",
            addresses=list(peer.addresses[:HINTED_ADDRESSES]),
            position=position,
            url=peer.url,
        )
        for peer, position in found
        if peer.addresses or peer.url
    ]
    return {wire.HOLDERS: hints} if hints else {}


async def peers(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List the nodes that may hold the project."""
    project = await edge.project(forge, who, request)
    return edge.reply(wire.Peers(await project_peers.peers(forge, who, project)))


async def add_peer(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Let a node hold the project."""
    project = await edge.project(forge, who, request)
    asked = await edge.message(request, wire.NewPeer)
    await project_peers.add_peer(forge, who, project, asked.did)
    return edge.reply(Done(), 201)


async def remove_peer(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Let a node hold the project no longer."""
    project = await edge.project(forge, who, request)
    await project_peers.remove_peer(forge, who, project, request.match_info["peer"])
    return edge.reply(Done())
