"""How much there is on the node, and what came last: for those who keep it."""

from dataclasses import dataclass

from aiohttp import web

from node.figures import verbs as figures
from node.figures.model import Counts, Newest
from web.faces import Faces, faces_of
from web.page import forge_of, party_of, render


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    counts: Counts
    newest: Newest
    faces: Faces


async def show(request: web.Request) -> web.StreamResponse:
    """Show the figures of the node."""
    forge, who = forge_of(request), party_of(request)
    counts, newest = await figures.counts(forge, who), await figures.newest(forge, who)
    accounts = [*newest.people, *newest.organizations]
    view = View(counts, newest, await faces_of(request, (one.handle for one in accounts)))
    return render(request, "areas/admin/show.html", view)
