"""Offers as values."""

from dataclasses import dataclass
from typing import Final

from node.kernel.errors import Denied, Exhausted, Missing

QUEUED: Final = "queued"
LANDED: Final = "landed"
REFUSED: Final = "refused"


@dataclass(frozen=True, slots=True)
class Offer:
    """A landing that waits for the project's home, or what the home said to it."""

    key: int
    project: int
    session: str
    account: int | None
    signer: str
    request: bytes
    state: str
    position: int | None
    record: bytes | None
    code: str | None
    message: str | None
    offered_at: int
    answered_at: int | None
    tries: int


class NoOffer(Missing):
    """No landing of this session was offered here."""

    def __init__(self, session: str) -> None:
        super().__init__("offer.missing", f"No landing of session {session} was offered here.")


class NotKnown(Denied):
    """Whoever offers a landing is nobody that this project knows."""

    def __init__(self) -> None:
        super().__init__(
            "offer.not-known",
            "Nothing was kept: whoever signed this has no account here, and has not landed on the"
            " project before. Ask its owner to let you in.",
        )


class TooManyOffers(Exhausted):
    """More landings wait for a home than a mirror keeps."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "offer.too-many", f"{limit} landings wait for the home of this project already."
        )
