"""Copies at other nodes: the word of a holder, and the proof that a home asks for."""

from aiohttp import web

from mic.sync import edge
from mic.wire.replication import (
    HOLDERS,
    Challenge,
    HolderHint,
    Holders,
    NewReceipt,
    Proof,
)
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects.model import Project
from node.replication.copies import copying
from node.replication.model import Met


async def receive(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Keep the receipt of a holder, and tell it of others."""
    project = await edge.project(forge, who, request)
    said = await edge.message(request, NewReceipt)
    hints = Met(url=said.url, addresses=tuple(said.addresses))
    copy = await copying.receive(forge, who, project, said.receipt, hints, _host(forge, request))
    return edge.reply(await _others(forge, project, copy.holder), 201)


def _host(forge: Forge, request: web.Request) -> str | None:
    """Return where a request comes from; a peer's streams have no address, its connection has."""
    peer = request.get(edge.PEER)
    return request.remote if peer is None else forge.reach.hosts.get(peer)


async def listed(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Say who else holds the project, as far as they have proven who they are."""
    project = await edge.project(forge, who, request)
    return edge.reply(await _others(forge, project, who.peer))


async def _others(forge: Forge, project: Project, but: str | None) -> Holders:
    found = await copying.holders(forge, project)
    hints = [
        HolderHint(did=peer.did, addresses=list(peer.addresses[:16]), position=position)
        for peer, position in found
        if peer.did is not None and peer.addresses and peer.did != but
    ]
    return Holders(hints[:HOLDERS])


async def prove(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Answer a challenge about contents that this node says to hold."""
    project = await edge.project(forge, who, request)
    asked = await edge.message(request, Challenge)
    ids = [edge.digest(one) for one in asked.ids]
    answers, signature = await copying.prove(forge, who, project, asked.nonce, ids)
    proof = Proof(
        answers=[one.hex() for one in answers], holder=forge.node.did, signature=signature
    )
    return edge.reply(proof)
