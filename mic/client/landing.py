"""A landing on its way to a node: one request, and never two landings of it.

The answer to a landing can be lost when the landing is not. The client chose the session's id, at
random, so after a drop it asks what became of that session: if it landed, that was this landing.
"""

from collections.abc import Sequence
from itertools import chain

from mic.client.connection import PAUSES, Dropped, decoded
from mic.client.remote import Remote
from mic.client.upload import body
from mic.errors import Missing
from mic.wire import framing
from mic.wire.messages import LANDING, Landed, LandRequest
from store.records import Record


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
    """Return the landing that a session came to, or None if it has not landed."""
    try:
        position = remote.session(session).position
    except Missing:
        return None
    if position is None:
        return None
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
    return decoded(answer, Landed, connection.url)
