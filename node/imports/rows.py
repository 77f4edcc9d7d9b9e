"""What git calls things, in SQL."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from node.imports.model import Import, Kept, Stage, Status, Tag
from store.database import Tx


def commit_at(tx: Tx, project: int, position: int) -> str | None:
    """Return the commit of a position, if it was made."""
    row = tx.execute(
        "select id from git_commits where project = ? and position = ?", (project, position)
    ).fetchone()
    return row[0].hex() if row else None


def newest_commit(tx: Tx, project: int, until: int) -> tuple[int, str] | None:
    """Return the newest position up to `until` that has a commit, and the commit."""
    row = tx.execute(
        "select position, id from git_commits where project = ? and position <= ?"
        " order by position desc limit 1",
        (project, until),
    ).fetchone()
    return (row[0], row[1].hex()) if row else None


def position_of(tx: Tx, project: int, commit: str) -> int | None:
    """Return the position of a commit."""
    row = tx.execute(
        "select position from git_commits where project = ? and id = ?",
        (project, bytes.fromhex(commit)),
    ).fetchone()
    return row[0] if row else None


def add_commits(tx: Tx, project: int, commits: Iterable[tuple[int, str]], *, kept: bool) -> None:
    """Write the commits of positions; one that is known stays. `kept`: the residue holds them."""
    tx.executemany(
        "insert into git_commits (project, position, id, kept) values (?, ?, ?, ?)"
        " on conflict do nothing",
        [(project, position, bytes.fromhex(name), kept) for position, name in commits],
    )


def kept_commits(tx: Tx, project: int, first: int, last: int) -> dict[int, str]:
    """Return the commits from `first` to `last` that cannot be made from their landings."""
    rows = tx.execute(
        "select position, id from git_commits"
        " where project = ? and position between ? and ? and kept",
        (project, first, last),
    )
    return {position: name.hex() for position, name in rows}


def tags(tx: Tx, project: int) -> list[Tag]:
    """Return the tags of a project, by name."""
    rows = tx.execute(
        "select name, oid, position from git_tags where project = ? order by name", (project,)
    )
    return [Tag(name, oid.hex(), position) for name, oid, position in rows]


def tag(tx: Tx, project: int, name: str) -> Tag | None:
    """Return one tag."""
    row = tx.execute(
        "select name, oid, position from git_tags where project = ? and name = ?", (project, name)
    ).fetchone()
    return Tag(row[0], row[1].hex(), row[2]) if row else None


def tag_in_the_way(tx: Tx, project: int, name: str) -> str | None:
    """Return a tag that lies above or below `name`, beside which git cannot hold it."""
    row = tx.execute(
        "select name from git_tags where project = ?1"
        " and (instr(name, ?2 || '/') = 1 or instr(?2, name || '/') = 1) limit 1",
        (project, name),
    ).fetchone()
    return row[0] if row else None


def put_tag(tx: Tx, project: int, new: Tag) -> None:
    """Write a tag in the place of one of its name."""
    tx.execute(
        "insert or replace into git_tags (project, name, oid, position) values (?, ?, ?, ?)",
        (project, new.name, bytes.fromhex(new.oid), new.position),
    )


def drop_tag(tx: Tx, project: int, name: str) -> bool:
    """Forget a tag; return whether there was one."""
    done = tx.execute("delete from git_tags where project = ? and name = ?", (project, name))
    return done.rowcount == 1


def add_residue(tx: Tx, project: int, kept: Iterable[Kept]) -> None:
    """Write what cannot be made again, behind what is there."""
    (last,) = tx.execute(
        "select coalesce(max(number), 0) from git_residue where project = ?", (project,)
    ).fetchone()
    tx.executemany(
        "insert into git_residue (project, number, kind, content, size) values (?, ?, ?, ?, ?)",
        [(project, n, one.kind, one.content, one.size) for n, one in enumerate(kept, last + 1)],
    )


def residue(tx: Tx, project: int, after: int = 0, most: int = -1) -> list[Kept]:
    """Return what cannot be made again, oldest first, without the first `after`."""
    rows = tx.execute(
        "select kind, content, size from git_residue where project = ? and number > ?"
        " order by number limit ?",
        (project, after, most),
    )
    return [Kept(*row) for row in rows]


def forget_residue(tx: Tx, project: int) -> None:
    """Forget what cannot be made again, and all commits, of a project."""
    tx.execute("delete from git_commits where project = ?", (project,))
    tx.execute("delete from git_residue where project = ?", (project,))


def residue_count(tx: Tx, project: int) -> int:
    """Return how many contents cannot be made again."""
    sql = "select count(*) from git_residue where project = ?"
    return int(tx.execute(sql, (project,)).fetchone()[0])


def all_residue(tx: Tx) -> Iterator[Kept]:
    """Return the same of every project: the collector keeps these contents."""
    for row in tx.execute("select kind, content, size from git_residue"):
        yield Kept(*row)


def inherit(tx: Tx, origin: int, project: int) -> None:
    """Give a fork all that git calls things of its origin."""
    for table, columns in (
        ("git_commits", "position, id, kept"),
        ("git_tags", "name, oid, position"),
        ("git_residue", "number, kind, content, size"),
    ):
        tx.execute(
            f"insert into {table} (project, {columns})"  # noqa: S608  constants
            f" select ?, {columns} from {table} where project = ?",
            (project, origin),
        )


def forget(tx: Tx, project: int) -> None:
    """Forget all that git calls things of a project."""
    for table in ("git_commits", "git_tags", "git_residue"):
        tx.execute(f"delete from {table} where project = ?", (project,))  # noqa: S608


_IMPORT = (
    "select id, project, account, url, stage, status, done, total, warnings, fault, message,"
    " created_at, updated_at from imports"
)


def put_import(tx: Tx, one: Import) -> None:
    """Write how an import stands."""
    tx.execute(
        "insert or replace into imports (id, project, account, url, stage, status, done, total,"
        " warnings, fault, message, created_at, updated_at)"
        " select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13"
        " where exists (select 1 from projects where key = ?2)",
        (
            one.id,
            one.project,
            one.account,
            one.url,
            one.stage.value,
            one.status.value,
            one.done,
            one.total,
            msgspec.json.encode(one.warnings).decode(),
            one.fault,
            one.message,
            one.created_at,
            one.updated_at,
        ),
    )


def an_import(tx: Tx, name: str) -> Import | None:
    """Return an import by its id."""
    row = tx.execute(_IMPORT + " where id = ?", (name,)).fetchone()
    return _import(row) if row else None


def imports_of(tx: Tx, project: int) -> list[Import]:
    """Return the imports into a project, newest first."""
    rows = tx.execute(
        _IMPORT + " where project = ? order by created_at desc, id limit 50", (project,)
    )
    return [_import(row) for row in rows]


def under_way(tx: Tx) -> set[int]:
    """Return the projects into which something is being imported by a job."""
    rows = tx.execute("select project from imports where status in ('queued', 'running')")
    return {project for (project,) in rows}


def _import(row: tuple[Any, ...]) -> Import:
    name, project, account, url, stage, status, done, total, warnings, *rest = row
    told = tuple(msgspec.json.decode(warnings, type=list[str]))
    return Import(
        name, project, account, url, Stage(stage), Status(status), done, total, told, *rest
    )
