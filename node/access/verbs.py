"""Roles as other slices see and change them, inside a transaction of theirs.

Who may change a role is for the verb that calls; here is only what a role is.
"""

import dataclasses
from collections.abc import Iterable

from node.access import rows
from node.access.model import Ended, Member
from node.kernel.forge import Forge
from node.kernel.parties import NO_STANDING, Party, Standing
from store.database import Tx


def standing_of(tx: Tx, account: int | None, peer: str | None = None) -> Standing:
    """Return every role that `account` has now, and what the node `peer` may hold."""
    found = NO_STANDING if account is None else rows.standing(tx, account)
    return found if peer is None else dataclasses.replace(found, held=rows.held_by(tx, peer))


def refreshed(tx: Tx, who: Party) -> Party:
    """Return `who` with the roles that they have in this transaction: they may have changed.

    Raises `Ended` if by now they could not even ask.
    """
    check_holds(tx, who)
    return dataclasses.replace(who, standing=standing_of(tx, who.account, who.peer))


def check_holds(tx: Tx, who: Party) -> None:
    """Raise `Ended` if the account of `who` was closed, or what they came with was ended.

    Asked where something is written: a body can come in for longer than its sender is welcome.
    """
    if rows.has_ended(tx, who.account, who.token, who.device):
        raise Ended


async def asking_for(forge: Forge, asker: Party, peer: str) -> Party:
    """Return `asker` as the node `peer` asks for them, with what that node may hold."""
    named = dataclasses.replace(asker, peer=peer)
    return await forge.db.read(lambda tx: refreshed(tx, named))


def set_peers(tx: Tx, project: int, peers: Iterable[str]) -> None:
    """Let these nodes hold a project, and no others, as its newest document says."""
    rows.set_peers(tx, project, peers)


def peers_of(tx: Tx, project: int) -> list[str]:
    """Return the nodes that may hold a project, by did."""
    return rows.peers_of(tx, project)


def members(tx: Tx, organization: int) -> list[Member]:
    """Return who acts for an organization, by handle."""
    return rows.members(tx, organization)


def set_member(tx: Tx, organization: int, account: int, role: str, at: int) -> None:
    """Give an account a role in an organization, or another one."""
    rows.set_member(tx, organization, account, role, at)


def remove_member(tx: Tx, organization: int, account: int) -> bool:
    """Take an account's role in an organization away; return whether it had one."""
    return rows.remove_member(tx, organization, account)


def remove_all(tx: Tx, account: int) -> None:
    """Take every role of an account away."""
    rows.remove_all(tx, account)


def project_members(tx: Tx, project: int) -> list[Member]:
    """Return who has a role on a project of their own, by handle."""
    return rows.project_members(tx, project)


def set_project_member(tx: Tx, project: int, account: int, role: str, at: int) -> None:
    """Give an account a role on a project, or another one."""
    rows.set_project_member(tx, project, account, role, at)


def remove_project_member(tx: Tx, project: int, account: int) -> bool:
    """Take an account's role on a project away; return whether it had one."""
    return rows.remove_project_member(tx, project, account)
