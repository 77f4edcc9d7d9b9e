"""What nodes say to each other about copies, and to a mirror about landings for its home."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from mic.wire import limits
from mic.wire.messages import Count, Hex, SessionId

CHALLENGED: Final = 16
"""Objects in one challenge."""

HOLDERS: Final = 16
"""Other holders that the answer to a receipt names."""

Address = Annotated[str, Meta(max_length=400)]


class NewReceipt(Struct, frozen=True, kw_only=True):
    """POST …/receipts, to the home: a signed receipt, and where its holder may be asked."""

    receipt: Annotated[bytes, Meta(max_length=limits.STATEMENT)]
    url: Address | None = None
    addresses: Annotated[list[Address], Meta(max_length=16)] = []


class Challenge(Struct, frozen=True, kw_only=True):
    """POST …/challenges, to a holder: prove that these objects of the project are there."""

    nonce: Annotated[bytes, Meta(min_length=32, max_length=32)]
    ids: Annotated[list[Hex], Meta(min_length=1, max_length=CHALLENGED)]


class Proof(Struct, frozen=True, kw_only=True):
    """The answers in the order of the ids, SHA-256 over nonce and bytes, signed by the holder."""

    answers: Annotated[list[Hex], Meta(max_length=CHALLENGED)]
    holder: Annotated[str, Meta(max_length=200)]
    signature: Annotated[bytes, Meta(min_length=64, max_length=64)]


class HolderHint(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A node that is said to hold a project, and where it may be reached: all of it a hint.

    `did` is empty where only a URL is known.
    """

    did: Annotated[str, Meta(max_length=200)]
    addresses: Annotated[list[Address], Meta(max_length=16)]
    position: Count
    url: Address | None = None


class Holders(Struct, frozen=True):
    """GET …/holders, and the answer to a receipt: the newest first, at most `HOLDERS`."""

    holders: Annotated[list[HolderHint], Meta(max_length=HOLDERS)]


class Offered(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer of a mirror to a landing, and GET …/offers/{session}.

    `position` and `record` are there once it landed, `code` and `message` if the home refused it.
    """

    offer: SessionId
    state: Literal["queued", "landed", "refused"]
    offered_at: Count = 0
    answered_at: Count | None = None
    position: Count | None = None
    record: bytes | None = None
    code: str | None = None
    message: str | None = None
