"""The one place that decides who may do what; whatever it does not name is refused.

Every verb asks here first, whichever door the asker came through. A project that the asker may not
see does not exist for them, so that nobody learns names by guessing.
"""

from enum import Enum
from typing import Final

from node.access.model import Action, NoProject, NotAllowed, ScopeMissing, SignInRequired
from node.kernel.parties import Party

__all__ = ["PRIVATE", "PUBLIC", "Action", "Role", "authorize", "require_account", "role_of"]

PUBLIC = "public"
PRIVATE = "private"


class Role(Enum):
    """What somebody is to the thing they ask about."""

    NOBODY = "nobody"
    STRANGER = "stranger"
    OWNER = "owner"


_OWN: Final = frozenset(
    {Action.READ, Action.LAND, Action.WRITE_SETTINGS, Action.DELETE, Action.CREATE}
)
_SEE: Final = frozenset({Action.READ})
_ALLOWED: Final = {
    (Role.NOBODY, PUBLIC): _SEE,
    (Role.STRANGER, PUBLIC): _SEE,
    (Role.OWNER, PUBLIC): _OWN,
    (Role.OWNER, PRIVATE): _OWN,
}
_NOTHING: Final[frozenset[Action]] = frozenset()
# Which scopes of a token let it do what; `write` implies `read`. No token administers the node.
_SCOPES: Final = {
    Action.READ: ("read", "write"),
    Action.LAND: ("write",),
    Action.WRITE_SETTINGS: ("write",),
    Action.DELETE: ("write",),
    Action.CREATE: ("write",),
    Action.ADMIN: ("admin",),
}


def authorize(
    who: Party, action: Action, *, owner: int | None = None, visibility: str = PUBLIC
) -> None:
    """Return if `who` may do `action` on what account `owner` has; raise `Denied` or `Missing`.

    A namespace counts as public: everybody knows that a handle exists. What a stranger may do, a
    token may do whatever its scopes are.
    """
    role = role_of(who, owner)
    allowed = _ALLOWED.get((role, visibility), _NOTHING)
    if action is Action.ADMIN:
        allowed = frozenset({Action.ADMIN}) if who.is_admin and not who.is_anonymous else _NOTHING
    elif Action.READ not in allowed:
        raise NoProject
    if action not in allowed:
        raise SignInRequired if role is Role.NOBODY else NotAllowed(action)
    if action not in _ALLOWED.get((Role.NOBODY, visibility), _NOTHING):
        _check_scope(who, action)


def role_of(who: Party, owner: int | None) -> Role:
    """Return what `who` is to something that account `owner` has."""
    if who.account is None:
        return Role.NOBODY
    return Role.OWNER if who.account == owner else Role.STRANGER


def require_account(who: Party, scope: str = "write") -> int:
    """Return the account of `who` for what each person may do with their own; raise `Denied`."""
    if who.account is None:
        raise SignInRequired
    if who.scopes is not None and scope not in who.scopes:
        raise ScopeMissing(scope)
    return who.account


def _check_scope(who: Party, action: Action) -> None:
    needed = _SCOPES[action]
    if who.scopes is not None and who.scopes.isdisjoint(needed):
        raise ScopeMissing(needed[0])
