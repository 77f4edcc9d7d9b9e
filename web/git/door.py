"""Who asks git's way, which project they mean, and what they are told when it does not work.

A git client sends no cookie: it comes with nobody's name or with a token as its password, whatever
user name it gives. What it must see of a fault is plain text, which it shows behind `remote:`.
"""

import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import hdrs, web

from node.access.model import NoProject, SignInRequired
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.kernel.parties import ANONYMOUS, Party
from node.projects import verbs as projects
from node.projects.model import Project
from node.signin import verbs as signin
from node.signin.model import BadToken
from store.errors import DiskFull
from store.git.errors import GitMissing
from web.failures import status_of
from web.git.pktlines import BadRequest
from web.page import FORGE

log = logging.getLogger(__name__)

Handler = Callable[[Forge, Party, Project, web.Request], Awaitable[web.StreamResponse]]

LONGEST_TOKEN = 400
_ASK: Mapping[str, str] = {
    hdrs.WWW_AUTHENTICATE: 'Basic realm="Micelio: a token as the password", charset="UTF-8"'
}
SAID: Mapping[type[Exception], tuple[int, str]] = {
    BadRequest: (400, ""),
    DiskFull: (507, "This node's disk is full, so nothing was kept."),
    GitMissing: (500, "This node has no program git; whoever keeps it can install it."),
    Exception: (500, "The node met an error of its own; its log has the details."),
}
NO_CACHE: Mapping[str, str] = {hdrs.CACHE_CONTROL: "no-cache, max-age=0, must-revalidate"}


def door(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Wrap a handler for the router."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            forge = request.app[FORGE]
            who = await _asker(forge, request)
            return await handler(forge, who, await _project(forge, who, request), request)
        except ConnectionError:
            raise
        except Exception as fault:  # noqa: BLE001 - the fence of this door
            return _refused(fault)

    return answer


async def _asker(forge: Forge, request: web.Request) -> Party:
    """Return who asks; raises `BadToken` for a password that is no token of ours."""
    header = request.headers.get(hdrs.AUTHORIZATION)
    if header is None:
        return ANONYMOUS
    scheme, _, credentials = header.partition(" ")
    token = credentials.strip() if scheme.lower() == "bearer" else _password(scheme, credentials)
    if not 0 < len(token) <= LONGEST_TOKEN:
        raise BadToken
    return await signin.token_party(forge, token, request.remote)


def _password(scheme: str, credentials: str) -> str:
    """Return the password of Basic credentials; the user's name if only that is given."""
    if scheme.lower() != "basic" or len(credentials) > 4 * LONGEST_TOKEN:
        raise BadToken
    try:
        user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, ValueError) as fault:
        raise BadToken from fault
    return password or user


async def _project(forge: Forge, who: Party, request: web.Request) -> Project:
    """Return the project; to nobody in particular, one that is not there looks private."""
    account, name = request.match_info["account"], request.match_info["project"]
    try:
        return await projects.get(forge, who, account, name.removesuffix(".git"))
    except Fault as fault:
        if who.is_anonymous:
            raise SignInRequired from fault
        raise NoProject from fault


def _refused(fault: Exception) -> web.Response:
    """Return what a git client shows of `fault`."""
    if isinstance(fault, SignInRequired | BadToken):
        text = f"{fault.message} git asks for a password: give a token (see `mic token create`)."
        return told(401, text, _ASK)
    if isinstance(fault, Fault):
        return told(status_of(fault), fault.message)
    known = next((kind for kind in SAID if isinstance(fault, kind)), Exception)
    if known is Exception:
        log.error("git request failed", exc_info=fault)
    status, text = SAID[known]
    return told(status, text or str(fault))


def told(status: int, text: str, headers: Mapping[str, str] | None = None) -> web.Response:
    """Return an answer of one sentence."""
    return web.Response(status=status, text=f"{text}\n", headers={**NO_CACHE, **(headers or {})})
