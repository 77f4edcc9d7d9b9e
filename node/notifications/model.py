"""Notifications as values."""

from dataclasses import dataclass

from node.kernel.errors import Missing
from node.kernel.goals import title_of


@dataclass(frozen=True, slots=True)
class Note:
    """That something happened to an account; `text` is a role, a reason or an address."""

    account: int
    project: int | None = None
    actor: str = ""
    position: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Notification:
    """A note as it is read; `event` is the number of what happened, `at` Unix milliseconds.

    `project` is an address, empty where it is about none; `goal` that of the landing.
    """

    event: int
    kind: str
    actor: str
    project: str
    position: int | None
    goal: str
    text: str
    at: int
    is_read: bool

    @property
    def title(self) -> str:
        """The first line of the goal, cut where it is long."""
        return title_of(self.goal)


class NoNotification(Missing):
    """There is none of this number, or it is somebody else's."""

    def __init__(self) -> None:
        super().__init__("notification.missing", "There is no such notification.")
