"""The messages of a blame: the lines of a file, and the reasons behind them."""

from msgspec import Struct, field

from mic.wire.messages import Count, Decision, Origin


class BlameLine(Struct, frozen=True, kw_only=True):
    """One line and the landing that it comes from; all null where history does not tell.

    `author` wrote it at `made_at`: before `landed_at`, if the landing was imported.
    """

    number: int
    text: str
    position: int | None = None
    session: str | None = None
    author: str | None = None
    made_at: int | None = None
    landed_at: int | None = None
    goal: str | None = None


class Reason(Struct, frozen=True, kw_only=True):
    """Why lines are as they are: the landing that brought them, and what was decided for it.

    With `is_whole` false there are more decisions; the session has all of them.
    """

    position: Count
    goal: str
    session: str
    author: str
    landed_at: int
    made_at: int | None = None
    origin: Origin = "unknown"
    decisions: list[Decision] = field(default_factory=list)
    is_whole: bool = True


class Blame(Struct, frozen=True):
    """GET …/blame/{path}?at=N; `reasons` tells of each landing that a line names, newest first."""

    position: Count
    path: str
    lines: list[BlameLine]
    reasons: list[Reason] = field(default_factory=list)
