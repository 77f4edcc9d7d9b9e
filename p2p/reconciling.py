"""The asking side of a comparison of heads, without I/O: requests out, answers in.

A generator for each set of ids: it yields what to ask and is sent what was answered, so that the
same steps run over HTTP, over libp2p and in the simulator. `mic.wire.heads` has the steps.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from mic.wire import heads as wire
from mic.wire.heads import BadHeads, Heads, HeadsAsked, SignedHead, Stand
from p2p.judging import Held

Asking = Generator[HeadsAsked, Heads, "Compared"]
_NO_ID = wire.NOTHING


@dataclass(slots=True)
class Compared:
    """Which of the projects asked about the other holds, and its heads that differ."""

    unasked: frozenset[str] = frozenset()
    """What of our interest it was not asked about."""
    held: set[str] = field(default_factory=set)
    heads: list[SignedHead] = field(default_factory=list)


def stand(held: Held) -> Stand:
    """Return where this node stands, as it is compared."""
    return Stand(wire.raw_id(held.project), held.epoch, held.position, held.record or _NO_ID)


def sets(interest: Iterable[Held]) -> Iterator[list[Stand]]:
    """Cut an interest into sets that fit a request, by id, so that they stay the same sets."""
    stands = sorted(map(stand, interest))
    parts = 1
    while parts * wire.SET < 2 * len(stands) and parts < 256:
        parts *= 2
    width = 256 // parts
    for first in range(0, 256, width):
        part = [one for one in stands if first <= one.project[0] < first + width]
        if part or parts == 1:
            yield part[: wire.SET]


def comparison(stands: Sequence[Stand], believed: frozenset[str]) -> Asking:
    """Compare one set: `believed` are the projects that the other is believed to hold.

    Raises `BadHeads` for an answer that does not fit its question.
    """
    ids = [one.project for one in stands]
    raw = frozenset(wire.raw_id(one) for one in believed) & frozenset(ids)
    name = wire.set_digest(ids)
    print_ = wire.fingerprint(one for one in stands if one.project in raw)
    answer = yield HeadsAsked(set=name, fingerprint=print_)
    if answer.answer == "unknown":
        answer = yield HeadsAsked(set=name, fingerprint=print_, ids=b"".join(ids))
    if answer.answer == "unknown":
        raise BadHeads("the set was told, and is unknown")
    if answer.answer == "same":
        return Compared(held={wire.spelled_id(one) for one in raw})
    held = wire.of_bitmap(ids, answer.held)
    differing = wire.differing(
        [one for one in stands if one.project in held], answer.bits, answer.buckets
    )
    compared = Compared(held={wire.spelled_id(one) for one in held})
    yield from _heads(compared, differing)
    return compared


def _heads(compared: Compared, differing: list[Stand]) -> Asking:
    """Ask for the signed heads of what differs, in portions."""
    start = 0
    while start < len(differing):
        part = differing[start : start + wire.STANDS]
        answer = yield HeadsAsked(stands=wire.pack(part))
        asked = {wire.spelled_id(one.project) for one in part}
        if any(head.project not in asked for head in answer.heads):
            raise BadHeads("a head that was not asked for")
        compared.heads += answer.heads
        gone = len(part) if answer.next is None else answer.next
        if not 0 < gone <= len(part):
            raise BadHeads("an answer that goes on nowhere")
        start += gone
    return compared
