"""By which names the node is asked: a page of another site may not call it by a name of its own.

A browser lets a page read what it gets from the page's own host. Whoever rules a name can let it
lead to the loopback once the page is there (DNS rebinding), and read what a node shows to those on
its machine. So a request that comes over the loopback names the node as it is named there: by an
address, by `localhost`, or by the host of its URL, as a proxy in front passes it on.
"""

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from mic.sync import failures

LOCAL = "localhost"


def named(url: str) -> Middleware:
    """Return what refuses requests over the loopback that call the node by a name not its own."""
    own = urlsplit(url).hostname or ""
    said = (
        f"This node does not go by the name that it was asked by. Ask it as {url}; whoever keeps it"
        " sets `url` to the address that others use."
    )

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if is_misnamed(request.headers.get("Host", ""), own) and _is_near(request):
            return failures.failure(421, "node.other-name", said)
        return await handler(request)

    return check


def is_misnamed(host: str, own: str) -> bool:
    """Whether a Host header has a name that is neither `own` nor one of every machine itself."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return True
    if not name or name in {own, LOCAL} or name.endswith(f".{LOCAL}"):
        return False
    try:
        ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return True
    return False  # who asks for an address gets what is there: no name can lead elsewhere


def _is_near(request: web.Request) -> bool:
    """Whether a request came over the loopback."""
    there = request.transport.get_extra_info("sockname") if request.transport else None
    if not isinstance(there, tuple) or not there:
        return False
    found = ipaddress.ip_address(str(there[0]).partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return found.is_loopback
