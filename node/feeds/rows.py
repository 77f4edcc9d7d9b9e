"""Feeds in SQL; who may see what is part of each question."""

from collections.abc import Iterable

from node.feeds.model import Item
from store.database import Tx

_ITEM = (
    "select item.key, item.kind, item.at, coalesce(actor.handle, ''),"
    " coalesce(landings.author_handle, actor.handle, ''), owners.handle || '/' || projects.handle,"
    " projects.id, projects.description, item.position,"
    " coalesce(goal, ''), coalesce(origin, 'unknown'),"
    " exists (select 1 from forks where forks.project = projects.key)"
    " from feed_items as item"
    " join projects on projects.key = item.project and projects.deleted_at is null"
    " join accounts as owners on owners.key = projects.owner"
    " left join accounts as actor on actor.key = item.account and actor.closed_at is null"
    " left join landings on item.kind = 'landed' and landings.project = item.project"
    " and landings.position = item.position"
)
_BEFORE = " and (item.at, item.key) < (:at, :key) order by item.at desc, item.key desc limit :limit"
_SEEN = (
    " and (visibility = 'public' or owner = :account"
    " or owner in (select organization from members where account = :account)"
    " or projects.key in (select project from project_members where account = :account))"
)
# The newest of each that is followed, by index; all others are older than what is asked for.
_NEWEST = " and (at, key) < (:at, :key) order by at desc, key desc limit :limit)"
_FOLLOWED = (
    " where item.key in ("  # noqa: S608  constants
    "select one.key from project_stars as star join feed_items as one on one.key in ("
    "select key from feed_items where project = star.project and kind = 'landed'"
    f"{_NEWEST} where star.account = :account"
    " union select one.key from follows join projects as its on its.owner = follows.followed"
    " join feed_items as one on one.key in ("
    f"select key from feed_items where project = its.key and kind = 'landed'{_NEWEST}"
    " where follows.account = :account"
    " union select one.key from follows join feed_items as one on one.key in ("
    f"select key from feed_items where account = follows.followed{_NEWEST}"
    " where follows.account = :account)"
)
_OF_PROJECTS = (
    " where visibility = 'public' and item.key in ("  # noqa: S608  constants
    "select one.key from projects as its join feed_items as one on one.key in ("
    f"select key from feed_items where project = its.key and kind = 'landed'{_NEWEST}"
    " where its.owner = :of"
    " union select one.key from projects as its join feed_items as one"
    " on one.project = its.key and one.kind = 'created' where its.owner = :of)"
)
# What was made elsewhere, or by others, and only brought here is not what somebody did.
_MADE = (
    " from landings where project = :project and position > :start and position <= :last"
    " and imported_commit is null and carried_project is null and author <> 0"
)


def counted(tx: Tx, project: int) -> int:
    """Return the position up to which the landings of a project are in the feeds."""
    row = tx.execute("select position from feed_counts where project = ?", (project,)).fetchone()
    return row[0] if row else 0


def add_landings(tx: Tx, project: int, start: int, last: int) -> None:
    """Put the landings behind `start` up to `last` into the feeds, and count them."""
    asked = {"project": project, "start": start, "last": last}
    tx.execute(
        "insert or ignore into feed_items (account, project, kind, position, at)"
        " select author, project, 'landed', position, landed_at" + _MADE,
        asked,
    )
    tx.execute(
        "insert into feed_days (account, day, project, landings)"
        " select author, landed_at / 86400000, project, count(*)" + _MADE + " group by 1, 2"
        " on conflict do update set landings = landings + excluded.landings",
        asked,
    )
    tx.execute(
        "insert or replace into feed_counts (project, position) values (?, ?)", (project, last)
    )


def set_others(tx: Tx, project: int) -> None:
    """Let the feeds say who made a project and who likes it, as it is now."""
    tx.execute(
        "insert or ignore into feed_items (account, project, kind, at)"
        " select account, project, 'created', at from audit"
        " where project = ? and action = 'project.created' and account is not null"
        " order by seq limit 1",
        (project,),
    )
    tx.execute(
        "delete from feed_items where project = ? and kind = 'starred' and account not in"
        " (select account from project_stars where project = ?)",
        (project, project),
    )
    tx.execute(
        "insert into feed_items (account, project, kind, at)"
        " select account, project, 'starred', at from project_stars where project = ?"
        " on conflict do update set at = excluded.at where at <> excluded.at",
        (project,),
    )


def forget_landings(tx: Tx, project: int) -> None:
    """Take all landings of a project out of the feeds."""
    tx.execute("delete from feed_items where project = ? and kind = 'landed'", (project,))
    tx.execute("delete from feed_days where project = ?", (project,))
    tx.execute("delete from feed_counts where project = ?", (project,))


def of_account(tx: Tx, account: int, before: tuple[int, int], limit: int) -> list[Item]:
    """Return what an account did in public before a moment, newest first."""
    asked = {"of": account, "at": before[0], "key": before[1], "limit": limit}
    where = " where item.account = :of and visibility = 'public'"
    return _items(tx.execute(_ITEM + where + _BEFORE, asked))


def of_projects(tx: Tx, owner: int, before: tuple[int, int], limit: int) -> list[Item]:
    """Return what landed in public on the projects of an account before a moment."""
    asked = {"of": owner, "at": before[0], "key": before[1], "limit": limit}
    return _items(tx.execute(_ITEM + _OF_PROJECTS + _BEFORE, asked))


def followed(tx: Tx, account: int, before: tuple[int, int], limit: int) -> list[Item]:
    """Return what happened on starred projects, and what followed people did, that one may see."""
    asked = {"account": account, "at": before[0], "key": before[1], "limit": limit}
    return _items(tx.execute(_ITEM + _FOLLOWED + _SEEN + _BEFORE, asked))


def days(tx: Tx, account: int, first: int, last: int) -> dict[int, int]:
    """Return how much somebody landed in public on each day from `first` to `last`."""
    rows = tx.execute(
        "select day, sum(feed_days.landings) from feed_days"
        " join projects on projects.key = project and deleted_at is null and visibility = 'public'"
        " where account = ? and day between ? and ? group by day",
        (account, first, last),
    )
    return dict(rows.fetchall())


def follow(tx: Tx, account: int, followed: int, at: int) -> bool:
    """Follow somebody; return whether that is new."""
    done = tx.execute(
        "insert into follows (account, followed, at) values (?, ?, ?) on conflict do nothing",
        (account, followed, at),
    )
    return done.rowcount == 1


def unfollow(tx: Tx, account: int, followed: int) -> bool:
    """Follow somebody no more; return whether one did."""
    done = tx.execute("delete from follows where account = ? and followed = ?", (account, followed))
    return done.rowcount == 1


def is_followed(tx: Tx, account: int | None, followed: int) -> bool:
    """Return whether one account follows another."""
    row = tx.execute(
        "select 1 from follows where account = ? and followed = ?", (account, followed)
    ).fetchone()
    return row is not None


def following(tx: Tx, account: int) -> tuple[int, int]:
    """Return how many follow an account and how many it follows."""
    (followers,) = tx.execute(
        "select count(*) from follows where followed = ?", (account,)
    ).fetchone()
    (some,) = tx.execute("select count(*) from follows where account = ?", (account,)).fetchone()
    return followers, some


def forget(tx: Tx, account: int) -> None:
    """Forget whom an account follows and who follows it."""
    tx.execute("delete from follows where account = ? or followed = ?", (account, account))


def _items(
    rows: Iterable[tuple[int, str, int, str, str, str, str, str, int, str, str, int]],
) -> list[Item]:
    return [Item(*row[:-1], bool(row[-1])) for row in rows]
