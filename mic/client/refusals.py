"""From a node's refusal to a fault of the same family."""

import msgspec

from mic.errors import Conflict, Denied, Exhausted, Invalid, MicFault, Missing, Unreachable
from mic.wire.messages import Failure, Problem

_FAMILIES: dict[int, type[MicFault]] = {
    400: Invalid,
    401: Denied,
    403: Denied,
    404: Missing,
    405: Invalid,
    409: Conflict,
    410: Missing,
    413: Exhausted,
    415: Invalid,
    422: Invalid,
    429: Exhausted,
    502: Unreachable,
    503: Unreachable,
    504: Unreachable,
    507: Exhausted,
}

DAMAGED = "store.corrupt"
"""A node that holds an object no longer as it was: not our fault, and not to be had from there."""

_failures = msgspec.json.Decoder(Failure)


def fault(status: int, body: bytes, url: str) -> MicFault:
    """Return what a refusal means; a body that is not ours still names status and node."""
    problem = _problem(body) or Problem(
        f"http-{status}",
        f"The server at {url} answered with status {status}, not as a node of Micelio does",
    )
    family = _FAMILIES.get(status, MicFault)
    if problem.code == DAMAGED:
        family = Unreachable
    raised = family(_sentence(problem.message), code=problem.code)
    raised.details = dict(problem.details)
    return raised


def _problem(body: bytes) -> Problem | None:
    try:
        return _failures.decode(body).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else text + "."
