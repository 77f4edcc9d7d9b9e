"""Where projects stand, compared with an asker: `mic.wire.heads` has the steps."""

from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web

from mic.sync import edge
from mic.sync.told import Told
from mic.wire import heads as wire
from mic.wire.heads import BadHeads, Heads, HeadsAsked, SignedHead, Stand
from node.kernel.errors import Invalid
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import standing
from node.landings.standing import Standing
from node.replication import verbs as replication

TOLD: Final = web.AppKey("told", Told)


async def heads(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Say whether the asker and this node stand at the same place, and where they do not."""
    asked = await edge.message(request, HeadsAsked)
    if asked.v != wire.FORMAT:
        raise Invalid("heads.version", f"Heads are compared in version 1, not {asked.v}.")
    try:
        if asked.stands is not None:
            return edge.reply(await _news(forge, who, wire.unpack(asked.stands)))
        return edge.reply(await _compared(forge, who, asked, request.app[TOLD]))
    except BadHeads as fault:
        raise Invalid("heads.malformed", f"This cannot be compared: {fault}.") from fault


async def _compared(forge: Forge, who: Party, asked: HeadsAsked, told: Told) -> Heads:
    if asked.set is None or asked.fingerprint is None:
        raise BadHeads("a set and a fingerprint, or stands, are asked about")
    asker = (who.account, who.token, who.peer)
    ids = told.get(asker, asked.set) if asked.ids is None else wire.split_ids(asked.ids)
    if ids is None:
        return Heads(answer="unknown")
    if asked.ids is not None and wire.set_digest(ids) != asked.set:
        raise BadHeads("the ids are of another set")
    told.keep(asker, asked.set, ids)
    return wire.compared(asked, ids, await _held(forge, who, ids))


async def _held(forge: Forge, who: Party, ids: Sequence[bytes]) -> dict[bytes, Stand]:
    names = (wire.spelled_id(one) for one in ids)
    found = map(_stand, await standing.standings(forge, who, names))
    return {one.project: one for one in found}


async def _news(forge: Forge, who: Party, theirs: Sequence[Stand]) -> Heads:
    """Answer with signed heads, until they are as long as an answer may be."""
    names = (wire.spelled_id(one.project) for one in theirs)
    found = {wire.raw_id(one.project): one for one in await standing.standings(forge, who, names)}
    if who.peer is not None:
        ahead = [found[one.project].project for one in theirs if _is_behind(found, one)]
        await _heard(forge, who.peer, ahead)
    differ = list(wire.news(theirs, {raw: _stand(one) for raw, one in found.items()}))
    signed: list[SignedHead] = []
    size = 0
    for place, ours in differ:
        (record,) = await standing.envelopes(forge, [found[ours.project]])
        size += len(record or b"")
        if signed and size > wire.ANSWERED:
            return Heads(answer="differs", heads=signed, next=place)
        signed.append(_signed(found[ours.project], record))
    return Heads(answer="differs", heads=signed)


def _is_behind(found: Mapping[bytes, Standing], other: Stand) -> bool:
    ours = found.get(other.project)
    return ours is not None and (ours.epoch, ours.position) < (other.epoch, other.position)


async def _heard(forge: Forge, peer: str, ahead: Sequence[str]) -> None:
    """Take note of what a home says by asking: nobody hears of private projects by gossip."""
    if ahead:
        await replication.home_is_ahead(forge, peer, ahead)


def _stand(one: Standing) -> Stand:
    return Stand(wire.raw_id(one.project), one.epoch, one.position, one.record or wire.NOTHING)


def _signed(one: Standing, record: bytes | None) -> SignedHead:
    return SignedHead(project=one.project, epoch=one.epoch, position=one.position, record=record)
