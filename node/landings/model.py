"""Landings, heads and drafts as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from keys.statements.descriptor import Descriptor
from keys.statements.equivocation import Equivocation
from keys.statements.landing import Carried, Imported, LandingRecord
from node.kernel.errors import Conflict, Invalid, Missing
from node.kernel.goals import rest_of, title_of
from store.changes import Change
from store.digest import Digest
from store.records import Record
from store.tree import EMPTY

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Head:
    """Where a project stands: `position` counts landings from 1; 0 is empty and has no `id`."""

    position: int
    tree: Digest
    id: Digest | None
    clock: str | None = None


NOTHING = Head(0, EMPTY, None)


@dataclass(frozen=True, slots=True)
class Landing:
    """One entry of a project's log."""

    position: int
    id: Digest
    tree: Digest
    previous_tree: Digest
    session: str
    author: str
    author_did: str | None
    goal: str
    origin: str
    model: str | None
    contribution: Digest | None
    transcript: Digest
    changes: Descriptor
    changed: int
    clock: str
    landed_at: int
    imported: Imported | None = None
    carried: Carried | None = None

    @classmethod
    def signed(
        cls,
        record: LandingRecord,
        id_: Digest,
        transcript: Digest,
        changes: Descriptor,
        changed: int,
        origin: str = "unknown",
        model: str | None = None,
    ) -> "Landing":
        """Return the entry of a record that was signed as the envelope `id_`."""
        if record.carried is not None:
            origin, model = record.carried.origin, record.carried.model
        return cls(
            position=record.position,
            id=id_,
            tree=Digest(record.tree),
            previous_tree=Digest(record.previous_tree),
            session=record.session,
            author=record.author,
            author_did=record.author_did,
            goal=record.goal,
            origin=origin,
            model=model,
            contribution=Digest(record.contribution) if record.contribution else None,
            transcript=transcript,
            changes=changes,
            changed=changed,
            clock=record.clock,
            landed_at=record.landed_at,
            imported=record.imported,
            carried=record.carried,
        )

    @property
    def title(self) -> str:
        """The first line of the goal, cut where it is long."""
        return title_of(self.goal)

    @property
    def rest(self) -> str:
        """What the goal says behind its title."""
        return rest_of(self.goal)

    @property
    def by(self) -> str:
        """Who made it: the author of the commit that it was, else whoever landed it."""
        return self.author if self.imported is None else self.imported.author or "unknown"

    @property
    def made_at(self) -> int:
        """When it was made: before it was imported or carried over, or when it landed."""
        if self.carried is not None:
            return self.carried.made_at
        return self.landed_at if self.imported is None else self.imported.authored_at


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which landings to list: of an author, of an origin, that touched a path; empty for all."""

    author: str = ""
    origin: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class SessionDraft:
    """The session that asks to land, as its author tells it; times in Unix ms."""

    id: str
    goal: str
    started_at: int
    finished_at: int
    origin: str = "unknown"
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A landing somebody asks for: a change list made on top of position `base`.

    `fresh` are verified records with their raw bytes that are kept in the landing's own
    transaction; everything else that the changes name must be in the store already.
    """

    base: int
    session: SessionDraft
    changes: Descriptor
    transcript: bytes
    statement: bytes | None = None
    fresh: Mapping[Digest, tuple[Record, bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LandingDetail:
    """A landing with what it changed and what its session said; `verified` says who vouches."""

    landing: Landing
    changes: tuple[Change, ...]
    record: bytes
    statement: bytes | None
    transcript: bytes
    verified: bool


class PathsMoved(Conflict):
    """Somebody landed on the same paths since the draft's base."""

    def __init__(self, paths: Mapping[str, int], head: int) -> None:
        names = sorted(paths)
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        super().__init__(
            "landing.paths-moved",
            f"Nothing landed. {len(names)} of your paths changed since your base: "
            f"{', '.join(names[:SHOWN])}{more}. Run `mic sync`, look at the result, land again.",
            paths=names,
            positions={name: paths[name] for name in names},
            position=head,
        )


class ObjectsMissing(Missing):
    """A change names content that was never sent."""

    def __init__(self, missing: Mapping[str, Digest]) -> None:
        names = sorted(missing)
        super().__init__(
            "landing.objects-missing",
            f"Nothing landed. The content of {len(names)} paths was never sent: "
            f"{', '.join(names[:SHOWN])}. Send it and land again.",
            paths=names,
            objects=[missing[name].hex() for name in names],
        )


class NoSuchPosition(Missing):
    """The log is shorter than that."""

    def __init__(self, position: int, head: int) -> None:
        super().__init__(
            "landing.no-such-position",
            f"There is no position {position}; the newest landing is {head}.",
            position=position,
            head=head,
        )


class BadDraft(Invalid):
    """The draft contradicts itself, its statement or the tree it claims to start from."""

    def __init__(self, condition: str, message: str, **details: object) -> None:
        super().__init__(f"landing.{condition}", f"Nothing landed. {message}", **details)


class Held(Conflict):
    """The project takes no landings for a while."""

    def __init__(self, reason: str) -> None:
        super().__init__("landing.held", f"Nothing landed. {reason}")


class NotAccepted(Conflict):
    """What is offered as a position of a mirror does not follow from what is verified there.

    `proof` is what it proves against a home, if it proves anything.
    """

    def __init__(
        self, code: str, position: int, reason: str, proof: Equivocation | None = None
    ) -> None:
        super().__init__(
            f"landing.{code}", f"Position {position} is not accepted: {reason}.", position=position
        )
        self.proof = proof
