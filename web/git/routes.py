"""The addresses of git's door, with and without the `.git` that people put behind a name."""

from aiohttp import web

from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects.model import Project
from web.git import fetching, process, pushing
from web.git.door import door, told

_PROJECT = r"/{account}/{project:[A-Za-z0-9-]+(\.git)?}"
_ADVERTISE = {
    fetching.SERVICE: fetching.advertise,
    pushing.SERVICE: pushing.advertise,
}
ROUTES = (
    ("GET", f"{_PROJECT}/info/refs"),
    ("POST", f"{_PROJECT}/git-upload-pack"),
    ("POST", f"{_PROJECT}/git-receive-pack"),
)


def add_routes(app: web.Application) -> None:
    """Open this door on `app`."""
    app[process.FETCHING], app[process.PUSHING] = process.Seats(), process.Seats()
    for (method, path), handler in zip(
        ROUTES, (advertise, fetching.fetch, pushing.push), strict=True
    ):
        app.router.add_route(method, path, door(handler))


async def advertise(
    forge: Forge, who: Party, project: Project, request: web.Request
) -> web.StreamResponse:
    """Say which refs there are, for one of git's two services."""
    handler = _ADVERTISE.get(request.query.get("service", ""))
    if handler is None:
        return told(403, "This node speaks git's smart protocol only: use git 1.6.6 or later.")
    return await handler(forge, who, project, request)
