"""Canonical JSON (RFC 8785) and the strict reading of what we sign.

`encode_struct` is exact for our statements because their field names are ASCII and their numbers
are integers below 2**53, where sorting by UTF-8 and by UTF-16 agree and no float is printed; a
property test holds it against `rfc8785`. What a stranger names (a policy) goes through `rfc8785`.
"""

from typing import Annotated, Any, TypeVar

import msgspec
import rfc8785

from keys.errors import BadStatement

INTEGER_MAX = (1 << 53) - 1
GOAL_MAX = 65_535

T = TypeVar("T")

Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
Count = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_MAX)]
Position = Annotated[int, msgspec.Meta(ge=1, le=INTEGER_MAX)]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
Did = Annotated[str, msgspec.Meta(pattern=r"^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{40,48}\Z")]
ProjectId = Annotated[str, msgspec.Meta(pattern=r"^mic:z[1-9A-HJ-NP-Za-km-z]{32,64}\Z")]

_encoder = msgspec.json.Encoder(order="sorted")


def encode_struct(value: msgspec.Struct) -> bytes:
    """Return the canonical JSON of one of our own structs; raises `BadStatement`."""
    try:
        return _encoder.encode(value)
    except (UnicodeEncodeError, OverflowError, msgspec.EncodeError, TypeError) as fault:
        raise BadStatement(f"This cannot be written as JSON: {fault}.") from fault


def encode_any(value: Any) -> bytes:
    """Return the canonical JSON of plain values; raises `BadStatement`."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeEncodeError) as fault:
        raise BadStatement(f"This has no canonical JSON: {fault}.") from fault


def decode(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    """Return what `decoder` reads; raises `BadStatement` with the place of the fault."""
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BadStatement(f"The statement is malformed: {fault}.") from fault


def check_goal(goal: str) -> None:
    """Return if `goal` is 1 to 65,535 bytes; else raise `BadStatement`."""
    check_text(goal, GOAL_MAX, "goal")
    if not goal.strip():
        raise BadStatement("A goal is not empty.")


def check_text(text: str, limit: int, what: str) -> None:
    """Return if `text` is at most `limit` bytes of valid UTF-8; else raise `BadStatement`."""
    try:
        length = len(text.encode())
    except UnicodeEncodeError as fault:
        raise BadStatement(f"The {what} is not valid Unicode.") from fault
    if length > limit:
        raise BadStatement(f"The {what} is at most {limit} bytes, not {length}.")
