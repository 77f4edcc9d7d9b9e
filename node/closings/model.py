"""A closing that was asked for, and what stands in its way."""

from dataclasses import dataclass

from node.kernel.errors import Conflict, Missing


@dataclass(frozen=True, slots=True)
class Closing:
    """An account that is to be closed at `due_at`; both in Unix milliseconds."""

    asked_at: int
    due_at: int


@dataclass(frozen=True, slots=True)
class Prospect:
    """What the account's owner is shown: a closing, if asked for, and what holds one up."""

    closing: Closing | None
    obstacles: tuple[str, ...]


class CannotClose(Conflict):
    """Others depend on the account: something must be handed over first."""

    def __init__(self, obstacles: tuple[str, ...]) -> None:
        super().__init__(
            "account.cannot-close",
            f"The account stays open: {' '.join(obstacles)}",
            obstacles=obstacles,
        )


class NotClosing(Missing):
    """Nobody asked for the account to be closed, or it was undone."""

    def __init__(self) -> None:
        super().__init__("account.not-closing", "This account is not being closed.")
