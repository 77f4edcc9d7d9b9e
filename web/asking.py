"""Who looks at a page: decided from the cookie, by nothing else."""

from aiohttp import web

from node.kernel.parties import ANONYMOUS, Party
from node.signin import verbs as signin
from web.page import SESSION_COOKIE, forge_of


async def asker(request: web.Request) -> Party:
    """Return for whom the cookie of `request` speaks by now; `ANONYMOUS` without one."""
    cookie = request.cookies.get(SESSION_COOKIE)
    return await signin.session_party(forge_of(request), cookie) if cookie else ANONYMOUS
