"""Stars, interactions and what is counted of projects, in SQL."""

import json
from collections.abc import Mapping, Sequence

from node.stars.model import Activity
from store.database import Tx

Seer = Mapping[str, int | None]
"""Whose private projects are looked at, `account`, and of which one alone, `only`."""

_SEEN = (
    " from projects join accounts on accounts.key = owner where deleted_at is null"
    " and (visibility = 'public' or (:only is null or projects.key = :only) and (owner = :account"
    " or owner in (select organization from members where account = :account)"
    " or projects.key in (select project from project_members where account = :account)))"
)
_PAGE = " limit :limit offset :start"
_ORDERS = {
    "popular": " order by stars desc, projects.created_at desc, accounts.handle, projects.handle",
    "recent": " order by active_at desc, projects.key desc",
}


def give(tx: Tx, project: int, account: int, at: int) -> bool:
    """Write a star; return whether there was none."""
    done = tx.execute(
        "insert into project_stars (project, account, at) values (?, ?, ?) on conflict do nothing",
        (project, account, at),
    )
    return done.rowcount == 1


def take(tx: Tx, project: int, account: int) -> bool:
    """Remove a star; return whether there was one."""
    done = tx.execute(
        "delete from project_stars where project = ? and account = ?", (project, account)
    )
    return done.rowcount == 1


def has(tx: Tx, project: int, account: int | None) -> bool:
    """Whether somebody gave a project a star."""
    row = tx.execute(
        "select 1 from project_stars where project = ? and account = ?", (project, account)
    ).fetchone()
    return row is not None


def counts(tx: Tx, project: int) -> tuple[int, int]:
    """Return how many stars and how many forks a project has."""
    row = tx.execute("select stars, forks from projects where key = ?", (project,)).fetchone()
    return (row[0], row[1]) if row else (0, 0)


def interact(tx: Tx, account: int, project: int, kind: str, at: int) -> None:
    """Note that somebody did something with a project."""
    tx.execute(
        "insert into project_interactions (account, project, kind, last_at) values (?, ?, ?, ?)"
        " on conflict do update set kind = excluded.kind, count = count + 1,"
        " last_at = excluded.last_at",
        (account, project, kind, at),
    )


def last_interaction(tx: Tx, account: int, project: int) -> int:
    """Return when somebody last did something with a project, 0 for never."""
    row = tx.execute(
        "select last_at from project_interactions where account = ? and project = ?",
        (account, project),
    ).fetchone()
    return row[0] if row else 0


def interacted(tx: Tx, account: int, limit: int) -> list[int]:
    """Return the projects that somebody had to do with, the last one first."""
    rows = tx.execute(
        "select project from project_interactions where account = ? order by last_at desc limit ?",
        (account, limit),
    )
    return [key for (key,) in rows]


def starred(tx: Tx, seer: Seer, giver: int, limit: int) -> list[int]:
    """Return those projects with a star of `giver` that may be seen, the last one first."""
    rows = tx.execute(
        "select projects.key"
        + _SEEN.replace(" where", " join project_stars on project = projects.key where", 1)
        + " and project_stars.account = :giver order by at desc, projects.key limit :limit",
        {**seer, "giver": giver, "limit": limit},
    )
    return [key for (key,) in rows]


def forget(tx: Tx, account: int) -> None:
    """Remove all that an account gave and looked at."""
    tx.execute("delete from project_stars where account = ?", (account,))
    tx.execute("delete from project_interactions where account = ?", (account,))


def count_seen(tx: Tx, seer: Seer) -> int:
    """Return how many projects may be seen."""
    (count,) = tx.execute("select count(*)" + _SEEN, dict(seer)).fetchone()
    return int(count)


def ordered(tx: Tx, seer: Seer, sort: str, start: int, limit: int) -> list[int]:
    """Return keys of projects that may be seen, in an order that the table knows."""
    asked = {**seer, "start": start, "limit": limit}
    rows = tx.execute("select projects.key" + _SEEN + _ORDERS[sort] + _PAGE, asked)
    return [key for (key,) in rows]


def worked_on(tx: Tx, account: int, limit: int) -> list[int]:
    """Return the projects that somebody owns, or has a role on, the liveliest first."""
    rows = tx.execute(
        "select key from projects where deleted_at is null and home is null and (owner = :account"
        " or owner in (select organization from members where account = :account)"
        " or key in (select project from project_members where account = :account))"
        " order by active_at desc, key desc limit :limit",
        {"account": account, "limit": limit},
    )
    return [key for (key,) in rows]


def activities(tx: Tx, seer: Seer, since: int, most: int) -> list[Activity]:
    """Return what happened since a day with those projects that can be among the first `most`.

    To these belong all to which something happened, and of the others those with most stars.
    """
    asked = {**seer, "day": since, "at": since * 86_400_000, "most": most}
    rows = tx.execute(
        "with given as (select project, count(*) as n from project_stars where at >= :at"  # noqa: S608  constants
        " group by project), landed as (select project, sum(landings) as n from project_days"
        f" where day >= :day group by project), loved as (select projects.key{_SEEN}"
        " order by stars desc, projects.created_at desc, projects.key desc limit :most)"
        " select projects.key, stars,"
        " coalesce((select n from given where project = projects.key), 0),"
        " coalesce((select n from landed where project = projects.key), 0),"
        f" projects.created_at{_SEEN} and projects.key in (select project from given"
        " union select project from landed union select key from loved)",
        asked,
    )
    return [Activity(*row) for row in rows]


def facts(tx: Tx, keys: Sequence[int]) -> dict[int, tuple[int, int, int, str]]:
    """Return stars, newest position, last activity and first language of projects."""
    rows = tx.execute(
        "select key, stars, landings, active_at, coalesce((select language from project_languages"
        " where project = key order by bytes desc limit 1), '') from projects"
        " where key in (select value from json_each(?))",
        (json.dumps(keys),),
    )
    return {key: (stars, landings, at, language) for key, stars, landings, at, language in rows}
