"""Projects in SQL; a deleted one is seen by nothing here but what counts its days."""

import json
from collections.abc import Sequence

from keys.statements.notice import Notice
from node.projects.model import Project
from store.database import Tx
from store.digest import Digest

_ANY = (
    "select projects.key, id, accounts.handle, owner, projects.handle, projects.name, description,"
    " visibility, document, projects.created_at, projects.updated_at, url, llm_model, archived_at,"
    " projects.home"
    " from projects join accounts on accounts.key = owner"
)
_PROJECT = _ANY + " where deleted_at is null"
_SEEN = _PROJECT + (  # noqa: S608  one constant text and another
    " and (visibility = 'public' or owner = :account"
    " or owner in (select organization from members where account = :account)"
    " or projects.key in (select project from project_members where account = :account))"
    " and projects.key < :before order by projects.key desc limit :limit"
)
_DELETED = _ANY.replace(" from", ", deleted_at from", 1) + (
    " where deleted_at > ? and owner = ? and projects.home is null"
    " order by deleted_at desc, projects.key desc"
)


def add(tx: Tx, project: Project) -> int:
    """Write a project and return its key; the one that `project` holds is not looked at."""
    done = tx.execute(
        "insert into projects (id, owner, handle, name, description, visibility, document,"
        " created_at, updated_at, url, llm_model, home)"
        " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            project.id,
            project.owner,
            project.handle,
            project.name,
            project.description,
            project.visibility,
            project.document,
            project.created_at,
            project.updated_at,
            project.url,
            project.llm_model,
            project.home,
        ),
    )
    return done.lastrowid or 0


def change(tx: Tx, project: Project) -> None:
    """Write what of a project can change."""
    tx.execute(
        "update projects set handle = ?, name = ?, description = ?, visibility = ?, document = ?,"
        " updated_at = ?, url = ?, llm_model = ? where key = ?",
        (
            project.handle,
            project.name,
            project.description,
            project.visibility,
            project.document,
            project.updated_at,
            project.url,
            project.llm_model,
            project.key,
        ),
    )


def by_name(tx: Tx, account: str, handle: str) -> Project | None:
    """Return the project `account/handle`, whatever the capitals."""
    row = tx.execute(
        _PROJECT + " and accounts.handle = ? and projects.handle = ?", (account, handle)
    ).fetchone()
    return Project(*row) if row else None


def by_key(tx: Tx, key: int) -> Project | None:
    """Return the project whose key is `key`."""
    row = tx.execute(_PROJECT + " and projects.key = ?", (key,)).fetchone()
    return Project(*row) if row else None


def address(tx: Tx, key: int) -> str:
    """Return `account/project` of a project that may be deleted; empty once it is gone."""
    row = tx.execute(_ANY + " where projects.key = ?", (key,)).fetchone()
    return Project(*row).address if row else ""


def by_id(tx: Tx, name: str) -> Project | None:
    """Return the project whose id is `name`."""
    row = tx.execute(_PROJECT + " and id = ?", (name,)).fetchone()
    return Project(*row) if row else None


def mirror_that_was(tx: Tx, account: str, handle: str) -> str | None:
    """Return the id of the mirror `account/handle` that went last, and is not gone for good."""
    row = tx.execute(
        "select id from projects join accounts on accounts.key = owner"
        " where deleted_at is not null and projects.home is not null"
        " and accounts.handle = ? and projects.handle = ? order by deleted_at desc limit 1",
        (account, handle),
    ).fetchone()
    return row[0] if row else None


def by_id_or_deleted(tx: Tx, name: str) -> tuple[Project, int | None] | None:
    """Return the project whose id is `name`, and when it was deleted if it was."""
    row = tx.execute(_ANY.replace(" from", ", deleted_at from", 1) + " where id = ?", (name,))
    found = row.fetchone()
    return (Project(*found[:-1]), found[-1]) if found else None


def put_notice(tx: Tx, notice: Notice, peer: str, envelope: bytes) -> None:
    """Write what a home says of a project, for the node `peer`, or for whoever asks."""
    tx.execute(
        "insert or replace into project_notices (project, peer, state, version, at, notice)"
        " values (?, ?, ?, ?, ?, ?)",
        (notice.project, peer, notice.state, notice.version, notice.at, envelope),
    )


def notice(tx: Tx, project: str, peers: Sequence[str]) -> tuple[int, bytes] | None:
    """Return version and envelope of the newest notice about a project for one of `peers`."""
    row = tx.execute(
        "select version, notice from project_notices where project = ?"
        " and peer in (select value from json_each(?)) order by version desc, at desc limit 1",
        (project, json.dumps(peers)),
    ).fetchone()
    return (row[0], row[1]) if row else None


def drop_notices(tx: Tx, project: str, peer: str | None = None) -> bool:
    """Forget the notices about a project, or the one for `peer`; return whether there were any."""
    done = tx.execute(
        "delete from project_notices where project = ? and peer = coalesce(?, peer)",
        (project, peer),
    )
    return done.rowcount > 0


def set_home(tx: Tx, project: int, owner: int, home: str | None) -> None:
    """Write who orders a project, None for this node, and whose it is here."""
    tx.execute(
        "update projects set owner = ?, home = ? where key = ?",
        (owner, home, project),
    )


def by_ids(tx: Tx, names: Sequence[str]) -> list[Project]:
    """Return those projects of which `names` are the ids."""
    rows = tx.execute(
        _PROJECT + " and id in (select value from json_each(?))",  # noqa: S608  two constants
        (json.dumps(names),),
    )
    return [Project(*row) for row in rows]


def by_keys(tx: Tx, keys: Sequence[int]) -> dict[int, Project]:
    """Return the projects with these keys, each under its key."""
    rows = tx.execute(
        _PROJECT + " and projects.key in (select value from json_each(?))",  # noqa: S608  constants
        (json.dumps(keys),),
    )
    return {row[0]: Project(*row) for row in rows}


def epochs(tx: Tx, projects: Sequence[int]) -> dict[int, int]:
    """Return how many documents the chain of each of `projects` has."""
    return dict(
        tx.execute(
            "select project, count(*) from project_documents"
            " where project in (select value from json_each(?)) group by project",
            (json.dumps(projects),),
        )
    )


def of_owner(tx: Tx, owner: int) -> list[Project]:
    """Return the projects of an account, by handle."""
    rows = tx.execute(_PROJECT + " and owner = ? order by projects.handle", (owner,))
    return [Project(*row) for row in rows]


def seen_by(tx: Tx, account: int, before: int, limit: int) -> list[Project]:
    """Return up to `limit` projects below key `before` that `account` may see, newest first."""
    asked = {"account": account, "before": before, "limit": limit}
    return [Project(*row) for row in tx.execute(_SEEN, asked)]


def count_of(tx: Tx, owner: int) -> int:
    """Return how many projects an account has."""
    (number,) = tx.execute(
        "select count(*) from projects where owner = ? and deleted_at is null", (owner,)
    ).fetchone()
    return int(number)


def deleted_of(tx: Tx, owner: int, since: int) -> list[tuple[Project, int]]:
    """Return what an account deleted after `since`, and when, newest first."""
    rows = tx.execute(_DELETED, (since, owner))
    return [(Project(*row[:-1]), row[-1]) for row in rows]


def restore(tx: Tx, project: int) -> None:
    """Bring a deleted project back."""
    tx.execute("update projects set deleted_at = null where key = ?", (project,))


def archive(tx: Tx, project: int, at: int | None) -> None:
    """Mark a project as archived, None for not any more."""
    tx.execute("update projects set archived_at = ? where key = ?", (at, project))


def hand_over(tx: Tx, project: int, owner: int) -> None:
    """Give a project another owner."""
    tx.execute("update projects set owner = ? where key = ?", (owner, project))


def add_bytes(tx: Tx, project: int, size: int) -> None:
    """Count bytes that came in through a project."""
    tx.execute("update projects set stored_bytes = stored_bytes + ? where key = ?", (size, project))


def stored(tx: Tx, owner: int, limit: int) -> list[tuple[str, int]]:
    """Return address and bytes of the projects of an account that hold most."""
    rows = tx.execute(
        "select accounts.handle || '/' || projects.handle, stored_bytes from projects"
        " join accounts on accounts.key = owner"
        " where owner = ? and deleted_at is null order by stored_bytes desc, 1 limit ?",
        (owner, limit),
    )
    return rows.fetchall()


def bytes_of(tx: Tx, owner: int) -> int:
    """Return how many bytes came in through the projects of an account."""
    (size,) = tx.execute(
        "select coalesce(sum(stored_bytes), 0) from projects where owner = ?", (owner,)
    ).fetchone()
    return int(size)


def owner_of(tx: Tx, project: int) -> int | None:
    """Return whose a project is."""
    row = tx.execute("select owner from projects where key = ?", (project,)).fetchone()
    return row[0] if row else None


def has_any(tx: Tx, owner: int) -> bool:
    """Return whether an account has projects, deleted ones that can be brought back too."""
    return tx.execute("select 1 from projects where owner = ?", (owner,)).fetchone() is not None


def add_document(tx: Tx, project: int, document: Digest) -> None:
    """Write the next version of a project's document."""
    tx.execute(
        "insert into project_documents (project, version, document) select ?, count(*) + 1, ?"
        " from project_documents where project = ?",
        (project, document, project),
    )


def documents(tx: Tx, project: int) -> list[Digest]:
    """Return the versions of a project's document, oldest first."""
    rows = tx.execute(
        "select document from project_documents where project = ? order by version", (project,)
    )
    return [Digest(document) for (document,) in rows]


def ids(tx: Tx) -> dict[int, str]:
    """Return the id of each project that is not deleted, by its key."""
    return dict(tx.execute("select key, id from projects where deleted_at is null"))


def document_ids(tx: Tx) -> list[Digest]:
    """Return every version of every project's document, deleted projects' too."""
    return [Digest(name) for (name,) in tx.execute("select document from project_documents")]


def delete(tx: Tx, project: int, at: int) -> None:
    """Take a project away from everybody's eyes; its name is free again."""
    tx.execute("update projects set deleted_at = ? where key = ?", (at, project))


def forget(tx: Tx, project: int, deleted_before: int) -> bool:
    """Remove a project that was deleted long enough ago; return whether there was one."""
    done = tx.execute(
        "delete from projects where key = ? and deleted_at <= ?", (project, deleted_before)
    )
    return done.rowcount == 1


def put_behind(tx: Tx, project: int, position: int, at: int) -> None:
    """Write how far a project must catch up."""
    tx.execute(
        "insert into projects_behind (project, position, since) values (?, ?, ?)"
        " on conflict (project) do update set position = max(position, excluded.position)",
        (project, position, at),
    )


def suspect(tx: Tx, at: int) -> None:
    """Write of each project that this node orders that it may have to catch up."""
    tx.execute(
        "insert or ignore into projects_behind (project, position, since)"
        " select key, 0, ? from projects where home is null and deleted_at is null",
        (at,),
    )


def trust(tx: Tx) -> None:
    """Remove the projects of which nobody has shown anything newer."""
    tx.execute("delete from projects_behind where position = 0")


def remove_behind(tx: Tx, project: int) -> None:
    """Remove a project that has caught up."""
    tx.execute("delete from projects_behind where project = ?", (project,))


def explain_behind(tx: Tx, project: int, reason: str) -> None:
    """Write why a project has not caught up."""
    tx.execute("update projects_behind set reason = ? where project = ?", (reason, project))


def behind(tx: Tx, project: int) -> int | None:
    """Return how far a project must catch up, None if it need not."""
    row = tx.execute(
        "select position from projects_behind where project = ?", (project,)
    ).fetchone()
    return row[0] if row else None


def all_behind(tx: Tx) -> list[tuple[int, int, int, str]]:
    """Return key, position, time and reason of the projects that must catch up, oldest first."""
    return tx.execute(
        "select project, position, since, reason from projects_behind order by since, project"
    ).fetchall()


def put_moved(tx: Tx, project: int, position: int, stays: bool, at: int) -> None:  # noqa: FBT001
    """Write from where another node orders a project that this one ordered."""
    tx.execute(
        "insert or replace into projects_moved (project, position, stays, at) values (?, ?, ?, ?)",
        (project, position, stays, at),
    )


def settle_moved(tx: Tx, project: int) -> None:
    """Write that nothing of a project stays here that its home does not go on from."""
    tx.execute("update projects_moved set stays = 0 where project = ?", (project,))


def remove_moved(tx: Tx, project: int) -> None:
    """Forget that another node ordered a project: this one does again."""
    tx.execute("delete from projects_moved where project = ?", (project,))


def moved(tx: Tx) -> list[tuple[int, int, int, int]]:
    """Return key, position, whether landings stay, and time of what moved away, oldest first."""
    return tx.execute(
        "select project, position, stays, at from projects_moved order by at, project"
    ).fetchall()
