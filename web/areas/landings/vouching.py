"""Who vouches for a landing, and what was signed: by its author, and by its home."""

from dataclasses import dataclass

from keys.errors import KeysFault
from keys.statements.contribution import Contribution, open_contribution
from keys.statements.landing import LandingRecord, open_landing
from node.landings.model import LandingDetail
from node.projects.model import Project

VERIFIED, BAD, MISSING, CARRIED = "verified", "bad", "missing", "carried"


@dataclass(frozen=True, slots=True)
class Vouched:
    """What was signed: `said` by the key `signer`, `record` by the key `home`; None is unreadable.

    `state` is one of the words above; `came_from` is where a landing was carried over from.
    """

    state: str
    said: Contribution | None
    signer: str
    record: LandingRecord | None
    home: str
    came_from: Project | None


def vouched(detail: LandingDetail, came_from: Project | None) -> Vouched:
    """Return what was signed of a landing, and whether it was checked here."""
    said, signer, record, home = None, "", None, ""
    try:
        record, home = open_landing(detail.record)
        if detail.statement is not None:
            said, signer = open_contribution(detail.statement)
    except KeysFault:
        pass  # the page says that it does not match, and shows what can be read
    return Vouched(_state(detail), said, signer, record, home, came_from)


def _state(detail: LandingDetail) -> str:
    if detail.verified:
        return VERIFIED
    if detail.statement is not None:
        return BAD
    return CARRIED if detail.landing.carried else MISSING
