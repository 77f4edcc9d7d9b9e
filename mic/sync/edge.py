"""Between a request and a handler: who asks, what the body says, what goes wrong.

A handler here is `(forge, who, request) -> response`. The door around it settles the party from the
bearer token and turns every fault into one answer. Cookies mean nothing at this door, so that no
web page can use a visitor's session on it.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
from aiohttp import ClientPayloadError, web

from mic.sync import failures
from mic.wire import identity as wire
from mic.wire import limits
from mic.wire.messages import JSON
from node.access import verbs as access
from node.kernel.errors import Fault, Invalid
from node.kernel.forge import Forge
from node.kernel.parties import ANONYMOUS, Party
from node.projects import identity
from node.projects import verbs as projects
from node.projects.model import Project
from node.replication import verbs as replication
from node.signin import verbs as signin
from node.signin.model import BadToken
from store.digest import Digest, parse_digest

Handler = Callable[[Forge, Party, web.Request], Awaitable[web.StreamResponse]]
Shape = TypeVar("Shape")

PEER = web.RequestKey("peer", str)
"""The did of the node that asks: set by the door of peers, which knows it from the connection."""
REFUSED = web.RequestKey("refused", str)
"""The code of the fault that the answer tells of, for doors that score who asks."""

LARGEST_NUMBER = 2**53
LONGEST_TOKEN = 200


def door(forge: Forge, handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Wrap a handler for the router."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            who = await party(forge, request)
            return await handler(forge, who, request)
        except (ConnectionError, ClientPayloadError, web.RequestPayloadError):
            # Nobody may be there to read it; whoever still is learns that nothing was done.
            return failures.failure(400, "request.broken-off", "The body broke off.")
        except Exception as fault:  # noqa: BLE001  the request fence: it answers and records
            request[REFUSED] = getattr(fault, "code", "")
            return failures.response(fault)

    answer.__doc__ = handler.__doc__  # what the list of all routes says of it
    return answer


async def party(forge: Forge, request: web.Request) -> Party:
    """Return who asks; raises `Denied` for a token that is not one of ours."""
    found, peer = await _bearer(forge, request), request.get(PEER)
    return found if peer is None else await access.asking_for(forge, found, peer)


async def _bearer(forge: Forge, request: web.Request) -> Party:
    header = request.headers.get("Authorization")
    if header is None:
        return ANONYMOUS
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not 0 < len(token) <= LONGEST_TOKEN:
        raise BadToken
    return await signin.token_party(forge, token.strip(), request.remote)


async def project(forge: Forge, who: Party, request: web.Request) -> Project:
    """Return the project that the address names, if `who` may read it.

    Where the asker also says which id it must have, no other project answers in its place.
    """
    account, handle = request.match_info["account"], request.match_info["project"]
    meant = request.headers.get(wire.HEADER)
    if meant is None:
        found = await projects.get(forge, who, account, handle)
    else:
        found = await identity.get(forge, who, account, handle, meant)
    if found.is_mirror:
        await replication.used(forge, found.key)
    return found


async def body(
    request: web.Request, limit: int, refusal: Callable[[int], Fault] = failures.BodyTooLarge
) -> bytes:
    """Return the whole body; refuses a longer one by its announced length or as it arrives."""
    if (request.content_length or 0) > limit:
        raise refusal(limit)
    data = bytearray()
    async for chunk in request.content.iter_any():
        data += chunk
        if len(data) > limit:
            raise refusal(limit)
    return bytes(data)


async def message(request: web.Request, shape: type[Shape]) -> Shape:
    """Return the JSON body as a value of `shape`; raises `Invalid`."""
    data = await body(request, limits.JSON_BODY)
    try:
        return msgspec.json.decode(data, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        raise Invalid("request.malformed", f"The body is not valid: {problem}.") from problem


def reply(value: msgspec.Struct, status: int = 200) -> web.Response:
    """Return `value` as JSON."""
    return web.Response(status=status, body=msgspec.json.encode(value), content_type=JSON)


def number(request: web.Request, name: str) -> int | None:
    """Return a whole number of the query, None where it is absent; raises `Invalid`."""
    text = request.query.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or len(text) > 16 or int(text) > LARGEST_NUMBER:
        raise Invalid(
            "request.bad-number", f"{name} is a whole number from 0 up, not {text[:40]!r}."
        )
    return int(text)


def position_in_path(request: web.Request, name: str = "position") -> int:
    """Return the position that the address names; raises `Invalid`."""
    text = request.match_info[name]
    if not (text.isascii() and text.isdigit()) or len(text) > 16:
        raise Invalid("request.bad-number", f"{text[:40]!r} is not a position.")
    return int(text)


def digest(text: str) -> Digest:
    """Return the digest that 64 hexadecimal digits name; the shapes have checked them."""
    return parse_digest(text)
