"""What the node answers to the fediverse: who it is, and where that is found.

Anybody may ask, unsigned: two nodes that wanted to know each other first would wait for each other.
Nothing here knows a cookie or a token, and nothing private is said.
"""

from aiohttp import hdrs, web

from activitypub import negotiation, vocabulary, webfinger
from keys.statements.canonical import encode_any
from node.kernel.forge import Forge

FORGE: web.AppKey[Forge] = web.AppKey("activitypub-forge", Forge)
KEPT = "public, max-age=300"
_FOR_ALL = {hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*"}


def add_routes(app: web.Application, forge: Forge) -> None:
    """Open this door on `app`."""
    app[FORGE] = forge
    app.router.add_get(vocabulary.PATH, actor)
    app.router.add_get(webfinger.ADDRESS, finger)


async def actor(request: web.Request) -> web.Response:
    """Say who this node is, signed; browsers are led to its pages."""
    headers = {hdrs.VARY: hdrs.ACCEPT, hdrs.CACHE_CONTROL: KEPT}
    accept = ",".join(request.headers.getall(hdrs.ACCEPT, []))
    if negotiation.wants_page(accept):
        return web.Response(status=303, headers={**headers, hdrs.LOCATION: "/"})
    forge = request.app[FORGE]
    node = forge.node
    document = vocabulary.described(
        node.key, node.url, node.name, forge.reach.addresses, forge.now()
    )
    headers[hdrs.CONTENT_TYPE] = negotiation.kind(accept)
    return web.Response(body=encode_any(document), headers=headers)


async def finger(request: web.Request) -> web.Response:
    """Say where the actor of a name on this host is (RFC 7033)."""
    asked = request.query.getall("resource", [])
    if len(asked) != 1 or not webfinger.is_resource(asked[0]):
        return _refused(400, "Name one resource, as acct:name@host or a URL.")
    url = request.app[FORGE].node.url
    if not webfinger.is_node(asked[0], url):
        return _refused(404, "Nobody of that name is here.")
    said = webfinger.told(url, request.query.getall("rel", []))
    headers = {hdrs.CONTENT_TYPE: webfinger.KIND, hdrs.CACHE_CONTROL: KEPT}
    return web.Response(body=encode_any(said), headers=headers | _FOR_ALL)


def _refused(status: int, message: str) -> web.Response:
    return web.Response(status=status, text=f"{message}\n", headers=_FOR_ALL)
