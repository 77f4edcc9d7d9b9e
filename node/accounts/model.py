"""Accounts as values."""

from dataclasses import dataclass

from node.kernel.errors import Conflict, Invalid, Missing
from node.kernel.parties import Party

USER = "user"
ORGANIZATION = "organization"


@dataclass(frozen=True, slots=True)
class Account:
    """A handle with its namespace; `did` is its key, held by the node; times are Unix milliseconds.

    `kind` is user or organization: nobody signs in as an organization, people act for it.
    `most_projects` and `most_bytes` are what an admin of the node lets it have, None where it has
    no limits of its own. One that was closed keeps its handle and nothing else. A remote one is
    somebody of another node, who owns mirrors here: known by key and name, and no more.
    """

    key: int
    handle: str
    name: str
    did: str
    is_admin: bool
    created_at: int
    kind: str = USER
    updated_at: int = 0
    most_projects: int | None = None
    most_bytes: int | None = None
    closed_at: int | None = None
    is_remote: bool = False

    @property
    def is_person(self) -> bool:
        """Whether somebody signs in to this node as this account."""
        return self.kind == USER and not self.is_remote

    @property
    def is_organization(self) -> bool:
        """Whether nobody signs in as this account."""
        return self.kind == ORGANIZATION

    @property
    def party(self) -> Party:
        """This person with all their rights, as the node itself lets them in, but without roles."""
        return Party(account=self.key, handle=self.handle, is_admin=self.is_admin)


class NoAccount(Missing):
    """Nobody has this handle."""

    def __init__(self, handle: str) -> None:
        super().__init__("account.missing", f"There is no account {handle!r}.", handle=handle)


class HandleTaken(Conflict):
    """Somebody has this handle, perhaps written with other capitals."""

    def __init__(self, handle: str) -> None:
        super().__init__("account.taken", f"The handle {handle!r} is taken.", handle=handle)


class BadHandle(Invalid):
    """A text that cannot be a handle, and why."""

    def __init__(self, handle: str, reason: str) -> None:
        shown = handle[:60]
        super().__init__(
            "account.bad-handle", f"{shown!r} cannot be a handle: {reason}.", handle=shown
        )


class NotAPerson(Invalid):
    """Somebody is needed who can sign in, and the handle is an organization's, or of elsewhere."""

    def __init__(self, handle: str) -> None:
        what = "somebody of another node" if "@" in handle else "an organization, not a person"
        super().__init__("account.not-a-person", f"{handle} is {what}.", handle=handle)
