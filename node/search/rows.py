"""The index in SQL; who may see a hit stands in each question."""

from collections.abc import Iterable, Sequence

from node.search.model import MOST_COUNTED
from store.database import Tx
from store.digest import Digest

_SEEN = (
    " projects.deleted_at is null and (projects.visibility = 'public'"
    " or (:only is null or projects.key = :only) and (projects.owner = :account"
    " or projects.owner in (select organization from members where account = :account)"
    " or projects.key in (select project from project_members where account = :account)))"
    " and (:project = '' or accounts.handle || '/' || projects.handle = :project collate nocase)"
)
_OWNERS = " join accounts on accounts.key = projects.owner"
_ADDRESS = "accounts.handle || '/' || projects.handle"
_PROJECTS = (
    " from search_projects join projects on projects.key = search_projects.rowid"
    f"{_OWNERS} where search_projects match :match and :path = '' and :author = ''"
    f" and :origins = '' and{_SEEN}"
)
_FILES = (
    " :author = '' and :origins = ''"
    " and (:path = '' or instr(lower(search_files.path), lower(:path))) and"
)
_CODE = (
    " from search_code join search_files on search_files.blob = search_code.rowid"
    f" join projects on projects.key = search_files.project{_OWNERS}"
    f" where search_code match :match and{_FILES}{_SEEN}"
)
_PATHS = (
    " from search_paths join search_files on search_files.key = search_paths.rowid"
    f" join projects on projects.key = search_files.project{_OWNERS}"
    f" where search_paths match :match and{_FILES}{_SEEN}"
)
_AUTHOR = (
    "coalesce((select author_handle from landings where landings.project = hit.project"
    " and landings.position = hit.position), (select handle from accounts where key ="
    " (select author from sessions where sessions.project = hit.project"
    " and sessions.id = hit.session)))"
)
_ORIGIN = (
    "coalesce((select origin from landings where landings.project = hit.project"
    " and landings.position = hit.position), (select origin from sessions where"
    " sessions.project = hit.project and sessions.id = hit.session))"
)
_REASONS = (
    " from search_reasons join search_why as hit on hit.key = search_reasons.rowid"
    f" join projects on projects.key = hit.project{_OWNERS}"
    " where search_reasons match :match and :path = ''"
    f" and (:author = '' or :author = {_AUTHOR} collate nocase)"
    f" and (:origins = '' or instr(:origins, ' ' || {_ORIGIN} || ' ')) and{_SEEN}"
)
COUNTED = {"projects": _PROJECTS, "code": _CODE, "reasons": _REASONS}


# ---------------------------------------------------------------------------------- what is asked


def projects(tx: Tx, asked: dict[str, object]) -> list[tuple[str, str, str]]:
    """Return address, name and description of projects, best first."""
    query = (
        f"select {_ADDRESS}, projects.name, projects.description{_PROJECTS}"
        " order by bm25(search_projects, 10, 5) limit :limit offset :offset"
    )
    return tx.execute(query, asked).fetchall()


def code(tx: Tx, asked: dict[str, object]) -> list[tuple[str, int, str, bytes | None]]:
    """Return address, project, path and content id of files by their content, best first."""
    query = (
        f"select {_ADDRESS}, projects.key, path,"  # noqa: S608
        " (select digest from search_blobs where search_blobs.key = search_files.blob)"
        f"{_CODE} order by bm25(search_code, 2, 1), projects.key, path limit :limit offset :offset"
    )
    return tx.execute(query, asked).fetchall()


def paths(tx: Tx, asked: dict[str, object]) -> list[tuple[str, int, str, bytes | None]]:
    """Return the same of files by their path, the shortest path first."""
    query = (
        f"select {_ADDRESS}, projects.key, search_files.path,"  # noqa: S608
        " (select digest from search_blobs where search_blobs.key = search_files.blob)"
        f"{_PATHS} order by length(search_files.path), search_files.path limit :limit"
    )
    return tx.execute(query, asked).fetchall()


def reasons(
    tx: Tx, asked: dict[str, object]
) -> list[tuple[str, int, int | None, str | None, str, str, str]]:
    """Return what landings and sessions say, best first.

    Of each: address, project, position or id of the session, goal, decisions and talk.
    """
    query = (
        f"select {_ADDRESS}, projects.key, hit.position, hit.session, goal, decided, said"
        f"{_REASONS} order by bm25(search_reasons, 10, 5, 1), hit.key desc"
        " limit :limit offset :offset"
    )
    return tx.execute(query, asked).fetchall()


def counts(tx: Tx, scope: str, asked: dict[str, object]) -> dict[str, int]:
    """Return how many of the first `MOST_COUNTED` hits each project has, by its address."""
    found = f"select {_ADDRESS} as address{COUNTED[scope]} limit {MOST_COUNTED}"
    query = f"select address, count(*) from ({found}) group by address"  # noqa: S608
    return dict(tx.execute(query, asked).fetchall())


# --------------------------------------------------------------------------------- what is indexed


def state(tx: Tx, project: int) -> tuple[int, Digest | None]:
    """Return up to which landing and which tree a project is indexed."""
    row = tx.execute(
        "select position, tree from search_state where project = ?", (project,)
    ).fetchone()
    return (row[0], Digest(row[1])) if row else (0, None)


def way(tx: Tx, project: int) -> tuple[Digest | None, Digest | None]:
    """Return from which tree to which one a project's index is under way; None where it is not."""
    row = tx.execute(
        "select tree, toward from search_state where project = ? and toward is not null", (project,)
    ).fetchone()
    return (Digest(row[0]), Digest(row[1])) if row else (None, None)


def set_state(
    tx: Tx, project: int, position: int, tree: Digest, toward: Digest | None = None
) -> None:
    """Write up to where a project is indexed, and `toward` which tree it goes."""
    tx.execute(
        "insert or replace into search_state (project, position, tree, toward) values (?, ?, ?, ?)",
        (project, position, tree, toward),
    )


def project(tx: Tx, key: int) -> tuple[str, str] | None:
    """Return what of a project's own is indexed."""
    row = tx.execute("select name, about from search_projects where rowid = ?", (key,)).fetchone()
    return (row[0], row[1]) if row else None


def set_project(tx: Tx, project: int, name: str, about: str) -> None:
    """Index what a project is called."""
    tx.execute("delete from search_projects where rowid = ?", (project,))
    tx.execute(
        "insert into search_projects (rowid, name, about) values (?, ?, ?)", (project, name, about)
    )


def drop_project(tx: Tx, project: int) -> None:
    """Index a project's name and reasons no longer; its files go one by one."""
    tx.execute("delete from search_projects where rowid = ?", (project,))
    _drop_reasons(tx, "project = ?", (project,))
    tx.execute("delete from search_state where project = ?", (project,))


def drop_landings(tx: Tx, project: int, after: int) -> None:
    """Index the landings of a project behind a position no longer."""
    _drop_reasons(tx, "project = ? and position > ?", (project, after))


def drop_session(tx: Tx, project: int, session: str) -> None:
    """Index a session no longer: it has landed, or says something else by now."""
    _drop_reasons(tx, "project = ? and session = ?", (project, session))


def _drop_reasons(tx: Tx, which: str, named: tuple[object, ...]) -> None:
    tx.execute(
        "delete from search_reasons where rowid in"  # noqa: S608
        f" (select key from search_why where {which})",
        named,
    )
    tx.execute(f"delete from search_why where {which}", named)  # noqa: S608


def add_landing(tx: Tx, project: int, position: int, goal: str, decided: str, said: str) -> None:
    """Index why something landed; to do so again changes nothing."""
    _add_reason(tx, project, position, None, (goal, decided, said))


def add_session(tx: Tx, project: int, session: str, goal: str, decided: str, said: str) -> None:
    """Index what a session says that has not landed."""
    _add_reason(tx, project, None, session, (goal, decided, said))


def _add_reason(
    tx: Tx, project: int, position: int | None, session: str | None, words: tuple[str, str, str]
) -> None:
    made = tx.execute(
        "insert or ignore into search_why (project, position, session) values (?, ?, ?)",
        (project, position, session),
    )
    if made.rowcount:
        tx.execute(
            "insert into search_reasons (rowid, goal, decided, said) values (?, ?, ?, ?)",
            (made.lastrowid, *words),
        )


def file(tx: Tx, project: int, path: str) -> tuple[int, int | None, Digest | None] | None:
    """Return the keys of an indexed file and of its content, and the content's id."""
    row = tx.execute(
        "select search_files.key, blob, digest from search_files"
        " left join search_blobs on search_blobs.key = blob where project = ? and path = ?",
        (project, path),
    ).fetchone()
    return (row[0], row[1], Digest(row[2]) if row[2] else None) if row else None


def files(tx: Tx, project: int, limit: int) -> list[str]:
    """Return some paths of a project that are indexed."""
    rows = tx.execute("select path from search_files where project = ? limit ?", (project, limit))
    return [path for (path,) in rows]


def blob(tx: Tx, digest: Digest) -> int | None:
    """Return the key of content that is indexed."""
    row = tx.execute("select key from search_blobs where digest = ?", (digest,)).fetchone()
    return row[0] if row else None


def add_blob(tx: Tx, digest: Digest, text: str, parts: str) -> int:
    """Index content that is not indexed yet; return its key."""
    made = tx.execute("insert into search_blobs (digest, files) values (?, 0)", (digest,))
    key = int(made.lastrowid or 0)
    tx.execute("insert into search_code (rowid, text, parts) values (?, ?, ?)", (key, text, parts))
    return key


def drop_blob(tx: Tx, key: int, text: str, parts: str) -> None:
    """Index content no longer; `text` and `parts` are what it was indexed with."""
    tx.execute(
        "insert into search_code (search_code, rowid, text, parts) values ('delete', ?, ?, ?)",
        (key, text, parts),
    )
    tx.execute("delete from search_blobs where key = ?", (key,))


def add_file(tx: Tx, project: int, path: str, blob: int | None) -> None:
    """Index a file under its path."""
    made = tx.execute(
        "insert into search_files (project, path, blob) values (?, ?, ?)", (project, path, blob)
    )
    tx.execute("insert into search_paths (rowid, path) values (?, ?)", (made.lastrowid, path))
    _count(tx, blob, 1)


def move_file(tx: Tx, key: int, old: int | None, new: int | None) -> None:
    """Let an indexed file have another content."""
    tx.execute("update search_files set blob = ? where key = ?", (new, key))
    _count(tx, old, -1)
    _count(tx, new, 1)


def drop_file(tx: Tx, key: int, blob: int | None) -> None:
    """Index a file no longer."""
    tx.execute("delete from search_paths where rowid = ?", (key,))
    tx.execute("delete from search_files where key = ?", (key,))
    _count(tx, blob, -1)


def unused(tx: Tx, keys: Iterable[int]) -> list[tuple[int, Digest]]:
    """Return those of some contents that no file has any more."""
    wanted: Sequence[int] = list(keys)
    marks = ", ".join("?" * len(wanted))
    rows = tx.execute(
        f"select key, digest from search_blobs where files <= 0 and key in ({marks})",  # noqa: S608
        tuple(wanted),
    )
    return [(key, Digest(digest)) for key, digest in rows]


def _count(tx: Tx, blob: int | None, more: int) -> None:
    if blob is not None:
        tx.execute("update search_blobs set files = files + ? where key = ?", (more, blob))
