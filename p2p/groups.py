"""A stream of records, cut into positions: landing record, contribution, change list, transcript.

Every object is proven before it is looked at, and a position is bounded: what a home signs is small
but for its change list. Only what the order of the stream says is decided here; whether it holds is
decided when it is accepted.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from keys.errors import KeysFault
from keys.statements.landing import LandingRecord, open_landing
from p2p.faults import Misbehaved
from p2p.scores import Offence
from store import changes, contents
from store.changes import Change
from store.digest import digest_of
from store.errors import BadRecord, StoreFault, TooLarge
from store.records import Record, opened

MOST = 96 << 20
"""Bytes of one position's documents: a change list of 64 MiB, and more than the rest can be."""
PIECES = 2048
"""Objects of one position: a change list of 64 MiB is cut into half as many at most."""

_ENVELOPE = b'{"payload":"'


@dataclass(slots=True)
class Group:
    """One position as it came."""

    envelope: bytes
    record: LandingRecord
    contribution: bytes | None = None
    others: list[bytes] = field(default_factory=list)
    """The change list, its manifest first if it has one, and the transcript last."""
    size: int = 0

    @property
    def transcript(self) -> bytes:
        """What was said."""
        return self.others[-1]

    @property
    def listed(self) -> bytes:
        """The change list's bytes; raises `StoreFault`."""
        return b"".join(self._pieces())

    @property
    def count(self) -> int:
        """How many changes it says to have; nothing of it is put together or decoded for that."""
        return changes.count(bytes(islice(chain.from_iterable(self._pieces()), changes.HEAD)))

    def changes(self) -> tuple[Change, ...]:
        """Return the decoded change list; raises `StoreFault`."""
        return changes.decode(self.listed)

    def _pieces(self) -> Iterator[bytes]:
        return contents.carried(self.others[:-1], changes.MOST_BYTES)


async def groups(records: AsyncIterator[Record], where: str) -> AsyncGenerator[Group, None]:
    """Yield the positions of a stream in their order; raises `Misbehaved`."""
    group: Group | None = None
    async for record in records:
        raw = proven(record, where)
        if _begins(group, raw):
            if group is not None:
                yield _whole(group, where)
            group = _begun(raw, where)
        elif group is None:
            raise Misbehaved(where, Offence.MALFORMED, "a history that begins with no record")
        else:
            _add(group, raw, where)
    if group is not None:
        yield _whole(group, where)


def proven(record: Record, where: str, base: bytes | None = None) -> bytes:
    """Return a record's raw bytes; raises `Misbehaved` if they are not what it says."""
    try:
        return opened(record, base)
    except BadRecord as fault:
        raise Misbehaved(where, Offence.BOMB, f"a record that lies: {fault}") from fault
    except StoreFault as fault:
        raise Misbehaved(where, Offence.ALTERED_BLOB, f"an altered object: {fault}") from fault


def _begins(group: Group | None, raw: bytes) -> bool:
    if not raw.startswith(_ENVELOPE):
        return False
    return group is None or group.record.contribution != digest_of(raw)


def _begun(raw: bytes, where: str) -> Group:
    try:
        record, _ = open_landing(raw)
    except KeysFault as fault:
        raise Misbehaved(where, Offence.DOWNGRADE, f"no landing record: {fault}") from fault
    return Group(raw, record, size=len(raw))


def _add(group: Group, raw: bytes, where: str) -> None:
    group.size += len(raw)
    if group.size > MOST or len(group.others) >= PIECES:
        raise Misbehaved(where, Offence.OVERSIZE, "a position without end")
    if group.contribution is None and group.record.contribution == digest_of(raw):
        group.contribution = raw
    else:
        group.others.append(raw)


def _whole(group: Group, where: str) -> Group:
    if len(group.others) < 2 or (group.contribution is None) != (group.record.contribution is None):
        raise Misbehaved(where, Offence.TRUNCATED, f"half of position {group.record.position}")
    if _is_too_large(group):
        what = f"position {group.record.position} changes more than any landing can"
        raise Misbehaved(where, Offence.OVERSIZE, what)
    return group


def _is_too_large(group: Group) -> bool:
    """Return whether a list has more than any has; what else is wrong with it, decoding it says."""
    try:
        return group.count > changes.MOST
    except TooLarge:
        return True
    except StoreFault:
        return False
