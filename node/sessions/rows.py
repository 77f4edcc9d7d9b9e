"""Sessions in SQL."""

from collections.abc import Iterable, Iterator

from keys.statements.transcript import Decision, Message
from node.sessions.model import LandedSession, NewSession, Progress, Session, Status
from store.database import Tx

_SESSION = (
    "select sessions.key, id, project, author, coalesce(author_handle, accounts.handle), goal,"
    " status, base_position,"
    " origin, model, started_at, ended_at, position, transcript, epoch"
    " from sessions join accounts on accounts.key = author"
    " where project = ?"
)
_Row = tuple[int, Session]


def add(tx: Tx, project: int, author: int, new: NewSession, at: int) -> int | None:
    """Write an active session and return its key; None if the project has one of its id."""
    done = tx.execute(
        "insert into sessions (project, id, author, goal, status, base_position, origin, model,"
        " started_at) values (?, ?, ?, ?, 'active', ?, ?, ?, ?) on conflict do nothing",
        (project, new.id, author, new.goal, new.base_position, new.origin, new.model, at),
    )
    return done.lastrowid if done.rowcount == 1 else None


def add_landed(tx: Tx, project: int, author: int, landed: LandedSession) -> None:
    """Write a session that was never started here and landed now, or elsewhere."""
    tx.execute(
        "insert into sessions (project, id, author, goal, status, base_position, origin, model,"
        " started_at, ended_at, position, transcript, author_handle)"
        " values (?, ?, ?, ?, 'landed', ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            project,
            landed.id,
            author,
            landed.goal,
            landed.base_position,
            landed.origin,
            landed.model,
            landed.started_at,
            landed.landed_at,
            landed.position,
            landed.transcript,
            landed.author_handle,
        ),
    )


def inherit(tx: Tx, origin: int, project: int, author: int, until: int) -> None:
    """Give a fork the landed sessions of its origin up to a position, by their authors' names."""
    tx.execute(
        "insert into sessions (project, id, author, goal, status, base_position, origin, model,"
        " started_at, ended_at, position, transcript, author_handle)"
        " select ?, id, ?, goal, status, base_position, origin, model, started_at, ended_at,"
        " position, transcript,"
        " coalesce(author_handle, (select handle from accounts where key = author))"
        " from sessions where project = ? and status = 'landed' and position <= ?"
        " order by position",
        (project, author, origin, until),
    )


def forget_after(tx: Tx, project: int, position: int) -> None:
    """Forget the sessions that landed behind a position."""
    tx.execute("delete from sessions where project = ? and position > ?", (project, position))


def land(tx: Tx, key: int, landed: LandedSession) -> None:
    """Turn an active session into a landed one, as the landing tells it."""
    tx.execute(
        "update sessions set status = 'landed', goal = ?, base_position = ?, origin = ?, model = ?,"
        " ended_at = ?, position = ?, transcript = ? where key = ?",
        (
            landed.goal,
            landed.base_position,
            landed.origin,
            landed.model,
            landed.landed_at,
            landed.position,
            landed.transcript,
            key,
        ),
    )


def abandon(tx: Tx, key: int, at: int) -> None:
    """Turn an active session into an abandoned one."""
    tx.execute("update sessions set status = 'abandoned', ended_at = ? where key = ?", (at, key))


def find(tx: Tx, project: int, name: str) -> _Row | None:
    """Return key and session of an id, without what was said in it."""
    row = tx.execute(_SESSION + " and id = ?", (project, name)).fetchone()
    return _session(row) if row else None


def one_status(
    tx: Tx, project: int, status: Status, beyond: int, limit: int, *, is_oldest: bool
) -> list[_Row]:
    """Return up to `limit` sessions of a status on the far side of a key, nearest first."""
    way, order = (">", "asc") if is_oldest else ("<", "desc")
    rows = tx.execute(
        _SESSION
        + f" and status = ? and sessions.key {way} ? order by sessions.key {order} limit ?",
        (project, status.value, beyond, limit),
    )
    return [_session(row) for row in rows]


def count_active(tx: Tx, project: int) -> int:
    """Return how many sessions of a project are under way."""
    (count,) = tx.execute(
        "select count(*) from sessions where project = ? and status = 'active'", (project,)
    ).fetchone()
    return int(count)


def progress(tx: Tx, key: int, session: Session, longest: int) -> Progress:
    """Return how far an active session is."""
    last = tx.execute(
        "select substr(text, 1, ?), role, at from session_messages where session = ?"
        " order by key desc limit 1",
        (longest, key),
    ).fetchone() or ("", "", session.started_at)
    counts = tx.execute(
        "select (select count(*) from session_messages where session = :s),"
        " (select count(*) from session_decisions where session = :s),"
        " (select count(*) from session_epochs where session = :s),"
        " (select coalesce(max(at), 0) from session_decisions where session = :s)",
        {"s": key},
    ).fetchone()
    said, decided, batches, newest = counts
    text, role, at = last
    return Progress(session, said, decided, batches, text, role, max(at, newest))


def add_messages(tx: Tx, key: int, messages: Iterable[Message]) -> None:
    """Write what was said in a session."""
    tx.executemany(
        "insert into session_messages (session, role, text, at) values (?, ?, ?, ?)",
        [(key, message.role, message.text, message.at) for message in messages],
    )


def add_decisions(tx: Tx, key: int, decisions: Iterable[Decision]) -> None:
    """Write what was decided in a session."""
    tx.executemany(
        "insert into session_decisions (session, text, why, at) values (?, ?, ?, ?)",
        [(key, decision.text, decision.why, decision.at) for decision in decisions],
    )


def messages(tx: Tx, key: int) -> tuple[Message, ...]:
    """Return what was said in a session, in order."""
    rows = tx.execute(
        "select role, text, at from session_messages where session = ? order by key", (key,)
    )
    return tuple(Message(*row) for row in rows)


def decisions(tx: Tx, key: int) -> tuple[Decision, ...]:
    """Return what was decided in a session, in order."""
    rows = tx.execute(
        "select text, why, at from session_decisions where session = ? order by key", (key,)
    )
    return tuple(Decision(*row) for row in rows)


def said_bytes(tx: Tx, key: int) -> int:
    """Return how many bytes were said and decided in a session."""
    (total,) = tx.execute(
        "select coalesce((select sum(length(cast(text as blob)))"
        " from session_messages where session = :s), 0)"
        " + coalesce((select sum(length(cast(text as blob)) + length(cast(why as blob)))"
        " from session_decisions where session = :s), 0)",
        {"s": key},
    ).fetchone()
    return int(total)


def add_epoch(tx: Tx, key: int, epoch: int, changes: bytes) -> None:
    """Write a batch of changes; it becomes the last one."""
    tx.execute(
        "insert into session_epochs (session, epoch, changes) values (?, ?, ?)",
        (key, epoch, changes),
    )
    tx.execute("update sessions set epoch = ? where key = ?", (epoch, key))


def epochs(tx: Tx, key: int) -> list[bytes]:
    """Return the batches of changes of a session, oldest first."""
    rows = tx.execute("select changes from session_epochs where session = ? order by epoch", (key,))
    return [changes for (changes,) in rows]


def all_epochs(tx: Tx) -> Iterator[bytes]:
    """Return the batches of changes of all sessions that are under way."""
    return (changes for (changes,) in tx.execute("select changes from session_epochs"))


def epochs_bytes(tx: Tx, key: int) -> int:
    """Return how much the batches of a session take."""
    (total,) = tx.execute(
        "select coalesce(sum(length(changes)), 0) from session_epochs where session = ?", (key,)
    ).fetchone()
    return int(total)


def drop_epochs(tx: Tx, key: int) -> None:
    """Forget the batches of changes of a session that ended."""
    tx.execute("delete from session_epochs where session = ?", (key,))


def forget_landed(tx: Tx, project: int) -> None:
    """Forget the sessions that landed on a project."""
    tx.execute("delete from sessions where project = ? and status = 'landed'", (project,))


def _session(row: tuple[int, str, int, int, str, str, str, object]) -> _Row:
    key, name, project, author, handle, goal, status, *rest = row
    return key, Session(name, project, author, handle, goal, Status(status), *rest)  # type: ignore[arg-type]
