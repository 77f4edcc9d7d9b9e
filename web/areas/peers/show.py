"""The node among others: what it holds for them, who holds its projects, and how peers behave."""

from aiohttp import web

from node.replication import overview
from web.page import forge_of, party_of, render


async def show(request: web.Request) -> web.StreamResponse:
    """Show what the viewer may see of it."""
    view = await overview.of_node(forge_of(request), party_of(request))
    return render(request, "areas/peers/show.html", view)
