"""The node among others: what it holds for them, who holds its projects, and how peers behave."""

from dataclasses import dataclass

from aiohttp import web

from node.federation import verbs as federation
from node.federation.model import Follow
from node.replication import overview
from node.replication.overview import Overview
from web.page import forge_of, party_of, render


@dataclass(frozen=True, slots=True)
class View:
    """The page: `follows` and `fault` are for admins of the node only, as the peers are."""

    node: Overview
    follows: list[Follow]
    fault: str | None


async def show(request: web.Request) -> web.StreamResponse:
    """Show what the viewer may see of it."""
    forge = forge_of(request)
    node = await overview.of_node(forge, party_of(request))
    follows = await federation.follows(forge) if node.is_admin else []
    fault = forge.reach.fault if node.is_admin else None
    return render(request, "areas/peers/show.html", View(node, follows, fault))
