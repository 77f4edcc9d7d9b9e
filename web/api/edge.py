"""Between a request and a handler: who asks, what it says, what goes wrong.

A bearer token speaks for its account within its scopes. A browser's cookie counts for reading only,
so that no page of another site can change anything. What nobody in particular may read is open to
scripts of all sites; what somebody was let in for is not.
"""

import logging
from urllib.parse import urlencode

import msgspec
from aiohttp import ClientPayloadError, web

from node.access.model import SignInRequired
from node.kernel.errors import Exhausted, Fault, Invalid, Missing
from node.kernel.forge import Forge
from node.kernel.parties import ANONYMOUS, Party
from node.signin import verbs as signin
from node.signin.model import BadToken
from store.errors import DiskFull
from web.api.model import NOTHING, Asked, Nothing, Operation, Reply
from web.api.shapes import Problem
from web.asking import asker
from web.failures import TITLES, status_of
from web.page import forge_of, tag_of

log = logging.getLogger(__name__)

JSON = "application/json"
PROBLEM = "application/problem+json"
LARGEST_BODY = 64 << 10
LONGEST_TOKEN = 200
READING = frozenset({"GET", "HEAD"})
HEADERS = {
    "Cache-Control": "private, no-cache",
    "Vary": "Authorization, Cookie",
    "X-Content-Type-Options": "nosniff",
}
OPEN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link",
    "Cross-Origin-Resource-Policy": "cross-origin",
}


class Door:
    """One operation; `answer` is what the router calls."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Answer a request, whatever comes of it."""
        who = ANONYMOUS
        try:
            who = await party(forge_of(request), request)
            asked = await _asked(self.operation, who, request)
            made = await self.operation.handler(asked)
            answer = _answer(self.operation, request, made)
        except (ConnectionError, ClientPayloadError):
            answer = problem(request, 400, "request.broken-off", "The body broke off.")
        except Exception as fault:  # noqa: BLE001 - the fence of this door: it answers and records
            answer = failed(request, fault)
        return _opened(request, who, answer)


async def party(forge: Forge, request: web.Request) -> Party:
    """Return who asks: by a token for anything, by a cookie for reading; raise `BadToken`."""
    header = request.headers.get("Authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not 0 < len(token) <= LONGEST_TOKEN:
            raise BadToken
        return await signin.token_party(forge, token.strip(), request.remote)
    return await asker(request) if request.method in READING else ANONYMOUS


async def _asked(operation: Operation, who: Party, request: web.Request) -> Asked:
    query = _query(operation, request)
    body = NOTHING if operation.body is Nothing else await _body(operation, request)
    return Asked(forge_of(request), who, request, query, body)


def _query(operation: Operation, request: web.Request) -> object:
    if len(request.query) != len(set(request.query)):
        raise Invalid("request.malformed", "A parameter is given twice.")
    try:
        given = dict(request.query)
        return msgspec.convert(given, operation.query, strict=False)
    except (msgspec.ValidationError, UnicodeError) as fault:
        raise Invalid("request.malformed", f"A parameter is not valid: {fault}.") from fault


async def _body(operation: Operation, request: web.Request) -> object:
    if request.content_type != JSON and request.can_read_body:
        raise Invalid("request.not-json", "Send the body as application/json.")
    data = bytearray()
    async for chunk in request.content.iter_any():
        data += chunk
        if len(data) > LARGEST_BODY:
            raise Exhausted("request.too-large", f"A body has at most {LARGEST_BODY} bytes.")
    try:
        return msgspec.json.decode(bytes(data) or b"{}", type=operation.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise Invalid("request.malformed", f"The body is not valid: {fault}.") from fault


def _answer(operation: Operation, request: web.Request, made: Reply) -> web.Response:
    if made.value is None:
        return web.Response(status=204, headers=HEADERS)
    body = msgspec.json.encode(made.value)
    headers = dict(HEADERS)
    if made.location:
        headers["Location"] = made.location
    if made.next is not None:
        headers["Link"] = f'<{following(request, made.next)}>; rel="next"'
    if request.method in READING:
        headers["ETag"] = tag_of(body)
        if request.headers.get("If-None-Match") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
    answer = web.Response(status=operation.success, body=body, headers=headers, content_type=JSON)
    if len(body) > 1400:
        answer.enable_compression()
    return answer


def following(request: web.Request, cursor: str) -> str:
    """Return the address of the next part of a list."""
    asked = {name: value for name, value in request.query.items() if name != "cursor"}
    path = forge_of(request).node.url + request.rel_url.raw_path
    return f"{path}?{urlencode(asked | {'cursor': cursor})}"


def failed(request: web.Request, fault: Exception) -> web.Response:
    """Return what a fault means to whoever asked."""
    if isinstance(fault, Fault):
        asks_again = isinstance(fault, (SignInRequired, BadToken))
        status = 401 if asks_again else status_of(fault)
        answer = problem(request, status, fault.code, fault.message, fault.details)
        if asks_again:
            answer.headers["WWW-Authenticate"] = 'Bearer realm="micelio"'
        if "retry_after" in fault.details:
            answer.headers["Retry-After"] = str(fault.details["retry_after"])
        return answer
    if isinstance(fault, web.RequestPayloadError):
        return problem(request, 400, "request.malformed", "The body cannot be unpacked.")
    if isinstance(fault, DiskFull):
        return problem(request, 507, "node.full", "This node's disk is full: nothing was kept.")
    log.error("request failed", exc_info=fault)
    return problem(request, 500, "node.broken", "The node met an error of its own; see its log.")


def problem(
    request: web.Request, status: int, code: str, detail: str, details: object = None
) -> web.Response:
    """Return a refusal as RFC 9457 has it; `code` is the same as everywhere else on the node."""
    title = TITLES.get(status, "Sign in first" if status == 401 else "That did not work")
    said = Problem(
        type=f"{forge_of(request).node.url}/api#problems",
        title=title,
        status=status,
        detail=detail,
        code=code,
        instance=request.rel_url.raw_path[:500],
        details=dict(details) if isinstance(details, dict) else {},
    )
    body = msgspec.json.encode(said, enc_hook=str)
    return web.Response(status=status, body=body, headers=HEADERS, content_type=PROBLEM)


def _opened(request: web.Request, who: Party, answer: web.Response) -> web.Response:
    if who.is_anonymous and request.method in READING and "Authorization" not in request.headers:
        answer.headers.update(OPEN)
    return answer


async def nowhere(request: web.Request) -> web.StreamResponse:
    """Answer what is no address of the API, or does not take the method."""
    allowed: set[str] = set()
    for resource in request.app.router.resources():
        if (
            resource.canonical.startswith("/api/v1/")
            and resource is not request.match_info.route.resource
        ):
            _, methods = await resource.resolve(request)
            allowed |= methods
    if allowed:
        answer = problem(
            request, 405, "request.method", f"This takes {', '.join(sorted(allowed))}."
        )
        answer.headers["Allow"] = ", ".join(sorted(allowed))
        return _opened(request, ANONYMOUS, answer)
    fault = Missing("route.missing", f"There is no {request.method} {request.path[:200]} here.")
    return _opened(request, ANONYMOUS, failed(request, fault))
