"""The one place that decides who may do what; whatever it does not name is refused.

Every verb asks here first, whichever door the asker came through. A project that the asker may not
see does not exist for them, so that nobody learns names by guessing.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Final

from node.access import scopes
from node.access.model import (
    Action,
    Archived,
    BadRole,
    Elsewhere,
    NoProject,
    NotAllowed,
    OtherProject,
    PersonRequired,
    ScopeMissing,
    SignInRequired,
)
from node.kernel.parties import Party

__all__ = [
    "PRIVATE",
    "PUBLIC",
    "Action",
    "Role",
    "authorize",
    "check_role",
    "require_account",
    "require_person",
    "role_of",
]

PUBLIC = "public"
PRIVATE = "private"
ORGANIZATION_ROLES = ("admin", "member")
PROJECT_ROLES = ("writer", "maintainer")


class Role(Enum):
    """What somebody is to the thing they ask about.

    `OWNER` is the person whose namespace it is, or an admin of the organization whose it is;
    `MEMBER` another member of that organization. `PEER` is a node that the project's policy names.
    """

    NOBODY = "nobody"
    STRANGER = "stranger"
    PEER = "peer"
    WRITER = "writer"
    MEMBER = "member"
    MAINTAINER = "maintainer"
    OWNER = "owner"


_SEE: Final = frozenset({Action.READ})
_WRITE: Final = _SEE | {Action.MEMBERS, Action.LAND}
_MAINTAIN: Final = _WRITE | {Action.WRITE_SETTINGS}
_OWN: Final = frozenset(Action) - {Action.ADMIN}
_INSIDE: Final = {
    Role.PEER: _SEE,
    Role.WRITER: _WRITE,
    Role.MEMBER: _WRITE,
    Role.MAINTAINER: _MAINTAIN,
    Role.OWNER: _OWN,
}
_ALLOWED: Final = {
    PUBLIC: {Role.NOBODY: _SEE, Role.STRANGER: _SEE, **_INSIDE},
    PRIVATE: _INSIDE,
}
_OUTSIDE: Final = frozenset({Role.NOBODY, Role.STRANGER})
_NOTHING: Final[frozenset[Action]] = frozenset()
# What is left of it on an archived project.
_STILL: Final = frozenset(
    {Action.READ, Action.MEMBERS, Action.MANAGE, Action.ARCHIVE, Action.DELETE, Action.ADMIN}
)
# The scope that a token needs for what. No token administers the node.
_SCOPES: Final = {
    Action.READ: scopes.PROJECT_READ,
    Action.MEMBERS: scopes.PROJECT_READ,
    Action.LAND: scopes.SESSION_LAND,
    Action.WRITE_SETTINGS: scopes.PROJECT_WRITE,
    Action.MANAGE: scopes.PROJECT_WRITE,
    Action.ARCHIVE: scopes.PROJECT_WRITE,
    Action.TRANSFER: scopes.PROJECT_WRITE,
    Action.DELETE: scopes.PROJECT_WRITE,
    Action.CREATE: scopes.PROJECT_WRITE,
    Action.ADMIN: "admin",
}


def authorize(
    who: Party,
    action: Action,
    *,
    owner: int | None = None,
    project: int | None = None,
    visibility: str = PUBLIC,
    is_archived: bool = False,
    home: str | None = None,
    name: str = "",
) -> None:
    """Return if `who` may do `action` on what account `owner` has; raise `Denied` or `Missing`.

    `project` is the key of the project that it is about; without one, it is about the namespace,
    or about the organization. A namespace counts as public: everybody knows that a handle exists.
    With a `home`, the project with the id `name` is a mirror: it can be read here, and that is all.
    What a stranger may do, a token may do whatever its scopes are.
    """
    role = role_of(who, owner, project)
    allowed = _ALLOWED.get(visibility, {}).get(role, _NOTHING)
    if action is Action.ADMIN:
        allowed = (
            frozenset({Action.ADMIN}) if who.is_admin and role is not Role.NOBODY else _NOTHING
        )
    elif Action.READ not in allowed:
        raise NoProject
    elif home is not None and action is not Action.READ:
        raise Elsewhere(home, name)
    if action not in allowed:
        raise SignInRequired if role is Role.NOBODY else NotAllowed(action)
    if is_archived and action not in _STILL:
        raise Archived
    if role is not Role.PEER and (visibility != PUBLIC or action not in _SEE):
        _check(who, _SCOPES[action])


def role_of(who: Party, owner: int | None, project: int | None = None) -> Role:
    """Return what `who` is to something that account `owner` has."""
    role = _own_role(who, owner, project)
    is_peer = role in _OUTSIDE and project is not None and project in who.standing.held
    return Role.PEER if is_peer else role


def _own_role(who: Party, owner: int | None, project: int | None) -> Role:
    if who.account is None:
        return Role.NOBODY
    if owner is None or (who.only is not None and who.only != project):
        return Role.STRANGER
    in_organization = who.standing.organizations.get(owner)
    if who.account == owner or in_organization == "admin":
        # A token that is left on some machine for one project must not be able to give it away.
        return Role.OWNER if who.only is None else Role.MAINTAINER
    own_role = None if project is None else who.standing.projects.get(project)
    if own_role == "maintainer":
        return Role.MAINTAINER
    if in_organization == "member":
        return Role.MEMBER
    return Role.WRITER if own_role == "writer" else Role.STRANGER


def require_account(who: Party, scope: str = "write") -> int:
    """Return the account of `who` for what each person may do with their own; raise `Denied`."""
    if who.account is None:
        raise SignInRequired
    if who.only is not None:
        raise OtherProject
    _check(who, scope)
    return who.account


def require_person(who: Party) -> int:
    """Return the account of somebody who came by a page, not by a token; raise `Denied`."""
    account = require_account(who)
    if who.scopes is not None:
        raise PersonRequired
    return account


def check_role(role: str, roles: Sequence[str]) -> None:
    """Raise `BadRole` for what is none of `roles`."""
    if role not in roles:
        raise BadRole(role, roles)


def _check(who: Party, scope: str) -> None:
    if who.scopes is not None and scope not in scopes.implied(who.scopes):
        raise ScopeMissing(scope, scopes.wider(scope))
