"""Proof that a home said two different things about one position of one project.

Two records, each validly signed by the same key, are proof that anybody can check and nobody can
forge: no trust in the accuser is needed.
"""

from dataclasses import dataclass

import msgspec

from keys.errors import BadStatement
from keys.statements.landing import open_landing, record_id


@dataclass(frozen=True, slots=True)
class Equivocation:
    """Two records of `signer` for one position; ordered by id, so that one proof has one form."""

    project: str
    position: int
    signer: str
    records: tuple[bytes, bytes]


def prove(one: bytes, other: bytes) -> Equivocation:
    """Return the proof that landing records `one` and `other` make.

    Raises `BadStatement` if they do not contradict each other, and as `open_landing`.
    """
    (first, signer), (second, co_signer) = open_landing(one), open_landing(other)
    same_place = (first.project, first.position) == (second.project, second.position)
    if not same_place or signer != co_signer or record_id(one) == record_id(other):
        raise BadStatement("These records do not contradict each other.")
    low, high = sorted((one, other), key=record_id)
    return Equivocation(first.project, first.position, signer, (low, high))


def encode(proof: Equivocation) -> bytes:
    """Return `proof` as JSON: the two envelopes in base64, and what they are about.

    Whoever reads it believes the envelopes alone, and gives them to `prove`.
    """
    return msgspec.json.encode(proof) + b"\n"
