"""What a claimed head is worth: one function from values to a verdict.

A claim says that a project stands at a position of an epoch, and shows the record that its home
signed there. It is compared with what this node holds: the chain of documents that it verified, and
its own newest record. Claims are ordered by (epoch, position) and never by a clock. Every way to
lie has a name, an `Offence`, and costs whoever said it, except for the home's own contradiction:
that is kept as proof, and held against the home.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum

import msgspec

from keys.errors import BadEnvelope, BadSignature, BadStatement, KeysFault
from keys.spelling import parts_of
from keys.statements import equivocation
from keys.statements.equivocation import Equivocation
from keys.statements.landing import FORMAT, PREDICATE_TYPE, LandingRecord, record_id
from p2p.scores import Offence

Opener = Callable[[bytes], tuple[LandingRecord, str]]


@dataclass(frozen=True, slots=True)
class Tenure:
    """One home's time: it signs the positions after `after`, until the next one's `after`."""

    after: int
    home: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What this node holds of a project, all of it verified; `record` is the newest one's id.

    `homes` are the tenures in their order; `origins` are what a fork goes on from, oldest first: up
    to each position stand the landings of that project. At epoch 0 nothing is known but the id.
    """

    project: str
    epoch: int = 0
    position: int = 0
    record: bytes | None = None
    homes: tuple[Tenure, ...] = ()
    origins: tuple[tuple[int, str], ...] = ()
    is_private: bool = False
    is_ours: bool = False
    peers: frozenset[str] = frozenset()

    @property
    def place(self) -> tuple[int, int]:
        """What heads are ordered by."""
        return (self.epoch, self.position)

    @property
    def home(self) -> str | None:
        """Who orders the project now, as far as this node knows."""
        return self.homes[-1].home if self.homes else None

    def id_at(self, position: int) -> str:
        """Return the project that a record for `position` must be of."""
        above = (project for until, project in self.origins if position <= until)
        return next(above, self.project)

    def home_at(self, position: int) -> str | None:
        """Return who signs `position`."""
        signers = [tenure.home for tenure in self.homes if position > tenure.after]
        return signers[-1] if signers else None


@dataclass(frozen=True, slots=True)
class Claim:
    """A head as somebody told it."""

    project: str
    epoch: int
    position: int
    record: bytes | None

    @property
    def place(self) -> tuple[int, int]:
        """What heads are ordered by."""
        return (self.epoch, self.position)


class Worth(Enum):
    """What to do about a claim."""

    KNOWN = "known"
    OLD = "old"
    AHEAD = "ahead"
    LOST = "lost"
    """Signed by this node itself, and not remembered: it was put back to an older state."""
    HINT = "hint"
    """It may be ahead; nothing here can prove it without asking."""
    CONTRADICTS = "contradicts"
    COMPARE = "compare"
    """Signed by the home, at a position that we are past: to be held against what we have there."""
    OUTLIVED = "outlived"
    """Signed by an earlier home after its time, and shown by who has not heard of the new one."""
    WRONG = "wrong"
    UNKNOWN_FORMAT = "unknown-format"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a claim is worth, and what it is if it is an offence."""

    worth: Worth
    offence: Offence | None = None


def judge(claim: Claim, held: Held, opened: Opener) -> Verdict:
    """Return what `claim` is worth to a node that holds `held`; `opened` verifies an envelope."""
    if claim.record is None:
        return _unproven(claim, held)
    if claim.position == held.position and record_id(claim.record) == held.record:
        return Verdict(Worth.HINT if claim.epoch > held.epoch else Worth.KNOWN)
    try:
        record, signer = opened(claim.record)
    except KeysFault as fault:
        return _unreadable(claim.record, fault)
    if record.position != claim.position:
        return _wrong(Offence.REPLAY)
    if record.project != held.id_at(claim.position):
        # Of what is not known here it may be a fork, which begins with another one's landings.
        return _wrong(Offence.GRAFT) if held.epoch else _unproven(claim, held)
    return _signed(claim, held, signer)


def _unproven(claim: Claim, held: Held) -> Verdict:
    return Verdict(Worth.HINT if claim.place > held.place else Worth.OLD)


def _signed(claim: Claim, held: Held, signer: str) -> Verdict:
    """Judge what is genuine: signed by `signer`, about this project and position."""
    if held.is_ours and signer == held.home and claim.position > held.position:
        return Verdict(Worth.LOST)
    if claim.epoch > held.epoch:
        return Verdict(Worth.HINT)  # Its home may be one that we do not know yet.
    if signer != held.home_at(claim.position):
        return _of_another(claim, held, signer)
    if claim.position > held.position:
        return Verdict(Worth.AHEAD)
    if claim.position == held.position:
        return Verdict(Worth.CONTRADICTS, Offence.EQUIVOCATION)
    return Verdict(Worth.COMPARE)


def _of_another(claim: Claim, held: Held, signer: str) -> Verdict:
    """Judge a record of who is not the home there: an earlier home's, or nobody's."""
    if all(signer != tenure.home for tenure in held.homes):
        return _wrong(Offence.FORGED_AUTHOR)
    if claim.epoch < held.epoch:
        return Verdict(Worth.OUTLIVED)
    return _wrong(Offence.OUTLIVED)


def _wrong(offence: Offence) -> Verdict:
    return Verdict(Worth.WRONG, offence)


def contradiction(
    ours: bytes | None, theirs: bytes, documents: Sequence[bytes]
) -> Equivocation | None:
    """Return what proves that a home contradicted itself, or went on after its time."""
    with suppress(KeysFault):
        if ours is not None:
            return equivocation.prove(ours, theirs)
    with suppress(KeysFault):
        return equivocation.outlive(theirs, documents, ours)
    return None


# ------------------------------------------------------------------------- what cannot be opened


class _Predicate(msgspec.Struct, frozen=True):
    format: int = 0


class _Statement(msgspec.Struct, frozen=True, rename="camel"):
    predicate_type: str = ""
    predicate: _Predicate = _Predicate()


class _Unsigned(msgspec.Struct, frozen=True):
    payload: str
    signatures: tuple[object, ...] = ()


_statements = msgspec.json.Decoder(_Statement)
_unsigned = msgspec.json.Decoder(_Unsigned)


def _unreadable(data: bytes, fault: KeysFault) -> Verdict:
    """Tell a forgery, a downgrade, a newer format and mere noise from each other."""
    if isinstance(fault, BadSignature):
        return _wrong(Offence.FORGED_AUTHOR)
    if isinstance(fault, BadEnvelope) and _is_unsigned(data):
        return _wrong(Offence.DOWNGRADE)
    if isinstance(fault, BadStatement):
        return _other_format(data)
    return _wrong(Offence.MALFORMED)


def _is_unsigned(data: bytes) -> bool:
    try:
        return not _unsigned.decode(data).signatures
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def _other_format(data: bytes) -> Verdict:
    try:
        said = _statements.decode(parts_of(data).payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, BadEnvelope):
        return _wrong(Offence.MALFORMED)
    family, _, version = PREDICATE_TYPE.rpartition("/v")
    known, _, number = said.predicate_type.rpartition("/v")
    if known != family or not number.isdecimal():
        return _wrong(Offence.MALFORMED)
    theirs, ours = (int(number[:9]), said.predicate.format), (int(version), FORMAT)
    if theirs == ours:
        return _wrong(Offence.MALFORMED)
    return Verdict(Worth.UNKNOWN_FORMAT) if theirs > ours else _wrong(Offence.DOWNGRADE)
