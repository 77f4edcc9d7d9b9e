"""Compares heads with one peer, over the first way that leads to it."""

from collections.abc import Sequence

from mic.wire.heads import Heads
from node.kernel.forge import Forge
from node.replication.model import Peer
from p2p import reconciling
from p2p.client import Dialling, Holder, Way, asking
from p2p.faults import NoAnswer
from p2p.judging import Held
from p2p.reconciling import Compared
from p2p.sources import ways_to
from p2p.transport import addresses

PATH = "/heads"


async def compare(
    forge: Forge,
    network: Dialling | None,
    peer: str,
    row: Peer | None,
    interest: Sequence[Held],
    believed: frozenset[str],
) -> Compared:
    """Return what `peer` holds of our interest; raises `HolderFault`, `BadHeads`.

    Over a URL nobody knows who asks, so private projects are asked about over libp2p alone.
    """
    fault: NoAnswer | None = None
    for way in _ways(peer, row):
        hidden = {one.project for one in interest if way.is_url and one.is_private}
        asked = [one for one in interest if one.project not in hidden]
        try:
            async with asking(forge, network, way) as holder:
                return await _compared(holder, asked, believed, frozenset(hidden))
        except NoAnswer as nobody:
            fault = nobody
    raise fault or NoAnswer(peer, "no way to it is known")


def _ways(peer: str, row: Peer | None) -> list[Way]:
    """Return the ways to a peer, those first on which it learns who asks."""
    known = ways_to(row) if row is not None else []
    if peer.startswith("did:"):
        known.append(Way(f"/p2p/{addresses.peer_id(peer)}"))
    return sorted(known, key=lambda way: way.is_url)


async def _compared(
    holder: Holder, interest: Sequence[Held], believed: frozenset[str], unasked: frozenset[str]
) -> Compared:
    whole = Compared(unasked)
    for stands in reconciling.sets(interest):
        part = await _one_set(holder, reconciling.comparison(stands, believed))
        whole.held |= part.held
        whole.heads += part.heads
    return whole


async def _one_set(holder: Holder, asking: reconciling.Asking) -> Compared:
    asked = next(asking)
    while True:
        answer = await holder.post(PATH, asked, Heads)
        try:
            asked = asking.send(answer)
        except StopIteration as end:
            found: Compared = end.value
            return found
