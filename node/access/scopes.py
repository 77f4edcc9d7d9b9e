"""What a token may be for, in words of `subject:verb`, and the two short ones that mean several.

A token never does more than its account: a scope takes away, it gives nothing.
"""

from collections.abc import Iterable, Mapping
from typing import Final

READ: Final = "read"
WRITE: Final = "write"
PROJECT_READ: Final = "project:read"
PROJECT_WRITE: Final = "project:write"
SESSION_LAND: Final = "session:land"

MEANING: Final[Mapping[str, str]] = {
    READ: "read all that you may read",
    WRITE: "do all that you may do, but for the node's administration",
    PROJECT_READ: "read projects",
    PROJECT_WRITE: "make and change projects",
    SESSION_LAND: "start sessions and land them",
}
_IMPLIED: Final[Mapping[str, frozenset[str]]] = {
    READ: frozenset({PROJECT_READ}),
    WRITE: frozenset({READ, PROJECT_READ, PROJECT_WRITE, SESSION_LAND}),
    PROJECT_WRITE: frozenset({PROJECT_READ}),
    SESSION_LAND: frozenset({PROJECT_READ}),
}
OF_PROJECTS: Final = frozenset({READ, WRITE, PROJECT_READ, PROJECT_WRITE, SESSION_LAND})


def implied(scopes: Iterable[str]) -> frozenset[str]:
    """Return `scopes` and all that they imply."""
    given = frozenset(scopes)
    return given.union(*(_IMPLIED.get(scope, frozenset()) for scope in given))


def covers(held: frozenset[str] | None, asked: Iterable[str]) -> bool:
    """Return whether who holds `held` has all of `asked`; None are all rights of a person."""
    return held is None or implied(asked) <= implied(held)


def wider(scope: str) -> str | None:
    """Return the short scope that implies `scope`, the narrowest one."""
    return next((short for short in (READ, WRITE) if scope in _IMPLIED[short]), None)
