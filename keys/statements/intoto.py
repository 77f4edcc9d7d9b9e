"""in-toto Statement v1: the frame around our predicates.

One subject, by SHA-256. Fields that we do not know are ignored, other predicate types and
versions are refused: a verifier that does not know the rules of a version must not guess them.
"""

from typing import Annotated, Generic, Literal, TypeVar

import msgspec

from keys.ed25519 import PrivateKey
from keys.envelope import open_envelope, seal
from keys.errors import BadStatement
from keys.statements.canonical import Hex32, Name, decode, encode_struct

PAYLOAD_TYPE = "application/vnd.in-toto+json"
STATEMENT_TYPE: Literal["https://in-toto.io/Statement/v1"] = "https://in-toto.io/Statement/v1"

P = TypeVar("P")


class Digests(msgspec.Struct, frozen=True):
    """A digest set; other algorithms are ignored."""

    sha256: Hex32


class Subject(msgspec.Struct, frozen=True):
    """What a statement is about."""

    name: Name
    digest: Digests


class Statement(msgspec.Struct, Generic[P], frozen=True, rename="camel"):
    """The frame; `P` is the shape of the predicate."""

    statement_type: Literal["https://in-toto.io/Statement/v1"] = msgspec.field(name="_type")
    subject: Annotated[tuple[Subject, ...], msgspec.Meta(min_length=1, max_length=1)]
    predicate_type: str
    predicate: P


def payload_of(subject: str, digest: bytes, predicate_type: str, predicate: object) -> bytes:
    """Return the canonical bytes of the statement that says `predicate` about `digest`."""
    about = Subject(subject, Digests(digest.hex()))
    return encode_struct(Statement(STATEMENT_TYPE, (about,), predicate_type, predicate))


class _Kind(msgspec.Struct, frozen=True, rename="camel"):
    predicate_type: str


_kind_decoder = msgspec.json.Decoder(_Kind)


def read(
    decoder: msgspec.json.Decoder[Statement[P]], payload: bytes, predicate_type: str, subject: str
) -> Statement[P]:
    """Return the statement in `payload`; raises `BadStatement` unless it is of this type."""
    if (found := decode(_kind_decoder, payload).predicate_type) != predicate_type:
        raise BadStatement(f"Expected a statement {predicate_type}, got {found!r}.")
    statement = decode(decoder, payload)
    if statement.subject[0].name != subject:
        raise BadStatement(f"The subject is not {subject}.")
    return statement


def seal_payload(payload: bytes, key: PrivateKey) -> bytes:
    """Return the envelope of a statement's bytes."""
    return seal(payload, PAYLOAD_TYPE, key)


def open_payload(data: bytes) -> tuple[bytes, str]:
    """Return payload and signer of an in-toto envelope; raises as `open_envelope`."""
    opened = open_envelope(data)
    if opened.payload_type != PAYLOAD_TYPE:
        raise BadStatement(f"The payload is {opened.payload_type!r}, not {PAYLOAD_TYPE}.")
    return opened.payload, opened.signer
