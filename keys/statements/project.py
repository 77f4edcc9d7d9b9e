"""The project document: what a project is, who owns it, which node orders it.

The genesis document names the project: its id is the hash of its payload, so nobody can take an
id over. Each later version names the one before and is signed under the rules of that one: its
owner. Numbers in a policy are integers, since a float has no one spelling.
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
    decode,
    encode_any,
)

PAYLOAD_TYPE = "application/vnd.micelio.project+json"
POLICY_DEPTH = 16
VERSIONS_MAX = 10_000

Visibility = Literal["public", "private"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectDocument:
    """One version; `previous` is the SHA-256 of the envelope before it, None for the genesis."""

    name: str
    owner: str
    home: str
    visibility: Visibility
    policy: Mapping[str, Any] = field(default_factory=dict)
    nonce: str
    created_at: int
    previous: bytes | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """A verified chain of documents: the id that the first one gives, and the last one."""

    id: str
    current: ProjectDocument
    homes: frozenset[str]


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

    Raises `BadStatement` unless each names the one before and is signed by the owner of it.
    """
    if not 0 < len(documents) <= VERSIONS_MAX:
        raise BadStatement(f"A project has 1 to {VERSIONS_MAX} documents, not {len(documents)}.")
    name = genesis_id(documents[0])
    current, _ = open_project(documents[0])
    homes = {current.home}
    for before, data in itertools.pairwise(documents):
        current = _successor(current, before, data)
        homes.add(current.home)
    return Project(name, current, frozenset(homes))


def _successor(current: ProjectDocument, before: bytes, data: bytes) -> ProjectDocument:
    document, signer = open_project(data)
    if document.previous != hashlib.sha256(before).digest():
        raise BadStatement("A project document does not follow the one before it.")
    if signer != current.owner:
        raise BadStatement("A project document is not signed by the owner of the one before.")
    return document


def _payload(data: bytes) -> tuple[bytes, str]:
    opened = open_envelope(data)
    if opened.payload_type != PAYLOAD_TYPE:
        raise BadStatement(f"The payload is {opened.payload_type!r}, not {PAYLOAD_TYPE}.")
    return opened.payload, opened.signer


def _read(payload: bytes) -> ProjectDocument:
    said = decode(_decoder, payload)
    _check_policy(said.policy, POLICY_DEPTH)
    return ProjectDocument(
        name=said.name,
        owner=said.owner,
        home=said.home,
        visibility=said.visibility,
        policy=said.policy,
        nonce=said.nonce,
        created_at=said.created_at,
        previous=None if said.previous is None else bytes.fromhex(said.previous),
    )


def _check_policy(value: object, depth: int) -> None:
    if depth == 0:
        raise BadStatement(f"A policy is at most {POLICY_DEPTH} deep.")
    if isinstance(value, float) or (isinstance(value, int) and abs(value) > INTEGER_MAX):
        raise BadStatement("The numbers of a policy are integers below 2**53.")
    below = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for part in below:
        _check_policy(part, depth - 1)
