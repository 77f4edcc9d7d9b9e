"""The messages of search: what has all the words, of what the asker may see."""

from typing import Literal

from msgspec import Struct, field

from mic.wire.messages import Count, Origin

Scope = Literal["all", "projects", "code", "reasons"]
SCOPES: tuple[Scope, ...] = ("all", "projects", "code", "reasons")


class ProjectFound(Struct, frozen=True, kw_only=True):
    """A project whose name or description has the words."""

    project: str
    description: str = ""


class LineFound(Struct, frozen=True, kw_only=True):
    """One line of a file that has one of the words, at least."""

    number: Count
    text: str


class FileFound(Struct, frozen=True, kw_only=True):
    """A file at the newest position of a project; of `matching` lines the best are here."""

    project: str
    position: Count
    path: str
    matching: Count
    lines: list[LineFound] = field(default_factory=list)


class ReasonFound(Struct, frozen=True, kw_only=True):
    """A landing whose goal, decisions or conversation have the words: `kind` says which.

    With `session` it is one that has not landed, and `position` is 0.
    """

    project: str
    position: Count
    session: str = ""
    goal: str
    kind: str
    text: str
    author: str
    origin: Origin
    made_at: int


class Counts(Struct, frozen=True, kw_only=True):
    """How many hits there are of each kind; beyond 1,000 nothing is counted."""

    projects: Count
    code: Count
    reasons: Count


class Found(Struct, frozen=True, kw_only=True):
    """The answer to GET /search: one page of hits, best first; `more` if another page follows."""

    counts: Counts
    more: bool
    projects: list[ProjectFound] = field(default_factory=list)
    files: list[FileFound] = field(default_factory=list)
    reasons: list[ReasonFound] = field(default_factory=list)
