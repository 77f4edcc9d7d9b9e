"""What can be asked for, and the two ways to be told no."""

from enum import Enum

from node.kernel.errors import Denied, Missing


class Action(Enum):
    """What somebody wants to do with a project, a namespace or (`ADMIN`) the node."""

    READ = "read"
    LAND = "land"
    WRITE_SETTINGS = "change the settings of"
    DELETE = "delete"
    CREATE = "create"
    ADMIN = "administer"


class NoProject(Missing):
    """There is no such project, or the asker may not know that there is: both look the same."""

    def __init__(self) -> None:
        super().__init__("project.missing", "There is no such project, or it is not yours to see.")


class SignInRequired(Denied):
    """Nobody in particular asks for what somebody may be allowed."""

    def __init__(self) -> None:
        super().__init__("auth.required", "You need to sign in for this.")


class NotAllowed(Denied):
    """The asker is known, and it is not theirs to do."""

    def __init__(self, action: Action) -> None:
        super().__init__(
            "access.denied", f"You may not {action.value} this.", action=action.name.lower()
        )


class ScopeMissing(Denied):
    """The person may, but not with this token."""

    def __init__(self, scope: str) -> None:
        super().__init__(
            "access.missing-scope", f"This token does not carry the scope {scope!r}.", scope=scope
        )
