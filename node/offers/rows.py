"""Offers in SQL."""

from node.offers.model import Offer
from store.database import Tx

_OFFER = (
    "select key, project, session, account, signer, request, state, position, record, code,"
    " message, offered_at, answered_at, tries from offers"
)


def put(tx: Tx, offer: Offer) -> None:
    """Write a landing that waits for a home; what was refused waits once more, as it is now."""
    tx.execute(
        "insert into offers (project, session, account, signer, request, state, offered_at, due_at)"
        " values (?, ?, ?, ?, ?, 'queued', ?, 0) on conflict (project, session) do update set"
        " account = excluded.account, signer = excluded.signer, request = excluded.request,"
        " state = 'queued', code = null, message = null, answered_at = null, due_at = 0, tries = 0,"
        " offered_at = excluded.offered_at where state = 'refused'",
        (
            offer.project,
            offer.session,
            offer.account,
            offer.signer,
            offer.request,
            offer.offered_at,
        ),
    )


def of_session(tx: Tx, project: int, session: str) -> Offer | None:
    """Return the landing that was offered for a session."""
    row = tx.execute(_OFFER + " where project = ? and session = ?", (project, session)).fetchone()
    return Offer(*row) if row else None


def due(tx: Tx, now: int, limit: int) -> list[Offer]:
    """Return the landings to pass on now, in the order in which they were offered."""
    rows = tx.execute(
        _OFFER + " where state = 'queued' and due_at <= ? order by key limit ?", (now, limit)
    )
    return [Offer(*row) for row in rows]


def waiting(tx: Tx, project: int | None = None) -> int:
    """Return how many landings wait for the home of a project, or for any home."""
    (number,) = tx.execute(
        "select count(*) from offers where state = 'queued' and (?1 is null or project = ?1)",
        (project,),
    ).fetchone()
    return int(number)


def landed(tx: Tx, key: int, position: int, record: bytes, now: int) -> None:
    """Write where the home put a landing."""
    tx.execute(
        "update offers set state = 'landed', position = ?, record = ?, answered_at = ?"
        " where key = ?",
        (position, record, now, key),
    )


def refused(tx: Tx, key: int, code: str, message: str, now: int) -> None:
    """Write why the home does not take a landing."""
    tx.execute(
        "update offers set state = 'refused', code = ?, message = ?, answered_at = ? where key = ?",
        (code, message, now, key),
    )


def tries(tx: Tx, key: int) -> int:
    """Return how often a landing was passed on in vain."""
    row = tx.execute("select tries from offers where key = ?", (key,)).fetchone()
    return row[0] if row else 0


def delay(tx: Tx, key: int, due_at: int) -> None:
    """Try again later to pass a landing on."""
    tx.execute("update offers set due_at = ?, tries = tries + 1 where key = ?", (due_at, key))


def hurry(tx: Tx, project: int) -> None:
    """Pass on at once what waits for a home that answers again, as if it had never been gone."""
    tx.execute(
        "update offers set due_at = 0, tries = 0 where project = ? and state = 'queued'", (project,)
    )


def forget(tx: Tx, answered_before: int) -> None:
    """Forget what was answered long ago."""
    tx.execute("delete from offers where answered_at < ?", (answered_before,))
