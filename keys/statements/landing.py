"""The landing record: the home's word on one position of a project.

It names the project (against grafts), position and previous record (against replays and gaps),
its format (against downgrades), both trees and the contribution, so that anybody can check that
tree n is tree n-1 with the change applied. A record's id is the SHA-256 of its envelope.

A landing that was a commit elsewhere says which, and who wrote it when, as the commit says it: the
home vouches that it read so, for the commit may be signed by nobody. One that was carried over from
another project, as a fork does when it is synced with its origin, names the landing that it was
there, by whose record whoever has it can check who vouched for what.
"""

import hashlib
from dataclasses import asdict, dataclass
from typing import Annotated, Literal

import msgspec

from keys.ed25519 import PrivateKey
from keys.errors import BadStatement
from keys.statements import intoto
from keys.statements.canonical import (
    INTEGER_MAX,
    Count,
    Did,
    Hex32,
    Name,
    Position,
    ProjectId,
    check_goal,
)

PREDICATE_TYPE = "https://micelio.dev/attestation/landing/v1"
SUBJECT = "micelio:tree"
FORMAT: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class Imported:
    """What a landing was before: git's commit id, and its author; `authored_at` is Unix ms."""

    commit: str
    author: str
    email: str
    authored_at: int


@dataclass(frozen=True, slots=True)
class Carried:
    """The landing that this one was in another project: `record` is its id, `made_at` Unix ms.

    `origin` and `model` are what its statement said of who wrote it.
    """

    project: str
    position: int
    record: bytes
    made_at: int
    origin: str
    model: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LandingRecord:
    """One landing. `contribution` is the id of the contributor's envelope; None is unknown.

    The author of one that was carried over is whoever made it where it was made.
    """

    format: int = FORMAT
    project: str
    position: int
    previous: bytes | None
    tree: bytes
    previous_tree: bytes
    session: str
    contribution: bytes | None
    author: str
    author_did: str | None
    goal: str
    clock: str
    landed_at: int
    imported: Imported | None = None
    carried: Carried | None = None


class _Author(msgspec.Struct, frozen=True):
    handle: Name
    id: Did | None


class _Imported(msgspec.Struct, frozen=True, rename="camel"):
    commit: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{40}|[0-9a-f]{64})\Z")]
    author: Annotated[str, msgspec.Meta(max_length=255)]
    email: Annotated[str, msgspec.Meta(max_length=255)]
    authored_at: Annotated[int, msgspec.Meta(ge=-INTEGER_MAX, le=INTEGER_MAX)]


class _Carried(msgspec.Struct, frozen=True, rename="camel"):
    project: ProjectId
    position: Position
    record: Hex32
    made_at: Count
    origin: Literal["human", "ai-assisted", "ai-generated", "unknown"]
    model: Name | None


class _Predicate(msgspec.Struct, frozen=True, rename="camel"):
    format: Literal[1]
    project: ProjectId
    position: Position
    previous: Hex32 | None
    previous_tree: Hex32
    session: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    contribution: Hex32 | None
    author: _Author
    goal: str
    clock: Name
    landed_at: Count
    imported: _Imported | msgspec.UnsetType = msgspec.UNSET
    carried: _Carried | msgspec.UnsetType = msgspec.UNSET


_decoder = msgspec.json.Decoder(intoto.Statement[_Predicate])


def seal_landing(record: LandingRecord, key: PrivateKey) -> bytes:
    """Return the envelope of `record`; raises `BadStatement` for what cannot be opened again."""
    payload = intoto.payload_of(SUBJECT, record.tree, PREDICATE_TYPE, _predicate(record))
    _read(payload)
    return intoto.seal_payload(payload, key)


def open_landing(data: bytes) -> tuple[LandingRecord, str]:
    """Return the record in `data` and the did that signed it.

    Raises `BadEnvelope`, `BadSignature`, `BadStatement`. Whether this signer is the project's
    home is for the caller to check.
    """
    payload, signer = intoto.open_payload(data)
    return _read(payload), signer


def record_id(data: bytes) -> bytes:
    """Return the id of the landing record in envelope `data`."""
    return hashlib.sha256(data).digest()


def _predicate(record: LandingRecord) -> _Predicate:
    return _Predicate(
        format=record.format,  # type: ignore[arg-type]  # Safe because it is read back at once.
        project=record.project,
        position=record.position,
        previous=_hex(record.previous),
        previous_tree=record.previous_tree.hex(),
        session=record.session,
        contribution=_hex(record.contribution),
        author=_Author(record.author, record.author_did),
        goal=record.goal,
        clock=record.clock,
        landed_at=record.landed_at,
        imported=_Imported(**asdict(record.imported)) if record.imported else msgspec.UNSET,
        carried=_said_of(record.carried) if record.carried else msgspec.UNSET,
    )


def _read(payload: bytes) -> LandingRecord:
    statement = intoto.read(_decoder, payload, PREDICATE_TYPE, SUBJECT)
    said = statement.predicate
    check_goal(said.goal)
    if (said.position == 1) != (said.previous is None):
        raise BadStatement("Exactly the record at position 1 has no previous record.")
    if said.carried is not msgspec.UNSET and said.contribution is not None:
        raise BadStatement("What was carried over was contributed to another project.")
    return LandingRecord(
        format=said.format,
        project=said.project,
        position=said.position,
        previous=_bytes(said.previous),
        tree=bytes.fromhex(statement.subject[0].digest.sha256),
        previous_tree=bytes.fromhex(said.previous_tree),
        session=said.session,
        contribution=_bytes(said.contribution),
        author=said.author.handle,
        author_did=said.author.id,
        goal=said.goal,
        clock=said.clock,
        landed_at=said.landed_at,
        imported=_imported(said.imported),
        carried=_carried(said.carried),
    )


def _said_of(carried: Carried) -> _Carried:
    return _Carried(
        project=carried.project,
        position=carried.position,
        record=carried.record.hex(),
        made_at=carried.made_at,
        origin=carried.origin,  # type: ignore[arg-type]  # Safe because it is read back at once.
        model=carried.model,
    )


def _carried(said: _Carried | msgspec.UnsetType) -> Carried | None:
    if isinstance(said, msgspec.UnsetType):
        return None
    record = bytes.fromhex(said.record)
    return Carried(said.project, said.position, record, said.made_at, said.origin, said.model)


def _imported(said: _Imported | msgspec.UnsetType) -> Imported | None:
    if isinstance(said, msgspec.UnsetType):
        return None
    return Imported(said.commit, said.author, said.email, said.authored_at)


def _hex(digest: bytes | None) -> str | None:
    return None if digest is None else digest.hex()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else bytes.fromhex(text)
