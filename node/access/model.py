"""What can be asked for, and the ways to be told no."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from node.kernel.errors import Denied, Invalid, Missing


class Action(Enum):
    """What somebody wants to do with a project, a namespace or (`ADMIN`) the node."""

    READ = "read"
    MEMBERS = "see the members of"
    LAND = "land on"
    WRITE_SETTINGS = "change the settings of"
    MANAGE = "manage the members of"
    ARCHIVE = "archive"
    TRANSFER = "transfer"
    DELETE = "delete"
    CREATE = "create a project in"
    ADMIN = "administer"


@dataclass(frozen=True, slots=True)
class Member:
    """An account with a role in an organization or on a project; `created_at` is Unix ms."""

    account: int
    handle: str
    name: str
    role: str
    created_at: int


class NoProject(Missing):
    """There is no such project, or the asker may not know that there is: both look the same."""

    def __init__(self) -> None:
        super().__init__("project.missing", "There is no such project, or it is not yours to see.")


class SignInRequired(Denied):
    """Nobody in particular asks for what somebody may be allowed."""

    def __init__(self) -> None:
        super().__init__("auth.required", "You need to sign in for this.")


class PersonRequired(Denied):
    """The account may, but no token of it: it is for the person, on a page."""

    def __init__(self) -> None:
        super().__init__("auth.person-required", "Sign in on the pages of this node to do this.")


class NotAllowed(Denied):
    """The asker is known, and it is not theirs to do."""

    def __init__(self, action: Action) -> None:
        super().__init__(
            "access.denied", f"You may not {action.value} this.", action=action.name.lower()
        )


class Archived(Denied):
    """The asker might, but the project is kept as it is."""

    def __init__(self) -> None:
        super().__init__(
            "project.archived", "This project is archived: it can be read, and nothing changes."
        )


class Elsewhere(Denied):
    """This node only holds the project: what changes it is for its home."""

    def __init__(self, home: str, name: str) -> None:
        super().__init__(
            "project.elsewhere",
            f"This is a mirror: the project {name} changes at its home, the node {home}.",
            home=home,
            id=name,
        )


class ScopeMissing(Denied):
    """The person may, but not with this token: `scope` is missing, or `wider` that implies it."""

    def __init__(self, scope: str, wider: str | None = None) -> None:
        other = f" (nor {wider!r})" if wider else ""
        super().__init__(
            "access.missing-scope",
            f"This token does not carry the scope {scope!r}{other}.",
            scope=scope,
        )


class OtherProject(Denied):
    """The person may, but not with the token of one project."""

    def __init__(self) -> None:
        super().__init__("access.other-project", "This token is for one project only.")


class Ended(Denied):
    """What the asker came with holds no longer: it did when they began to ask."""

    def __init__(self) -> None:
        super().__init__(
            "auth.ended",
            "Nothing was done: meanwhile the token was revoked, the device signed out or the"
            " account closed.",
        )


class NoMember(Missing):
    """The account has no role there."""

    def __init__(self, handle: str) -> None:
        super().__init__("member.missing", f"{handle} has no role here.", handle=handle)


class BadRole(Invalid):
    """A role that cannot be."""

    def __init__(self, role: str, roles: Sequence[str]) -> None:
        super().__init__(
            "member.bad-role", f"A role is one of {', '.join(roles)}, not {role[:40]!r}.", role=role
        )
