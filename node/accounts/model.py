"""Accounts as values."""

from dataclasses import dataclass

from node.kernel.errors import Conflict, Invalid, Missing
from node.kernel.parties import Party


@dataclass(frozen=True, slots=True)
class Account:
    """A handle with its namespace; `did` is the person's key, `created_at` Unix milliseconds."""

    key: int
    handle: str
    name: str
    did: str
    is_admin: bool
    created_at: int

    @property
    def party(self) -> Party:
        """This person with all their rights, as the node itself lets them in."""
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
