"""A landing on its way to a node: one request, and never two landings of it.

The answer to a landing can be lost when the landing is not. The client chose the session's id, at
random, so after a drop it asks what became of that session: if it landed, that was this landing.

A mirror orders nothing: it keeps a landing for the project's home, and says later what that said.
"""

from collections.abc import Sequence
from contextlib import suppress
from itertools import chain

from msgspec import Struct

from keys.errors import KeysFault
from keys.statements.landing import open_landing, record_id
from mic.client.connection import PAUSES, Dropped, decoded
from mic.client.remote import Remote
from mic.client.upload import body
from mic.errors import Conflict, Missing, Unreachable
from mic.wire import framing
from mic.wire.messages import LANDING, Landed, LandRequest
from mic.wire.replication import Offered
from store.records import Record

WAITS = (0.3, 0.5, 0.7, 1.0, 1.5)
"""Seconds between the questions to a mirror about what the home said."""


class Queued(Unreachable):
    """The landing waits at a mirror for the project's home: nothing more is to be done for it."""

    code = "landing.queued"

    def __init__(self, remote: Remote, session: str) -> None:
        super().__init__(
            f"{remote.connection.url} is not the home of {remote.name}: it keeps the landing, and"
            " passes it on as soon as the home answers.",
            hint="`mic sync` says what became of it.",
            session=session,
        )


class HomeRefused(Conflict):
    """The project's home does not take what a mirror passed on; its code and its words."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(f"The project's home did not take the landing: {message}", code=code)


def land(remote: Remote, request: LandRequest, records: Sequence[Record]) -> Landed:
    """Land `request`, sending `records` along; raises `Conflict` if its paths have moved."""
    for pause in PAUSES:
        try:
            return _post(remote, request, records)
        except Dropped:
            remote.connection.sleep(pause)
            if landed := outcome(remote, request.session.id):
                return landed
    return _post(remote, request, records)


def outcome(remote: Remote, session: str) -> Landed | None:
    """Return the landing that a session came to, or None if it has not landed.

    Raises `Queued` or `HomeRefused` for one that a mirror has taken in.
    """
    try:
        position = remote.session(session).position
    except Missing:
        return _offered(remote, session)
    if position is None:
        return _offered(remote, session)
    detail = remote.landing(position)
    landing = detail.landing
    return Landed(
        position=landing.position,
        id=landing.id,
        tree=landing.tree,
        session=session,
        landed_at=landing.landed_at,
        record=detail.record,
    )


def _post(remote: Remote, request: LandRequest, records: Sequence[Record]) -> Landed:
    sent = chain((framing.land_head(request),), body(records))
    connection = remote.connection
    path = f"{remote.path}/landings"
    answer = connection.exchange("POST", path, b"".join(sent), LANDING, again=False)
    if decoded(answer, _Answer, connection.url).offer is None:
        return decoded(answer, Landed, connection.url)
    return _waited(remote, request.session.id)


class _Answer(Struct, frozen=True):
    """What tells the two answers apart: a mirror's names an offer."""

    offer: str | None = None


def _waited(remote: Remote, session: str) -> Landed:
    """Return what the home says within some seconds; raises `Queued` if it takes longer."""
    for pause in WAITS:
        remote.connection.sleep(pause)
        with suppress(Queued):
            if landed := _offered(remote, session):
                return landed
    raise Queued(remote, session)


def _offered(remote: Remote, session: str) -> Landed | None:
    """Return where a mirror's offer landed, None where there is none."""
    try:
        said = remote.connection.get(f"{remote.path}/offers/{session}", Offered)
    except Missing:
        return None
    if said.state == "refused":
        raise HomeRefused(said.message or "It gave no reason.", said.code or "refused")
    if said.state == "queued" or said.record is None:
        raise Queued(remote, session)
    return _landed(remote, session, said.record)


def _landed(remote: Remote, session: str, record: bytes) -> Landed:
    try:
        found, _ = open_landing(record)
    except KeysFault as fault:
        raise Unreachable(f"{remote.connection.url} shows no landing record: {fault}") from fault
    return Landed(
        position=found.position,
        id=record_id(record).hex(),
        tree=found.tree.hex(),
        session=session,
        landed_at=found.landed_at,
        record=record,
    )
