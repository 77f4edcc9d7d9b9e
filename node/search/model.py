"""Questions and hits as values."""

from dataclasses import dataclass
from enum import StrEnum

Pieces = tuple[tuple[str, bool], ...]
"""Text in pieces; True marks those that match."""


class Scope(StrEnum):
    """What is searched."""

    ALL = "all"
    PROJECTS = "projects"
    CODE = "code"
    REASONS = "reasons"
    PEERS = "peers"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: an expression of FTS5, the words in it, and one project or all.

    With `path` only files are asked for, those whose path has it; with `author` or some `origins`
    only reasons.
    """

    match: str
    words: tuple[str, ...]
    project: str = ""
    path: str = ""
    author: str = ""
    origins: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is no word to look for."""
        return not self.match


@dataclass(frozen=True, slots=True)
class ProjectHit:
    """A project whose name or description matches."""

    address: str
    name: Pieces
    about: Pieces


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file that matches."""

    number: int
    text: Pieces


@dataclass(frozen=True, slots=True)
class FileHit:
    """A file at the newest position of a project; `count` lines match, of which some are here."""

    address: str
    position: int
    path: Pieces
    plain_path: str
    lines: tuple[Line, ...]
    count: int


@dataclass(frozen=True, slots=True)
class ReasonHit:
    """A landing whose goal, decisions or conversation match; `kind` says which of them.

    Or a session that has not landed: then it has no `position`. `author` is a handle of this node
    only where `is_account`.
    """

    address: str
    position: int | None
    session: str
    title: Pieces
    kind: str
    text: Pieces
    author: str
    origin: str
    made_at: int
    is_account: bool = False


@dataclass(frozen=True, slots=True)
class PeerHit:
    """Another node whose name, key or address has the words; its URL is empty if it has none."""

    name: Pieces
    where: Pieces
    url: str
    seen_at: int | None


@dataclass(frozen=True, slots=True)
class Results:
    """One page of hits of each kind; `counts` by scope stop at `MOST_COUNTED`.

    `where` are the projects that have hits of what was asked for, those with most first.
    """

    projects: tuple[ProjectHit, ...]
    files: tuple[FileHit, ...]
    reasons: tuple[ReasonHit, ...]
    counts: dict[Scope, int]
    has_more: bool
    peers: tuple[PeerHit, ...] = ()
    where: tuple[tuple[str, int], ...] = ()


MOST_COUNTED = 1_000
NOTHING = Results((), (), (), dict.fromkeys(Scope, 0), has_more=False)
