"""Who looks at a page: decided from the cookie, by nothing else. And who counts as one asker."""

import ipaddress

from aiohttp import web

from node.kernel.guesses import counted_as
from node.kernel.parties import ANONYMOUS, Party
from node.signin import verbs as signin
from web.page import SESSION_COOKIE, forge_of


async def asker(request: web.Request) -> Party:
    """Return for whom the cookie of `request` speaks by now; `ANONYMOUS` without one."""
    cookie = request.cookies.get(SESSION_COOKIE)
    return await signin.session_party(forge_of(request), cookie) if cookie else ANONYMOUS


def one_of_many(request: web.Request, who: Party) -> str:
    """Return as whom to count an asker of what there is little of: an account, or an address.

    Empty for nobody in particular: behind this machine's own proxy all have one address.
    """
    if who.handle:
        return who.handle
    address = request.remote or "::1"
    return "" if ipaddress.ip_address(address).is_loopback else counted_as(address)
