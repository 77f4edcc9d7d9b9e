"""The receipt: a node says that it holds a project up to a record, all of it verified.

Signed by the holder. It is a word and no proof: the home asks at random for what only a holder of
the contents can answer, and the answer is signed too, so that nobody answers in another's name.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import msgspec

from keys.did import public_key
from keys.ed25519 import PrivateKey
from keys.statements import intoto
from keys.statements.canonical import Count, Position, ProjectId

PREDICATE_TYPE = "https://micelio.dev/attestation/receipt/v1"
SUBJECT = "micelio:record"
_CHALLENGE = b"micelio challenge\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a holder has: the project up to `position`, where `record` is; `at` is Unix ms.

    Contents of positions before `contents_from` are not kept.
    """

    project: str
    position: int
    record: bytes
    contents_from: int
    at: int


class _Predicate(msgspec.Struct, frozen=True, rename="camel"):
    project: ProjectId
    position: Position
    contents_from: Position
    at: Count


_decoder = msgspec.json.Decoder(intoto.Statement[_Predicate])


def seal_receipt(receipt: Receipt, key: PrivateKey) -> bytes:
    """Return the envelope of `receipt`; raises `BadStatement` for what cannot be opened again."""
    said = _Predicate(receipt.project, receipt.position, receipt.contents_from, receipt.at)
    payload = intoto.payload_of(SUBJECT, receipt.record, PREDICATE_TYPE, said)
    _read(payload)
    return intoto.seal_payload(payload, key)


def open_receipt(data: bytes) -> tuple[Receipt, str]:
    """Return the receipt in `data` and the did of the holder; raises as `open_envelope`."""
    payload, signer = intoto.open_payload(data)
    return _read(payload), signer


def answer(nonce: bytes, raw: bytes) -> bytes:
    """Return the answer to a challenge about one object."""
    return hashlib.sha256(nonce + raw).digest()


def sign_answers(project: str, nonce: bytes, answers: Iterable[bytes], key: PrivateKey) -> bytes:
    """Return the holder's signature over its answers."""
    return key.sign(_challenge(project, nonce, answers))


def check_answers(
    holder: str, signature: bytes, project: str, nonce: bytes, answers: Iterable[bytes]
) -> None:
    """Raise `BadSignature` unless `holder` signed these answers."""
    public_key(holder).verify(signature, _challenge(project, nonce, answers))


def _challenge(project: str, nonce: bytes, answers: Iterable[bytes]) -> bytes:
    return _CHALLENGE + project.encode() + b"\n" + nonce + b"".join(answers)


def _read(payload: bytes) -> Receipt:
    statement = intoto.read(_decoder, payload, PREDICATE_TYPE, SUBJECT)
    said = statement.predicate
    return Receipt(
        project=said.project,
        position=said.position,
        record=bytes.fromhex(statement.subject[0].digest.sha256),
        contents_from=said.contents_from,
        at=said.at,
    )
