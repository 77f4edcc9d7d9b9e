"""What the API says of what a project holds and how it came to be, as typed values."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from web.api.shapes import Cursor, Mode, Origin


class Entry(Struct, frozen=True):
    """A name in a directory."""

    name: str
    mode: Mode
    id: str
    size: int


class Tree(Struct, frozen=True):
    """A directory at a position."""

    position: int
    path: str
    entries: list[Entry]


class File(Struct, frozen=True, kw_only=True):
    """A file at a position: `text` if it is UTF-8, else `base64`; the other one is null."""

    position: int
    path: str
    mode: Mode
    id: str
    size: int
    text: str | None
    base64: str | None


class Landing(Struct, frozen=True, kw_only=True):
    """One entry of a project's log: what for, by whom, and what made it."""

    position: int
    id: str
    tree: str
    goal: str
    author: str
    origin: Origin
    model: str | None
    session: str
    changed: int
    landed_at: int


class Landings(Struct, frozen=True):
    """A part of a log, newest first."""

    landings: list[Landing]
    next: str | None


class Said(Struct, frozen=True):
    """A turn of a conversation."""

    role: str
    text: str
    at: int


class Decision(Struct, frozen=True):
    """What was decided, and why."""

    text: str
    why: str
    at: int


class Session(Struct, frozen=True, kw_only=True):
    """A unit of work, with what was said and decided in it where it is asked for alone."""

    id: str
    status: str
    goal: str
    author: str
    base: int
    position: int | None
    origin: Origin
    model: str | None
    started_at: int
    landed_at: int | None
    conversation: list[Said]
    decisions: list[Decision]


class Sessions(Struct, frozen=True):
    """A part of the sessions of a project, newest first."""

    sessions: list[Session]
    next: str | None


class DiffLine(Struct, frozen=True):
    """A line of a hunk."""

    kind: Literal["added", "removed"]
    number: int
    text: str


class FileDiff(Struct, frozen=True, kw_only=True):
    """How a path changed. `note` says why its lines are not here, if so."""

    path: str
    kind: Literal["added", "removed", "changed"]
    added: int
    removed: int
    lines: list[DiffLine]
    note: str


class Diff(Struct, frozen=True):
    """What differs; `is_whole` is false where there are more paths than are listed."""

    files: list[FileDiff]
    is_whole: bool


class LandingDetail(Struct, frozen=True):
    """A landing with its session; `verified` says that home and author both signed it."""

    landing: Landing
    verified: bool
    session: Session


class BlameLine(Struct, frozen=True):
    """A line of a file, and the landing that brought it."""

    number: int
    text: str
    position: int


class Reason(Struct, frozen=True):
    """Why lines are as they are."""

    position: int
    goal: str
    author: str
    origin: Origin
    session: str
    landed_at: int
    decisions: list[Decision]


class Blame(Struct, frozen=True):
    """The lines of a file, and the reason of each landing that brought some of them."""

    path: str
    lines: list[BlameLine]
    reasons: list[Reason]


# ------------------------------------------------------------------------------------ searching


class Searching(Struct, frozen=True, forbid_unknown_fields=True):
    """What is searched for, and where."""

    q: Annotated[str, Meta(max_length=200, description="Words that all are there.")]
    scope: Annotated[
        Literal["all", "projects", "code", "reasons"], Meta(description="What is searched.")
    ] = "all"
    project: Annotated[str, Meta(max_length=200, description="Only `account/project`.")] = ""
    cursor: Cursor = ""


class ProjectHit(Struct, frozen=True):
    """A project whose name or description has the words."""

    project: str
    name: str
    description: str


class LineHit(Struct, frozen=True):
    """A line that has some of the words."""

    number: int
    text: str


class FileHit(Struct, frozen=True):
    """A file that has the words; `count` lines have some, of which the first ones are here."""

    project: str
    position: int
    path: str
    lines: list[LineHit]
    count: int


class ReasonHit(Struct, frozen=True):
    """A landing whose goal, decisions or conversation have the words.

    Or a session that has not landed: it has an id, and no position.
    """

    project: str
    position: int | None
    session: str
    goal: str
    kind: str
    text: str
    author: str


class Found(Struct, frozen=True):
    """What was found, best first."""

    projects: list[ProjectHit]
    files: list[FileHit]
    reasons: list[ReasonHit]
    next: str | None
