"""What is known of a project by its signatures and hashes alone, whoever keeps it.

Two hold such evidence: a bundle, which is a file, and a peer, which may lie. Both give landings
and trees that are bound to the project's id; what is told of them, `answering` computes here.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from keys.statements import transcript as transcripts
from keys.statements.contribution import Contribution, open_contribution
from keys.statements.landing import LandingRecord, open_landing
from keys.statements.project import Project
from keys.statements.transcript import Transcript
from mic.client.connection import Query
from mic.wire import messages as wire
from store import changes, contents
from store.bundles import Grouping
from store.changes import Change
from store.digest import Digest, digest_of
from store.errors import Absent, BadBundle
from store.nodes import Source

CHANGES_MAX = 128 << 20


@dataclass(frozen=True, slots=True)
class Landed:
    """One position: its record, and what the record and the contribution name."""

    envelope: bytes
    record: LandingRecord
    signer: str
    statement: bytes | None
    said: Contribution | None
    changes: tuple[Change, ...]
    transcript: Transcript
    raws: tuple[bytes, ...]
    """All of it as it came, in order."""


class Evidence(Protocol):
    """A project that proves itself."""

    @property
    def id(self) -> str:
        """Return the project's id."""

    @property
    def project(self) -> Project:
        """Return the project as its documents have it."""

    @property
    def documents(self) -> list[bytes]:
        """Return the documents, oldest first."""

    @property
    def last(self) -> int:
        """Return the newest position."""

    def landed(self, position: int) -> Landed:
        """Return a position from 1 to the last."""

    def tree(self, position: int) -> tuple[Digest, Source]:
        """Return a position's tree, and where its nodes are."""

    def content(self, digest: Digest, at: int) -> bytes:
        """Return an object that position `at` needs, proven by its id."""

    def told(self) -> wire.Project | None:
        """Return what is said of the project besides, if anything is: believed by nobody."""

    def stream(
        self, method: str, rest: str, body: bytes | None, query: Query | None
    ) -> Iterator[bytes]:
        """Yield records in bulk: of the log, of a position, or by their ids."""


def read(raws: Iterable[bytes]) -> Landed:
    """Return the position that these objects make up: record, statement, change list, transcript.

    Raises `KeysFault`, `StoreFault`. That it follows the one before is for others to check.
    """
    parts = tuple(raws)
    envelope, *rest = parts
    record, signer = open_landing(envelope)
    held = {digest_of(raw): raw for raw in rest}
    if record.contribution is None:
        encoded = contents.carried(rest[:-1], CHANGES_MAX)
        listed, told = changes.decode(b"".join(encoded)), transcripts.decode(rest[-1])
        return Landed(envelope, record, signer, None, None, listed, told, parts)
    statement = _of(held, Digest(record.contribution))
    said, _ = open_contribution(statement)
    if said.changes.size > CHANGES_MAX:
        raise BadBundle(f"the change list of position {record.position} is too large")
    encoded = contents.read(Digest(said.changes.id), said.changes.size, lambda d: _of(held, d))
    told = transcripts.decode(_of(held, Digest(said.session.transcript.id)))
    return Landed(
        envelope, record, signer, statement, said, changes.decode(b"".join(encoded)), told, parts
    )


def grouped(objects: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Yield the objects of a log position by position."""
    grouping, group = Grouping(), list[bytes]()
    for raw in objects:
        if grouping.begins(raw) and group:
            yield group
            group = []
        group.append(raw)
    if group:
        yield group


def _of(held: dict[Digest, bytes], digest: Digest) -> bytes:
    if (raw := held.get(digest)) is None:
        raise Absent(digest)
    return raw
