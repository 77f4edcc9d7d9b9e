"""Proof that a home said two different things about one position of one project.

Two records, each validly signed by the same key, are proof that anybody can check and nobody can
forge: no trust in the accuser is needed. Where the owner has named another home, a record that the
old one signed for a position behind its tenure contradicts the owner's documents; then these are
part of the proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from keys.errors import BadStatement
from keys.statements.landing import open_landing, record_id
from keys.statements.project import Project, open_chain


@dataclass(frozen=True, slots=True)
class Equivocation:
    """What `signer` signed about one position; ordered by id, so that one proof has one form.

    With `documents` it is the old home, and what it signed are the first of `records` or the only
    one; without, two records of one home.
    """

    project: str
    position: int
    signer: str
    records: tuple[bytes, ...]
    documents: tuple[bytes, ...] = ()


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


def outlive(
    record: bytes, documents: Sequence[bytes], instead: bytes | None = None
) -> Equivocation:
    """Return the proof that an old home signed `record` for a position that is not its any more.

    `instead` is the record of the home that orders this position, if it has one. Raises
    `BadStatement` where the documents do not say so, and as `open_landing`.
    """
    said, signer = open_landing(record)
    project = open_chain(documents)
    if said.project != project.id or not project.outlived(said.position, record_id(record), signer):
        raise BadStatement("The record is none that an old home signed too late.")
    records = (record,) if instead is None else (record, instead)
    if instead is not None:
        _check_instead(project, instead, said.position)
    return Equivocation(project.id, said.position, signer, records, tuple(documents))


def _check_instead(project: Project, instead: bytes, position: int) -> None:
    said, signer = open_landing(instead)
    same_place = (said.project, said.position) == (project.id, position)
    if not same_place or signer != project.home_at(position):
        raise BadStatement("The other record is not that of the home which orders the position.")


def encode(proof: Equivocation) -> bytes:
    """Return `proof` as JSON: the envelopes in base64, and what they are about.

    Whoever reads it believes the envelopes alone, and gives them to `prove` or `outlive`.
    """
    return msgspec.json.encode(proof) + b"\n"


def decode(data: bytes) -> Equivocation:
    """Return the proof in `data`, made again from its envelopes; raises `BadStatement`."""
    try:
        said = msgspec.json.decode(data, type=Equivocation)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BadStatement(f"This is no proof: {fault}.") from fault
    if said.documents and 1 <= len(said.records) <= 2:
        return outlive(said.records[0], said.documents, *said.records[1:])
    if len(said.records) != 2:
        raise BadStatement("A proof has two records.")
    return prove(*said.records)
