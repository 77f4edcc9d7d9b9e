"""Notifications in SQL; what is about a project that one may not see any more is not there."""

from collections.abc import Iterable

from node.notifications.model import Note, Notification
from store.database import Tx

# A project of its own name: the outer tables have columns of the same names.
_SEEN = (
    " and (note.project is null or exists (select 1 from projects as its"
    " where its.key = note.project and its.deleted_at is null and (its.visibility = 'public'"
    " or its.owner = :account"
    " or its.owner in (select organization from members where account = :account)"
    " or its.key in (select project from project_members where account = :account))))"
)


def add(tx: Tx, note: Note, event: int, kind: str, at: int, most: int) -> None:
    """Write a note, once, and let go of the oldest of the account beyond `most`."""
    tx.execute(
        "insert into notifications (account, event, kind, project, actor, position, text, at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing",
        (note.account, event, kind, note.project, note.actor, note.position, note.text, at),
    )
    tx.execute(
        "delete from notifications where account = :account and event <= (select event"
        " from notifications where account = :account order by event desc limit 1 offset :most)",
        {"account": note.account, "most": most},
    )


def unread(tx: Tx, account: int) -> int:
    """Return how many notifications somebody has not read."""
    row = tx.execute(
        "select count(*) from notifications as note"  # noqa: S608  constants
        " where account = :account and is_read = 0" + _SEEN,
        {"account": account},
    ).fetchone()
    return int(row[0])


def listed(tx: Tx, account: int, before: int, limit: int) -> list[Notification]:
    """Return the notifications of somebody below the number `before`, newest first."""
    rows = tx.execute(
        "select event, note.kind, actor,"  # noqa: S608  constants
        " coalesce(owners.handle || '/' || projects.handle, ''), note.position,"
        " coalesce(goal, ''), text, at, is_read from notifications as note"
        " left join projects on projects.key = note.project"
        " left join accounts as owners on owners.key = projects.owner"
        " left join landings on landings.project = note.project"
        " and landings.position = note.position"
        " where note.account = :account and event < :before"
        + _SEEN
        + " order by event desc limit :limit",
        {"account": account, "before": before, "limit": limit},
    )
    return _notifications(rows)


def read(tx: Tx, account: int, event: int) -> bool:
    """Mark one as read; return whether there is such a one."""
    done = tx.execute(
        "update notifications set is_read = 1 where account = ? and event = ?", (account, event)
    )
    return done.rowcount == 1


def read_until(tx: Tx, account: int, event: int) -> None:
    """Mark all up to a number as read."""
    tx.execute(
        "update notifications set is_read = 1 where account = ? and event <= ? and is_read = 0",
        (account, event),
    )


def forget(tx: Tx, account: int) -> None:
    """Remove all notifications of an account."""
    tx.execute("delete from notifications where account = ?", (account,))


def _notifications(
    rows: Iterable[tuple[int, str, str, str, int | None, str, str, int, int]],
) -> list[Notification]:
    return [Notification(*row[:-1], bool(row[-1])) for row in rows]
