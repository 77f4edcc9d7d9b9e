"""The notice: a home's word that a project is no longer to be had from it, or from others.

Signed by the node that is the project's home, so that a mirror which stops serving does so on the
word of the home and not of whoever answers a request. It names the version of the project's
documents that it is about: a newer document takes it back.
"""

import hashlib
from dataclasses import dataclass
from typing import Literal, get_args

import msgspec

from keys.ed25519 import PrivateKey
from keys.errors import BadStatement
from keys.statements import intoto
from keys.statements.canonical import Count, Position, ProjectId

PREDICATE_TYPE = "https://micelio.dev/attestation/notice/v1"
SUBJECT = "micelio:project"

State = Literal["deleted", "withdrawn"]
STATES: tuple[State, ...] = get_args(State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """`project` is gone, or not for everybody any more, as of version `version` of its documents.

    `at` is in Unix milliseconds.
    """

    project: str
    state: State
    version: int
    at: int


class _Predicate(msgspec.Struct, frozen=True):
    project: ProjectId
    state: State
    version: Position
    at: Count


_decoder = msgspec.json.Decoder(intoto.Statement[_Predicate])


def seal_notice(notice: Notice, key: PrivateKey) -> bytes:
    """Return the envelope of `notice`; raises `BadStatement` for what opening refuses."""
    said = _Predicate(notice.project, notice.state, notice.version, notice.at)
    payload = intoto.payload_of(SUBJECT, _digest(notice.project), PREDICATE_TYPE, said)
    _read(payload)
    return intoto.seal_payload(payload, key)


def open_notice(data: bytes) -> tuple[Notice, str]:
    """Return the notice in `data` and the did that signed it.

    Raises `BadEnvelope`, `BadSignature`, `BadStatement`. Whether this signer is the project's home
    is for the caller to check.
    """
    payload, signer = intoto.open_payload(data)
    return _read(payload), signer


def _digest(project: str) -> bytes:
    return hashlib.sha256(project.encode()).digest()


def _read(payload: bytes) -> Notice:
    statement = intoto.read(_decoder, payload, PREDICATE_TYPE, SUBJECT)
    said = statement.predicate
    if bytes.fromhex(statement.subject[0].digest.sha256) != _digest(said.project):
        raise BadStatement("The subject of a notice is the project's id.")
    return Notice(project=said.project, state=said.state, version=said.version, at=said.at)
