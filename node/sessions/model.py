"""Sessions as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from keys.statements.transcript import Decision, Message
from node.kernel.errors import Conflict, Denied, Exhausted, Invalid, Missing
from node.kernel.goals import rest_of, title_of
from store.digest import Digest

SHOWN = 100


class Status(Enum):
    """What became of a session."""

    ACTIVE = "active"
    LANDED = "landed"
    ABANDONED = "abandoned"


@dataclass(frozen=True, slots=True)
class Session:
    """A unit of work; `position` is where it landed, times are Unix milliseconds.

    In a list, `conversation` and `decisions` are left empty.
    """

    id: str
    project: int
    author: int
    author_handle: str
    goal: str
    status: Status
    base_position: int
    origin: str
    model: str | None
    started_at: int
    ended_at: int | None
    position: int | None
    transcript: Digest | None
    epoch: int
    conversation: tuple[Message, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def title(self) -> str:
        """The first line of the goal, cut where it is long."""
        return title_of(self.goal)

    @property
    def rest(self) -> str:
        """What the goal says behind its title."""
        return rest_of(self.goal)

    @property
    def landed_at(self) -> int | None:
        """When it landed, if it did."""
        return self.ended_at if self.status is Status.LANDED else None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an active session is: `last` is what was said in it last, cut, and by which role.

    `changes` counts the batches of changes that were sent ahead, `updated_at` is when something
    was said or decided last.
    """

    session: Session
    messages: int
    decisions: int
    changes: int
    last: str
    role: str
    updated_at: int


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that somebody starts; its id is theirs to choose, or empty for one of ours."""

    goal: str
    id: str = ""
    base_position: int = 0
    origin: str = "unknown"
    model: str | None = None
    conversation: tuple[Message, ...] = ()
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True)
class LandedSession:
    """What a landing says of its session, whether that was started here or only told now.

    `author_handle` is what the home of a mirror calls whoever made it; None on the home itself.
    """

    id: str
    goal: str
    base_position: int
    origin: str
    model: str | None
    started_at: int
    landed_at: int
    position: int
    transcript: Digest
    author_handle: str | None = None


class NoSession(Missing):
    """The project has no session of this id."""

    def __init__(self, name: str) -> None:
        super().__init__("session.missing", f"There is no session {name[:64]!r}.", id=name[:64])


class SessionExists(Conflict):
    """The project has a session of this id."""

    def __init__(self, name: str) -> None:
        super().__init__("session.exists", f"There is a session {name} already.", id=name)


class NotActive(Conflict):
    """The session has landed or was abandoned."""

    def __init__(self, session: Session) -> None:
        state = session.status.value
        super().__init__(
            "session.not-active", f"The session is {state}.", id=session.id, status=state
        )


class NotYours(Denied):
    """Somebody else works in this session."""

    def __init__(self, session: Session) -> None:
        super().__init__(
            "session.not-yours",
            f"The session belongs to {session.author_handle}.",
            author=session.author_handle,
        )


class EpochProcessed(Conflict):
    """A batch of changes that came before, or one older than the last."""

    def __init__(self, epoch: int, last: int) -> None:
        super().__init__(
            "session.epoch-processed", "Epoch already processed.", epoch=epoch, last=last
        )


class ContentMissing(Missing):
    """A batch of changes names content that was never sent."""

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__(
            "session.content-missing",
            f"The content of {len(paths)} paths was never sent, first {paths[0]}.",
            paths=list(paths[:SHOWN]),
        )


class BadSession(Invalid):
    """A field that cannot be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"session.bad-{field}", message, field=field)


class SessionFull(Exhausted):
    """The session holds as much as a landing may."""

    def __init__(self, what: str, limit: int) -> None:
        super().__init__("session.full", f"A session has at most {limit} {what}.", limit=limit)
