"""Stars and lists of projects as values."""

from dataclasses import dataclass
from enum import Enum

from node.projects.model import Project


class Sort(Enum):
    """How a list of projects is ordered."""

    POPULAR = "popular"
    TRENDING = "trending"
    RECENT = "recent"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is counted of a project, and whether the asker gave it a star."""

    stars: int
    forks: int
    is_starred: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """A project in a list; `landings` is its newest position, `active_at` Unix milliseconds.

    `language` is the one most of it is written in, empty where that is not known.
    """

    project: Project
    stars: int
    landings: int
    active_at: int
    language: str


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `number` counts from 1, `total` counts all projects of the list."""

    items: list[Listed]
    number: int
    total: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; there is always one."""
        return max((self.total + self.size - 1) // self.size, 1)


@dataclass(frozen=True, slots=True)
class Activity:
    """What makes a project trend: all its stars, and the stars and landings of seven days."""

    key: int
    stars: int
    new_stars: int
    new_landings: int
    created_at: int
