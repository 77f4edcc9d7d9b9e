"""Feeds as values."""

from dataclasses import dataclass

from node.kernel.goals import title_of

LANDED, STARRED, CREATED = "landed", "starred", "created"
NEWEST = (1 << 62, 1 << 62)


@dataclass(frozen=True, slots=True)
class Item:
    """Something that somebody did; `at` is Unix milliseconds.

    `account` is the handle of whoever did it, empty for somebody who has gone; `by` is their name
    as the landing has it; `project` is an address. Only what landed has a position, a goal and an
    origin. `is_fork` when the project goes on from another one.
    """

    key: int
    kind: str
    at: int
    account: str
    by: str
    project: str
    project_id: str
    description: str
    position: int
    goal: str
    origin: str
    is_fork: bool

    @property
    def title(self) -> str:
        """The first line of the goal, cut where it is long."""
        return title_of(self.goal)


@dataclass(frozen=True, slots=True)
class Feed:
    """A part of a feed, newest first; `older` says where the next part begins, if there is one."""

    items: list[Item]
    older: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Following:
    """How many follow an account, how many it follows, and whether the asker is one of them."""

    followers: int
    following: int
    is_followed: bool
