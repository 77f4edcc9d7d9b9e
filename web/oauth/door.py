"""Between a program's request and a handler: its fields, who it says it is, what it is told.

Nothing here knows a cookie, so that no web page can use a visitor's session at this door. Answers
and refusals have the shapes of RFC 6749 section 5, and none of them is kept by anybody on the way.
"""

import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl, unquote_plus

import msgspec
from aiohttp import ClientPayloadError, hdrs, web

from node.devices.model import BadClient, BadRequest, Caller, Refused, TooBusy
from node.devices.rules import BASIC, POST
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.kernel.guesses import TooManyTries
from store.errors import DiskFull
from web.page import FORGE

log = logging.getLogger(__name__)

Fields = Mapping[str, object]
Handler = Callable[[Forge, Caller, Fields], Awaitable[Mapping[str, object]]]

LONGEST = 16 << 10
MOST_FIELDS = 40
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
_HEADERS: Mapping[str, str] = {
    hdrs.CACHE_CONTROL: "no-store",
    hdrs.PRAGMA: "no-cache",
    "X-Content-Type-Options": "nosniff",
}


def door(handler: Handler, status: int = 200) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Wrap a handler for the router; it answers POST only."""

    async def answer(request: web.Request) -> web.Response:
        if request.method != hdrs.METH_POST:
            return told({"error": "invalid_request"}, 405, {hdrs.ALLOW: hdrs.METH_POST})
        try:
            given = await fields(request)
            said = await handler(request.app[FORGE], caller(request, given), given)
            return told(said, status)
        except (ConnectionError, ClientPayloadError):
            raise
        except Exception as fault:  # noqa: BLE001 - the fence of this door
            return _refused(request, fault)

    return answer


async def fields(request: web.Request) -> Fields:
    """Return the fields of the body, a form's or a JSON object's; raise `BadRequest`.

    An empty one counts as absent, and none may come twice (RFC 6749 3.2).
    """
    body = await _body(request)
    if request.content_type == JSON:
        return {name: value for name, value in _object(body).items() if value not in (None, "")}
    if request.content_type != FORM:
        raise BadRequest(f"The body is {FORM} or {JSON}.")
    try:
        pairs = parse_qsl(body.decode(), strict_parsing=bool(body), max_num_fields=MOST_FIELDS)
    except ValueError as fault:
        raise BadRequest("The form cannot be read.") from fault
    if len({name for name, _ in pairs}) < len(pairs):
        raise BadRequest("A field is there twice.")
    return dict(pairs)


def text(given: Fields, name: str) -> str | None:
    """Return a field that is a text, None where it is absent; raise `BadRequest`."""
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise BadRequest(f"{name} is a text.")
    return value


def needed(given: Fields, name: str) -> str:
    """Return a field that must be there; raise `BadRequest`."""
    value = text(given, name)
    if value is None:
        raise BadRequest(f"{name} is missing.")
    return value


def caller(request: web.Request, given: Fields) -> Caller:
    """Return who the program says it is: in a header, or in the body, not in both."""
    address = request.remote or ""
    name, secret = text(given, "client_id"), text(given, "client_secret")
    header = request.headers.get(hdrs.AUTHORIZATION)
    if header is None:
        return Caller(name, secret, None if secret is None else POST, address)
    user, password = _credentials(header)
    if secret is not None or name not in (None, user):
        raise BadRequest("The client says in two ways who it is.")
    return Caller(user, password, BASIC, address)


def told(
    said: Mapping[str, object], status: int, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Return an answer."""
    return web.Response(
        body=msgspec.json.encode(said),
        status=status,
        content_type=JSON,
        headers={**_HEADERS, **(headers or {})},
    )


async def _body(request: web.Request) -> bytes:
    data = bytearray()
    async for chunk in request.content.iter_any():
        data += chunk
        if len(data) > LONGEST:
            raise BadRequest(f"The body has at most {LONGEST} bytes.")
    return bytes(data)


def _object(body: bytes) -> dict[str, object]:
    try:
        return msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BadRequest("The body is no JSON object.") from fault


def _credentials(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic" or len(header) > LONGEST:
        raise BadClient
    try:
        plain = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError) as fault:
        raise BadClient from fault
    user, _, password = plain.partition(":")
    return unquote_plus(user), unquote_plus(password)


def _refused(request: web.Request, fault: Exception) -> web.Response:
    """Return what a program is told of `fault`: the RFC's word, and a sentence for its author."""
    headers: dict[str, str] = {}
    match fault:
        case BadClient():
            status, error = 401, fault.error
            headers[hdrs.WWW_AUTHENTICATE] = 'Basic realm="Micelio"'
        case Refused():
            status, error = 400, fault.error
        case TooManyTries():
            status, error = 429, TooBusy.error
            headers[hdrs.RETRY_AFTER] = str(fault.details["retry_after"])
        case TooBusy() | DiskFull():
            status, error = 503, TooBusy.error
        case Fault() | web.RequestPayloadError():
            status, error = 400, "invalid_request"
        case _:
            log.error("OAuth request failed", exc_info=fault, extra={"path": request.path})
            status, error = 500, "server_error"
    return told(_words(error, fault), status, headers)


def _words(error: str, fault: Exception) -> Mapping[str, object]:
    if not isinstance(fault, Fault):
        return {"error": error}
    more = {name: fault.details[name] for name in ("interval",) if name in fault.details}
    return {"error": error, "error_description": _plain(fault.message), **more}


def _plain(message: str) -> str:
    """Return a message in the characters that RFC 6749 allows there."""
    kept = (c if " " <= c <= "~" and c not in '"\\' else "?" for c in message)
    return "".join(kept)
