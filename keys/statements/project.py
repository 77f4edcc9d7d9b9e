"""The project document: what a project is, who owns it, which node orders it.

The genesis document names the project: its id is the hash of its payload, so nobody can take an
id over. Each later version names the one before and is signed under the rules of that one: its
owner. Numbers in a policy are integers, since a float has no one spelling.

A version that names another home says after which landing the new one orders, so that each home
has its *tenure*, and what an old home signs behind the end of its own counts for nothing.

A *fork* is a project whose genesis names another project, a position there and its record: up to
there its log is the other one's, as it was signed, and its own follows. Its documents are shown
behind those of its origin, so that the whole log can be checked by whoever has them.
"""

import hashlib
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec

from keys.ed25519 import PrivateKey
from keys.envelope import open_envelope, seal
from keys.errors import BadStatement
from keys.multikey import multibase58
from keys.statements.canonical import (
    INTEGER_MAX,
    Count,
    Did,
    Hex32,
    Name,
    Position,
    ProjectId,
    decode,
    encode_any,
)

PAYLOAD_TYPE = "application/vnd.micelio.project+json"
POLICY_DEPTH = 16
VERSIONS_MAX = 10_000

Visibility = Literal["public", "private"]


@dataclass(frozen=True, slots=True)
class After:
    """The last landing of an earlier home that a new one goes on from; 0 and None: from nothing."""

    position: int
    record: bytes | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fork goes on from: a project's id, a position of it, and that landing's record."""

    project: str
    position: int
    record: bytes


@dataclass(frozen=True, slots=True)
class Tenure:
    """A home, and the landing after which it orders: up to where the next one's tenure begins."""

    home: str
    after: After


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectDocument:
    """One version; `previous` is the SHA-256 of the envelope before it, None for the genesis.

    `after` is said exactly where the home is another one than before. `account` and `handle` are
    what owner and project are called at the home: names for others to use, and no more. `origin`
    is said by the genesis of a fork.
    """

    name: str
    owner: str
    home: str
    visibility: Visibility
    policy: Mapping[str, Any] = field(default_factory=dict)
    nonce: str
    created_at: int
    previous: bytes | None = None
    after: After | None = None
    account: str | None = None
    handle: str | None = None
    origin: Origin | None = None


_START = After(0, None)


@dataclass(frozen=True, slots=True)
class Project:
    """A verified chain of documents: the id that its genesis gives, and the last one.

    `tenures` are those of its homes, in their order; there is always one. `origins` are where it,
    and what it was forked from, go on from, the oldest first; they are empty unless it is a fork.
    """

    id: str
    current: ProjectDocument
    tenures: tuple[Tenure, ...]
    origins: tuple[Origin, ...] = ()

    @property
    def homes(self) -> frozenset[str]:
        """Every node that ever ordered the project."""
        return frozenset(tenure.home for tenure in self.tenures)

    def id_at(self, position: int) -> str:
        """Return the id of the project whose log the landing at `position` is part of."""
        above = (one.project for one in self.origins if position <= one.position)
        return next(above, self.id)

    def home_at(self, position: int) -> str:
        """Return which home signs the landing at `position`, which counts from 1."""
        begun = [one.home for one in self.tenures if one.after.position < position]
        return begun[-1] if begun else self.tenures[0].home

    def outlived(self, position: int, record: bytes, signer: str) -> bool:
        """Return whether `signer` had left when it signed the record with this id for `position`.

        So is another record than the one that the next home goes on from.
        """
        bounds = [one.after for one in self.tenures if one.after.position == position]
        if self.home_at(position) == signer and all(one.record == record for one in bounds):
            return False
        return any(
            left.home == signer and next_.after.position < position + (next_.after.record != record)
            for left, next_ in itertools.pairwise(self.tenures)
        )


class _After(msgspec.Struct, frozen=True):
    position: Count
    record: Hex32 | None


class _Origin(msgspec.Struct, frozen=True):
    project: ProjectId
    position: Position
    record: Hex32


class _Document(msgspec.Struct, frozen=True, rename="camel"):
    format: Literal[1]
    name: Name
    owner: Did
    home: Did
    visibility: Visibility
    policy: dict[str, Any]
    nonce: Annotated[str, msgspec.Meta(min_length=16, max_length=128)]
    created_at: Count
    previous: Hex32 | None
    after: _After | msgspec.UnsetType = msgspec.UNSET
    account: Name | msgspec.UnsetType = msgspec.UNSET
    handle: Name | msgspec.UnsetType = msgspec.UNSET
    origin: _Origin | msgspec.UnsetType = msgspec.UNSET


_decoder = msgspec.json.Decoder(_Document)


def seal_project(document: ProjectDocument, key: PrivateKey) -> bytes:
    """Return the envelope of `document`; raises `BadStatement` for what opening refuses."""
    previous = document.previous.hex() if document.previous is not None else None
    payload = encode_any(
        {
            "format": 1,
            "name": document.name,
            "owner": document.owner,
            "home": document.home,
            "visibility": document.visibility,
            "policy": document.policy,
            "nonce": document.nonce,
            "createdAt": document.created_at,
            "previous": previous,
            **_later(document),
        }
    )
    _read(payload)
    return seal(payload, PAYLOAD_TYPE, key)


def open_project(data: bytes) -> tuple[ProjectDocument, str]:
    """Return the document in `data` and the did that signed it; raises as `open_envelope`."""
    payload, signer = _payload(data)
    return _read(payload), signer


def project_id(payload: bytes) -> str:
    """Return the id of the project whose genesis payload this is."""
    return "mic:" + multibase58(hashlib.sha256(payload).digest())


def genesis_id(data: bytes) -> str:
    """Return the id of the project whose genesis envelope this is; raises as `open_project`."""
    payload, signer = _payload(data)
    document = _read(payload)
    if document.previous is not None or signer != document.owner:
        raise BadStatement("A genesis document has no previous one and is signed by the owner.")
    return project_id(payload)


def open_chain(documents: Sequence[bytes]) -> Project:
    """Return the project that envelopes `documents`, oldest first, make up.

    Raises `BadStatement` unless each names the one before and is signed by the owner of it, and
    says after which landing its home orders if that is another home. The documents of a fork stand
    behind those of its origin.
    """
    if not 0 < len(documents) <= VERSIONS_MAX:
        raise BadStatement(f"A project has 1 to {VERSIONS_MAX} documents, not {len(documents)}.")
    project = _begun(documents[0])
    for before, data in itertools.pairwise(documents):
        document, signer = open_project(data)
        if document.origin is not None:
            project = _forked(project, data)
            continue
        _check_successor(project.current, before, document, signer)
        tenures = (*project.tenures, *_moved(project.tenures[-1], document))
        project = Project(project.id, document, tenures, project.origins)
    return project


def _begun(data: bytes) -> Project:
    """Return the project that begins with a genesis document and is no fork."""
    name, (document, _) = genesis_id(data), open_project(data)
    if document.origin is not None:
        raise BadStatement("The documents of a fork are shown behind those of its origin.")
    return Project(name, document, (Tenure(document.home, _START),))


def _forked(origin: Project, data: bytes) -> Project:
    """Return the fork of `origin` that begins with a genesis document."""
    name, (document, _) = genesis_id(data), open_project(data)
    named = document.origin
    if named is None or named.project != origin.id:
        raise BadStatement("A fork is not one of the project whose documents it is shown with.")
    if origin.origins and named.position <= origin.origins[-1].position:
        raise BadStatement("A fork goes on from a landing that is its origin's own.")
    begun = tuple(one for one in origin.tenures if one.after.position < named.position)
    own = Tenure(document.home, After(named.position, named.record))
    return Project(name, document, (*begun, own), (*origin.origins, named))


def _moved(newest: Tenure, document: ProjectDocument) -> list[Tenure]:
    """Return the tenure that `document` begins, if it begins one."""
    if (document.home == newest.home) != (document.after is None):
        raise BadStatement("Exactly a new home says after which landing it orders.")
    if document.after is None:
        return []
    before, after = newest.after, document.after
    if after.position < before.position:
        raise BadStatement("A home cannot order before the one that it follows.")
    if after.position == before.position and after.record != before.record:
        raise BadStatement("A home goes on from another landing than the one that it follows.")
    return [Tenure(document.home, after)]


def _check_successor(
    current: ProjectDocument, before: bytes, document: ProjectDocument, signer: str
) -> None:
    if document.previous != hashlib.sha256(before).digest():
        raise BadStatement("A project document does not follow the one before it.")
    if signer != current.owner:
        raise BadStatement("A project document is not signed by the owner of the one before.")


def _payload(data: bytes) -> tuple[bytes, str]:
    opened = open_envelope(data)
    if opened.payload_type != PAYLOAD_TYPE:
        raise BadStatement(f"The payload is {opened.payload_type!r}, not {PAYLOAD_TYPE}.")
    return opened.payload, opened.signer


def _read(payload: bytes) -> ProjectDocument:
    said = decode(_decoder, payload)
    _check_policy(said.policy, POLICY_DEPTH)
    if said.previous is None and said.after is not msgspec.UNSET:
        raise BadStatement("The first home of a project follows nobody.")
    if said.previous is not None and said.origin is not msgspec.UNSET:
        raise BadStatement("Only the first document of a project says what it was forked from.")
    return ProjectDocument(
        name=said.name,
        owner=said.owner,
        home=said.home,
        visibility=said.visibility,
        policy=said.policy,
        nonce=said.nonce,
        created_at=said.created_at,
        previous=None if said.previous is None else bytes.fromhex(said.previous),
        after=_after(said.after),
        account=_text(said.account),
        handle=_text(said.handle),
        origin=_origin(said.origin),
    )


def _later(document: ProjectDocument) -> dict[str, object]:
    """Return the fields that the first documents did not have, where they are said."""
    after = None if document.after is None else _said(document.after)
    said = {
        "after": after,
        "account": document.account,
        "handle": document.handle,
        "origin": None if document.origin is None else _told(document.origin),
    }
    return {name: value for name, value in said.items() if value is not None}


def _said(after: After) -> dict[str, object]:
    return {"position": after.position, "record": after.record.hex() if after.record else None}


def _told(origin: Origin) -> dict[str, object]:
    return {
        "project": origin.project,
        "position": origin.position,
        "record": origin.record.hex(),
    }


def _origin(said: _Origin | msgspec.UnsetType) -> Origin | None:
    if isinstance(said, msgspec.UnsetType):
        return None
    return Origin(said.project, said.position, bytes.fromhex(said.record))


def _text(said: str | msgspec.UnsetType) -> str | None:
    return None if isinstance(said, msgspec.UnsetType) else said


def _after(said: _After | msgspec.UnsetType) -> After | None:
    if isinstance(said, msgspec.UnsetType):
        return None
    if (said.position == 0) != (said.record is None):
        raise BadStatement("Exactly the beginning of a project has no record to go on from.")
    return After(said.position, None if said.record is None else bytes.fromhex(said.record))


def _check_policy(value: object, depth: int) -> None:
    if depth == 0:
        raise BadStatement(f"A policy is at most {POLICY_DEPTH} deep.")
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > INTEGER_MAX):
        raise BadStatement("The numbers of a policy are integers below 2**53.")
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in below:
        _check_policy(part, depth - 1)
