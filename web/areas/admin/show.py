"""How much there is on the node, and what came last: for those who keep it."""

from dataclasses import dataclass

from aiohttp import web

from node.figures import verbs as figures
from node.figures.model import Counts, Newest
from web.page import forge_of, party_of, render


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    counts: Counts
    newest: Newest


async def show(request: web.Request) -> web.StreamResponse:
    """Show the figures of the node."""
    forge, who = forge_of(request), party_of(request)
    view = View(await figures.counts(forge, who), await figures.newest(forge, who))
    return render(request, "areas/admin/show.html", view)
