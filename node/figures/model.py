"""What is counted and listed of a whole node, as values."""

from dataclasses import dataclass

from node.kernel.goals import title_of
from node.projects.model import Project


@dataclass(frozen=True, slots=True)
class Counts:
    """How much of everything there is; what was deleted or closed does not count."""

    people: int
    organizations: int
    projects: int
    private_projects: int
    mirrors: int
    sessions: int
    active_sessions: int
    landings: int


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Somebody who came lately; `created_at` is Unix milliseconds."""

    handle: str
    name: str
    created_at: int


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that was begun lately, on a project that the asker may see."""

    project: Project
    id: str
    author: str
    goal: str
    status: str
    position: int | None
    started_at: int

    @property
    def title(self) -> str:
        """The first line of the goal, cut where it is long."""
        return title_of(self.goal)


@dataclass(frozen=True, slots=True)
class Newest:
    """What came last, of each kind."""

    people: list[NewAccount]
    organizations: list[NewAccount]
    projects: list[Project]
    sessions: list[NewSession]


@dataclass(frozen=True, slots=True)
class Address:
    """The page of an account or of a public project, and when it last changed (Unix ms)."""

    path: str
    changed_at: int
