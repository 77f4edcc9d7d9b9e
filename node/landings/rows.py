"""Landings in SQL; the only module of this slice that knows its tables."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from keys.statements.descriptor import Descriptor
from keys.statements.equivocation import Equivocation
from keys.statements.landing import Carried, Imported
from node.landings.model import NOTHING, Head, Landing, Wanted
from store.database import Tx
from store.digest import Digest

MOST_PROOFS = 20
"""How many proofs against the homes of one project are kept: a home can sign any number."""

_COLUMNS = (
    "position, id, tree, previous_tree, session, author_handle, author_did, goal, origin, model,"
    " contribution, transcript, changes, changes_size, changed, clock, landed_at,"
    " imported_commit, imported_author, imported_email, imported_at,"
    " carried_project, carried_position, carried_record, carried_at"
)


def head(tx: Tx, project: int) -> Head:
    """Return where `project` stands; position 0 if nothing has landed."""
    row = tx.execute(
        "select position, tree, id, clock from landings"
        " where project = ? order by position desc limit 1",
        (project,),
    ).fetchone()
    return Head(*row) if row else NOTHING


def heads(tx: Tx) -> dict[int, int]:
    """Return the newest position of each project that anything has landed on."""
    return dict(tx.execute("select project, max(position) from landings group by project"))


def newest_of(tx: Tx, projects: Sequence[int]) -> dict[int, tuple[int, Digest]]:
    """Return position and id of the newest landing of each of `projects` that has any."""
    rows = tx.execute(
        "select project, position, id from landings where (project, position) in"
        " (select project, max(position) from landings"
        " where project in (select value from json_each(?)) group by project)",
        (json.dumps(projects),),
    )
    return {project: (position, Digest(record)) for project, position, record in rows}


def get(tx: Tx, project: int, position: int) -> Landing | None:
    """Return the landing at `position`."""
    row = tx.execute(
        f"select {_COLUMNS} from landings where project = ? and position = ?",  # noqa: S608
        (project, position),
    ).fetchone()
    return _landing(row) if row else None


def has_landed(tx: Tx, project: int, signer: str) -> bool:
    """Whether a landing of a project was signed by a key."""
    row = tx.execute(
        "select 1 from landings where project = ? and author_did = ? limit 1", (project, signer)
    ).fetchone()
    return row is not None


def of_session(tx: Tx, project: int, session: str) -> Landing | None:
    """Return the landing that a session became."""
    row = tx.execute(
        f"select {_COLUMNS} from landings where project = ? and session = ?",  # noqa: S608
        (project, session),
    ).fetchone()
    return _landing(row) if row else None


def newest(tx: Tx, project: int, before: int, limit: int) -> list[Landing]:
    """Return up to `limit` landings below position `before`, newest first."""
    rows = tx.execute(
        f"select {_COLUMNS} from landings"  # noqa: S608
        " where project = ? and position < ? order by position desc limit ?",
        (project, before, limit),
    )
    return [_landing(row) for row in rows]


def matching(
    tx: Tx, project: int, wanted: Wanted, path: int | None, beyond: int, limit: int, *, newer: bool
) -> list[Landing]:
    """Return up to `limit` landings on one side of position `beyond` that match, newest first."""
    way, order = (">", "asc") if newer else ("<", "desc")
    tests: list[str] = [f"position {way} ?"]
    values: list[int | str] = [beyond]
    if wanted.author:
        tests, values = [*tests, "author_handle = ?"], [*values, wanted.author]
    if wanted.origin:
        tests, values = [*tests, "origin = ?"], [*values, wanted.origin]
    if path is not None:
        touched = "position in (select position from path_touches where project = ? and path = ?)"
        tests, values = [*tests, touched], [*values, project, path]
    rows = tx.execute(
        f"select {_COLUMNS} from landings where project = ? and {' and '.join(tests)}"  # noqa: S608
        f" order by position {order} limit ?",
        (project, *values, limit),
    )
    found = [_landing(row) for row in rows]
    return found[::-1] if newer else found


def origins(tx: Tx, project: int, before: int, limit: int) -> dict[str, int]:
    """Return how many of the `limit` landings below position `before` there are of each origin."""
    rows = tx.execute(
        "select origin, count(*) from (select origin from landings"
        " where project = ? and position < ? order by position desc limit ?) group by origin",
        (project, before, limit),
    )
    return dict(rows)


def touching(tx: Tx, project: int, path: int, before: int, limit: int) -> list[Landing]:
    """Return up to `limit` landings below `before` that touched a path, newest first."""
    rows = tx.execute(
        f"select {_COLUMNS} from landings where project = ? and position in"  # noqa: S608
        " (select position from path_touches where project = ? and path = ? and position < ?"
        " order by position desc limit ?) order by position desc",
        (project, project, path, before, limit),
    )
    return [_landing(row) for row in rows]


def positions_of(tx: Tx, project: int, path: int, until: int) -> list[int]:
    """Return the positions up to `until` that changed exactly this path, oldest first."""
    rows = tx.execute(
        "select position from path_touches"
        " where project = ? and path = ? and position <= ? and below = 0 order by position",
        (project, path, until),
    )
    return [position for (position,) in rows]


def last_touch(tx: Tx, project: int, path: int, until: int) -> int | None:
    """Return the newest position up to `until` that touched a path or something below it."""
    row = tx.execute(
        "select max(position) from path_touches where project = ? and path = ? and position <= ?",
        (project, path, until),
    ).fetchone()
    return row[0] if row else None


def moved_since(tx: Tx, project: int, path: int, base: int, *, itself: bool) -> int | None:
    """Return the newest position after `base` that touched a path; `itself`: not just below it."""
    row = tx.execute(
        "select max(position) from path_touches"
        " where project = ? and path = ? and position > ? and below <= ?",
        (project, path, base, 0 if itself else 1),
    ).fetchone()
    return row[0] if row else None


def add(tx: Tx, project: int, author: int, landing: Landing) -> None:
    """Add a landing; its position becomes the head."""
    tx.execute(
        "insert into landings (project, author, position, id, tree, previous_tree, session,"
        " author_handle, author_did, goal, origin, model, contribution, transcript, changes,"
        " changes_size, changed, clock, landed_at,"
        " imported_commit, imported_author, imported_email, imported_at,"
        " carried_project, carried_position, carried_record, carried_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            project,
            author,
            landing.position,
            landing.id,
            landing.tree,
            landing.previous_tree,
            landing.session,
            landing.author,
            landing.author_did,
            landing.goal,
            landing.origin,
            landing.model,
            landing.contribution,
            landing.transcript,
            landing.changes.id,
            landing.changes.size,
            landing.changed,
            landing.clock,
            landing.landed_at,
            *_imported(landing.imported),
            *_carried(landing.carried),
        ),
    )


def _imported(told: Imported | None) -> tuple[object, ...]:
    if told is None:
        return (None, None, None, None)
    return (bytes.fromhex(told.commit), told.author, told.email, told.authored_at)


def _carried(told: Carried | None) -> tuple[object, ...]:
    if told is None:
        return (None, None, None, None)
    return (told.project, told.position, told.record, told.made_at)


def imported(tx: Tx, project: int) -> dict[int, str]:
    """Return the commits that positions were, where they were imported."""
    found = tx.execute(
        "select position, imported_commit from landings"
        " where project = ? and imported_commit is not null",
        (project,),
    )
    return {position: commit.hex() for position, commit in found}


def last_imported(tx: Tx, project: int) -> int | None:
    """Return the last position that was a commit before, if any was."""
    row = tx.execute(
        "select max(position) from landings where project = ? and imported_commit is not null",
        (project,),
    ).fetchone()
    return None if row[0] is None else int(row[0])


def unsigned(tx: Tx, project: int, after: int) -> list[Landing]:
    """Return the landings behind a position without a statement that were nothing elsewhere."""
    found = tx.execute(
        f"select {_COLUMNS} from landings where project = ? and position > ?"  # noqa: S608
        " and contribution is null and imported_commit is null and carried_project is null"
        " order by position",
        (project, after),
    )
    return [_landing(row) for row in found]


def touch(tx: Tx, project: int, position: int, paths: Iterable[int], above: Iterable[int]) -> None:
    """Note that `position` changed `paths`, and something below each of `above`."""
    tx.executemany(
        "insert into path_touches (project, path, position, below) values (?, ?, ?, 0)"
        " on conflict do nothing",
        sorted((project, path, position) for path in paths),
    )
    tx.executemany(
        "insert into path_touches (project, path, position, below) values (?, ?, ?, 1)"
        " on conflict do nothing",
        sorted((project, path, position) for path in above),
    )


def everything(tx: Tx) -> Iterator[tuple[int, Landing]]:
    """Return every landing with its project's key: what the garbage collector must keep."""
    rows = tx.execute(
        f"select {_COLUMNS}, project from landings order by project, position"  # noqa: S608
    )
    for *row, project in rows:
        yield project, _landing(tuple(row))


def _landing(row: tuple[Any, ...]) -> Landing:
    before, (changes, size), after = row[:12], row[12:14], row[14:17]
    told, over = row[17:21], row[21:]
    imported = None if told[0] is None else Imported(told[0].hex(), *told[1:])
    # Origin and model stand in columns of their own.
    carried = None if over[0] is None else Carried(*over, *row[8:10])
    return Landing(*before, Descriptor(changes, size), *after, imported, carried)  # type: ignore[call-arg]


def changed(tx: Tx, project: int, first: int, last: int) -> int:
    """Return the sum of the changed paths of the landings from `first` to `last`."""
    row = tx.execute(
        "select coalesce(sum(changed), 0) from landings"
        " where project = ? and position between ? and ?",
        (project, first, last),
    ).fetchone()
    return int(row[0])


def held(tx: Tx, project: int) -> str | None:
    """Return why a project takes no landings now, if it takes none."""
    row = tx.execute("select reason from landing_holds where project = ?", (project,)).fetchone()
    return row[0] if row else None


def hold(tx: Tx, project: int, reason: str) -> None:
    """Let a project take no landings."""
    tx.execute(
        "insert or replace into landing_holds (project, reason) values (?, ?)", (project, reason)
    )


def release(tx: Tx, project: int) -> None:
    """Let a project take landings again."""
    tx.execute("delete from landing_holds where project = ?", (project,))


def forget_after(tx: Tx, project: int, position: int) -> None:
    """Remove the landings of a project behind a position."""
    behind = (project, position)
    tx.execute("delete from path_touches where project = ? and position > ?", behind)
    tx.execute("delete from landings where project = ? and position > ?", behind)


def add_equivocation(tx: Tx, proof: Equivocation, encoded: bytes, at: int) -> bool:
    """Keep proof that a home said what it may not; return whether it was worth keeping.

    The first one of a position is enough, and so are `MOST_PROOFS` of a project.
    """
    done = tx.execute(
        "insert or ignore into equivocations (project, position, signer, proof, seen_at)"
        " select ?1, ?2, ?3, ?4, ?5"
        " where (select count(*) from equivocations where project = ?1) < ?6",
        (proof.project, proof.position, proof.signer, encoded, at, MOST_PROOFS),
    )
    return done.rowcount > 0


def inherit(tx: Tx, origin: int, project: int, until: int) -> None:
    """Give a fork the landings of its origin up to a position; they are nobody's here."""
    tx.execute(
        f"insert into landings (project, author, {_COLUMNS}) select ?, 0, {_COLUMNS} from landings"  # noqa: S608
        " where project = ? and position <= ? order by position",
        (project, origin, until),
    )
    tx.execute(
        "insert into path_touches (project, path, position, below)"
        " select ?, path, position, below from path_touches"
        " where project = ? and position <= ? order by path, position",
        (project, origin, until),
    )


def carried_until(tx: Tx, project: int, origin: str) -> int:
    """Return the newest landing of `origin` that was carried over to a project, 0 for none."""
    row = tx.execute(
        "select max(carried_position) from landings where project = ? and carried_project = ?",
        (project, origin),
    ).fetchone()
    return row[0] or 0


def forget(tx: Tx, project: int) -> None:
    """Remove all landings of a project, as if there had been none."""
    tx.execute("delete from path_touches where project = ?", (project,))
    tx.execute("delete from landings where project = ?", (project,))


def all_held(tx: Tx) -> list[int]:
    """Return the projects that take no landings now."""
    return [project for (project,) in tx.execute("select project from landing_holds")]
