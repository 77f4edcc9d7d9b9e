"""Copies at other nodes: the word of a holder, and the proof that a home asks for."""

from aiohttp import web

from mic.sync import edge
from mic.wire.messages import Done
from mic.wire.replication import Challenge, NewReceipt, Proof
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.replication import copying
from node.replication.model import Met


async def receive(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Keep the receipt of a holder."""
    project = await edge.project(forge, who, request)
    said = await edge.message(request, NewReceipt)
    hints = Met(url=said.url, addresses=tuple(said.addresses))
    await copying.receive(forge, who, project, said.receipt, hints)
    return edge.reply(Done(), 201)


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
