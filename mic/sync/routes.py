"""Every address of `/mic/v1`, in one table."""

import asyncio

from aiohttp import web

from mic.sync import (
    checkout,
    content,
    copies,
    credentials,
    edge,
    forks,
    heads,
    imports,
    landings,
    membership,
    mirrors,
    models,
    moves,
    node,
    objects,
    offers,
    organizations,
    projects,
    records,
    rollups,
    search,
    sessions,
)
from mic.sync.told import Told
from mic.wire.messages import PREFIX
from node.kernel.errors import Missing
from node.kernel.forge import Forge
from node.kernel.parties import Party

_PROJECT = "/projects/{account}/{project}"
_SESSION = _PROJECT + "/sessions/{session}"
_ORGANIZATION = "/organizations/{organization}"

ROUTES: tuple[tuple[str, str, edge.Handler], ...] = (
    ("GET", "/node", node.info),
    ("GET", "/whoami", node.whoami),
    ("GET", "/search", search.search),
    ("POST", "/heads", heads.heads),
    ("POST", "/keys", node.add_key),
    ("POST", "/logout", node.logout),
    ("GET", "/account/devices", credentials.listed),
    ("DELETE", "/account/devices/{device}", credentials.revoke),
    ("GET", "/account/tokens", credentials.tokens_listed),
    ("POST", "/account/tokens", credentials.create),
    ("DELETE", "/account/tokens/{token}", credentials.revoke_token),
    ("GET", "/accounts/{account}/projects", projects.listed),
    ("POST", "/accounts/{account}/projects", projects.create),
    ("POST", "/accounts/{account}/imports", imports.start),
    ("GET", "/accounts/{account}/imports/{id}", imports.show),
    ("GET", "/accounts/{account}/deleted", moves.deleted),
    ("POST", "/accounts/{account}/restore", moves.restore),
    ("GET", "/accounts/{account}/models", models.show),
    ("PATCH", "/accounts/{account}/models", models.change),
    ("GET", "/organizations", organizations.listed),
    ("POST", "/organizations", organizations.create),
    ("GET", _ORGANIZATION, organizations.show),
    ("PATCH", _ORGANIZATION, organizations.change),
    ("DELETE", _ORGANIZATION, organizations.delete),
    ("GET", _ORGANIZATION + "/members", organizations.members),
    ("POST", _ORGANIZATION + "/members", organizations.set_role),
    ("DELETE", _ORGANIZATION + "/members/{member}", organizations.remove),
    ("POST", _ORGANIZATION + "/leave", organizations.leave),
    ("GET", _ORGANIZATION + "/invitations", organizations.invited),
    ("POST", _ORGANIZATION + "/invitations", organizations.invite),
    ("GET", "/invitations", organizations.mine),
    ("POST", "/invitations/{invitation}/accept", organizations.accept),
    ("POST", "/invitations/{invitation}/decline", organizations.decline),
    ("DELETE", "/invitations/{invitation}", organizations.withdraw),
    ("GET", "/by-id/{id}", mirrors.by_id),
    ("GET", _PROJECT, projects.show),
    ("PATCH", _PROJECT, projects.change),
    ("DELETE", _PROJECT, projects.delete),
    ("POST", _PROJECT + "/fork", forks.fork),
    ("POST", _PROJECT + "/sync", forks.sync),
    ("GET", _PROJECT + "/members", moves.members),
    ("POST", _PROJECT + "/members", moves.set_member),
    ("DELETE", _PROJECT + "/members/{member}", moves.remove_member),
    ("GET", _PROJECT + "/peers", mirrors.peers),
    ("POST", _PROJECT + "/peers", mirrors.add_peer),
    ("DELETE", _PROJECT + "/peers/{peer}", mirrors.remove_peer),
    ("GET", _PROJECT + "/tokens", credentials.listed_for),
    ("POST", _PROJECT + "/tokens", credentials.create_for),
    ("DELETE", _PROJECT + "/tokens/{token}", credentials.revoke_for),
    ("POST", _PROJECT + "/archive", moves.archive),
    ("POST", _PROJECT + "/unarchive", moves.unarchive),
    ("POST", _PROJECT + "/transfer", moves.transfer),
    ("GET", _PROJECT + "/document", projects.documents),
    ("GET", _PROJECT + "/head", content.head),
    ("GET", _PROJECT + "/landings", landings.log),
    ("POST", _PROJECT + "/landings", offers.land),
    ("GET", _PROJECT + "/landings/{position}", landings.show),
    ("GET", _PROJECT + "/records", records.records),
    ("GET", _PROJECT + "/rollups", rollups.listed),
    ("GET", _PROJECT + "/tags", imports.tags),
    ("GET", _PROJECT + "/residue", imports.residue),
    ("POST", _PROJECT + "/objects/missing", objects.missing),
    ("POST", _PROJECT + "/objects", objects.upload),
    ("POST", _PROJECT + "/objects/fetch", objects.fetch),
    ("GET", _PROJECT + "/holders", copies.listed),
    ("POST", _PROJECT + "/receipts", copies.receive),
    ("POST", _PROJECT + "/challenges", copies.prove),
    ("POST", _PROJECT + "/offers", offers.take),
    ("GET", _PROJECT + "/offers/{session}", offers.show),
    ("GET", _PROJECT + "/checkout", checkout.checkout),
    ("GET", _PROJECT + r"/files/{path:[\s\S]+}", content.file),
    ("GET", _PROJECT + "/tree", content.listing),
    ("GET", _PROJECT + r"/tree/{path:[\s\S]*}", content.listing),
    ("GET", _PROJECT + r"/blame/{path:[\s\S]+}", content.blame),
    ("GET", _PROJECT + "/diff", content.diff),
    ("POST", _PROJECT + "/sessions", sessions.start),
    ("GET", _PROJECT + "/sessions", sessions.listed),
    ("GET", _SESSION, sessions.show),
    ("POST", _SESSION + "/notes", sessions.note),
    ("POST", _SESSION + "/decisions", sessions.decide),
    ("POST", _SESSION + "/abandon", sessions.abandon),
    ("POST", _SESSION + "/epochs", sessions.epoch),
)


def add_routes(app: web.Application, forge: Forge) -> None:
    """Open this door on `app`."""
    app[membership.WALKS] = asyncio.Semaphore(membership.WALKS_AT_ONCE)
    app[heads.TOLD] = Told()
    for method, path, handler in ROUTES:
        app.router.add_route(method, PREFIX + path, edge.door(forge, handler))
    app.router.add_route("*", "/mic/{rest:.*}", edge.door(forge, nowhere))


async def nowhere(_forge: Forge, _who: Party, request: web.Request) -> web.StreamResponse:
    """Answer what is no address of this protocol."""
    raise Missing("route.missing", f"There is no {request.method} {request.path[:200]} here.")
