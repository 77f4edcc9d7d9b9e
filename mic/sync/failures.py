"""Which answer each fault gets.

One table from family to status. Codes and messages are made where the condition is found; nothing
is invented here, except for what the transport itself refuses. What nobody foresaw is logged and
told as one sentence that gives nothing away.
"""

import logging
from collections.abc import Mapping, Sequence

import msgspec
from aiohttp import web

from keys.errors import KeysFault
from mic.wire.framing import BadFrame
from mic.wire.messages import JSON, Failure, Problem
from node.kernel import errors
from store.errors import Absent, Corrupt, DatabaseUnusable, DiskFull, StoreFault, TooLarge

log = logging.getLogger(__name__)

STATUS: Mapping[type[errors.Fault], int] = {
    errors.Invalid: 400,
    errors.Denied: 403,
    errors.Missing: 404,
    errors.Conflict: 409,
    errors.Exhausted: 429,
    errors.Unreachable: 502,
}
# The first family that fits; without a code of its own, a fault of the store lends its name.
PARTS: Sequence[tuple[type[Exception], int, str | None]] = (
    (BadFrame, 400, "request.malformed"),
    (RecursionError, 400, "request.too-deep"),
    (TooLarge, 413, None),
    (DiskFull, 507, None),
    (DatabaseUnusable, 500, "node.broken"),
    (Absent, 404, None),
    (Corrupt, 500, None),
    (StoreFault, 400, None),
)
ASKS_FOR_A_TOKEN = frozenset({"auth.required", "auth.bad-token"})
BROKEN = "The node met an error of its own; its log has the details."
FULL = "The node's disk is full. What it acknowledged before is safe; this was not kept."
SAID: Mapping[str, str] = {"node.broken": BROKEN, "store.disk-full": FULL}


class BodyTooLarge(errors.Exhausted):
    """A body is longer than its endpoint takes."""

    def __init__(self, limit: int, code: str = "request.too-large") -> None:
        super().__init__(code, f"This request takes at most {limit} bytes.", limit=limit)


def status_of(fault: errors.Fault) -> int:
    """Return the HTTP status of a fault of the domain."""
    if isinstance(fault, BodyTooLarge):
        return 413
    if fault.code in ASKS_FOR_A_TOKEN:
        return 401
    return next(status for family, status in STATUS.items() if isinstance(fault, family))


def response(fault: Exception) -> web.Response:
    """Return the answer to `fault`."""
    if isinstance(fault, errors.Fault):
        return failure(status_of(fault), fault.code, fault.message, fault.details)
    status, code = _of_the_parts(fault)
    if status == 500:
        log.error("request failed", exc_info=fault)
    return failure(status, code, SAID.get(code) or str(fault))


def failure(
    status: int, code: str, message: str, details: Mapping[str, object] | None = None
) -> web.Response:
    """Return a failure as the wire has it."""
    body = Failure(Problem(code, message, dict(details or {})))
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    data = msgspec.json.encode(body, enc_hook=str)
    return web.Response(status=status, body=data, content_type=JSON, headers=headers)


def _of_the_parts(fault: Exception) -> tuple[int, str]:
    """Return status and code of what `keys`, `store` and the framing refuse."""
    for family, status, code in PARTS:
        if isinstance(fault, family):
            return status, code or f"store.{_kebab(type(fault).__name__)}"
    return (400, fault.code) if isinstance(fault, KeysFault) else (500, "node.broken")


def _kebab(name: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in name).lstrip("-")
