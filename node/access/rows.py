"""Roles in SQL: who acts for which organization, who works on which project."""

from collections.abc import Iterable

from node.access.model import Member
from node.kernel.parties import Standing
from store.database import Tx


def standing(tx: Tx, account: int) -> Standing:
    """Return every role that `account` has."""
    organizations = tx.execute(
        "select organization, role from members where account = ?", (account,)
    )
    projects = tx.execute("select project, role from project_members where account = ?", (account,))
    return Standing(dict(organizations.fetchall()), dict(projects.fetchall()))


def has_ended(tx: Tx, account: int | None, token: int | None, device: int | None) -> bool:
    """Whether an account was closed, or what somebody came with as that account was ended."""
    (found,) = tx.execute(
        "select exists (select 1 from accounts where key = ?1 and closed_at is not null)"
        " or (?2 is not null and not exists (select 1 from tokens where key = ?2"
        " and revoked_at is null and (device is null or not exists (select 1 from device_sessions"
        " made where made.key = device and made.disowned_at is not null))))"
        " or (?3 is not null and not exists (select 1 from device_sessions where key = ?3"
        " and revoked_at is null))",
        (account, token, device),
    ).fetchone()
    return bool(found)


def held_by(tx: Tx, peer: str) -> frozenset[int]:
    """Return the projects that a node may hold, as their documents say, and those it orders."""
    found = tx.execute(
        "select project from project_peers where did = ?1"
        " union select key from projects where home = ?1",
        (peer,),
    )
    return frozenset(project for (project,) in found)


def set_peers(tx: Tx, project: int, peers: Iterable[str]) -> None:
    """Write which nodes may hold a project."""
    tx.execute("delete from project_peers where project = ?", (project,))
    tx.executemany(
        "insert into project_peers (project, did) values (?, ?)",
        [(project, did) for did in sorted(set(peers))],
    )


def peers_of(tx: Tx, project: int) -> list[str]:
    """Return the nodes that may hold a project, by did."""
    found = tx.execute("select did from project_peers where project = ? order by did", (project,))
    return [did for (did,) in found]


def members(tx: Tx, organization: int) -> list[Member]:
    """Return who acts for an organization, by handle."""
    rows = tx.execute(
        "select members.account, accounts.handle, accounts.name, role, members.created_at"
        " from members join accounts on accounts.key = members.account"
        " where organization = ? order by accounts.handle",
        (organization,),
    )
    return [Member(*row) for row in rows]


def set_member(tx: Tx, organization: int, account: int, role: str, at: int) -> None:
    """Give an account a role in an organization, or another one."""
    tx.execute(
        "insert into members (organization, account, role, created_at) values (?, ?, ?, ?)"
        " on conflict (organization, account) do update set role = excluded.role",
        (organization, account, role, at),
    )


def remove_member(tx: Tx, organization: int, account: int) -> bool:
    """Take an account's role in an organization away; return whether it had one."""
    done = tx.execute(
        "delete from members where organization = ? and account = ?", (organization, account)
    )
    return done.rowcount == 1


def remove_all(tx: Tx, account: int) -> None:
    """Take every role of an account away."""
    tx.execute("delete from members where account = ?", (account,))
    tx.execute("delete from project_members where account = ?", (account,))


def project_members(tx: Tx, project: int) -> list[Member]:
    """Return who has a role on a project of their own, by handle."""
    rows = tx.execute(
        "select project_members.account, accounts.handle, accounts.name, role,"
        " project_members.created_at"
        " from project_members join accounts on accounts.key = project_members.account"
        " where project = ? order by accounts.handle",
        (project,),
    )
    return [Member(*row) for row in rows]


def set_project_member(tx: Tx, project: int, account: int, role: str, at: int) -> None:
    """Give an account a role on a project, or another one."""
    tx.execute(
        "insert into project_members (project, account, role, created_at) values (?, ?, ?, ?)"
        " on conflict (project, account) do update set role = excluded.role",
        (project, account, role, at),
    )


def remove_project_member(tx: Tx, project: int, account: int) -> bool:
    """Take an account's role on a project away; return whether it had one."""
    done = tx.execute(
        "delete from project_members where project = ? and account = ?", (project, account)
    )
    return done.rowcount == 1
