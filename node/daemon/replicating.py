"""What the operator says about peers and seeds: rows only, which a running node sees in a second.

Nothing here speaks to anybody: a peer that does not answer must not keep an operator waiting.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from node.accounts.model import Account
from node.daemon import building, sizes
from node.daemon.config import Config
from node.daemon.errors import BadSetting
from node.daemon.people import beside
from node.daemon.saying import say
from node.federation import rules as following
from node.federation import verbs as federation
from node.federation.model import Follow
from node.kernel.errors import Conflict, Invalid, Missing
from node.kernel.forge import Forge
from node.landings import succeeding
from node.projects.moved import Moved
from node.replication import peering, rules
from node.replication import verbs as replication
from node.replication.copies import copying
from node.replication.model import ACTOR, Copy, Peer, Place, Seed, Wish
from p2p.transport import addresses
from p2p.transport.errors import TransportFault
from store.bundles import Bundle
from store.errors import StoreFault

BUNDLE = ".bundle"


def seed(config: Config, asked: argparse.Namespace) -> int:
    """Hold a project of another node from now on."""
    wish = Wish(
        _bundle(asked.address) or rules.place(asked.address),
        _depth(asked.depth),
        None if asked.quota is None else sizes.read(asked.quota),
        asked.pin,
        asked.reason or "asked for by the operator",
    )
    did = _check_peer(wish.place.node)
    if asked.forget and wish.place.id is None:
        raise BadSetting("--forget is about a project by its id: micelio seed mic:z… --forget")

    async def work(forge: Forge, _owner: Account) -> Seed:
        if wish.place.node:
            peering.check_other(forge, wish.place.node, did)
        await _keep_node(forge, wish.place)
        if asked.forget and wish.place.id is not None:
            await succeeding.let_go(forge, wish.place.id)
        try:
            return await replication.add(forge, wish)
        except Moved as moved:
            raise LandedTooLate(moved) from moved

    _, made = beside(config, work)
    text = f"{made.address} is held here from now on. `micelio seeds` says how far it is."
    say({"seed": _seed_facts(made)}, text, as_json=asked.json)
    return 0


class LandedTooLate(Conflict):
    """Landings of a project that moved stand here, and the operator has not let go of them."""

    def __init__(self, moved: Moved) -> None:
        more = " To let go of what landed here too late and follow the new home, say --forget."
        super().__init__(moved.code, moved.message + more, **moved.details)


async def _keep_node(forge: Forge, place: Place) -> None:
    """Know the node that a seed came from as one that was named here, before a bundle replaces it.

    Its address was typed, so it may lead into a private network.
    """
    if place.id is None or not place.text.startswith(rules.FILE):
        return
    there = await replication.of_project(forge, place.id)
    if there is not None and (node := rules.place(there.address).node):
        await peering.add(forge, node, _check_peer(node))


def unseed(config: Config, asked: argparse.Namespace) -> int:
    """Hold a project no longer."""

    async def work(forge: Forge, _owner: Account) -> Seed:
        path = _path(asked.address)
        address = asked.address if path is None else f"{rules.FILE}{path}"
        found = await replication.find(forge, address)
        await replication.remove(forge, found)
        return found

    _, gone = beside(config, work)
    text = f"{gone.name or gone.address} is not held here any more; its bytes go within days."
    say({"unseeded": _seed_facts(gone)}, text, as_json=asked.json)
    return 0


def seeds(config: Config, asked: argparse.Namespace) -> int:
    """List what is held for others."""

    async def work(forge: Forge, _owner: Account) -> list[Seed]:
        return await replication.seeds(forge)

    _, found = beside(config, work)
    lines = [_seed_line(one) for one in found] or ["Nothing of other nodes is held here."]
    say([_seed_facts(one) for one in found], "\n".join(lines), as_json=asked.json)
    return 0


def peer(config: Config, asked: argparse.Namespace) -> int:
    """Know a peer, forget it, or say what is to be thought of it."""
    if asked.action == "list":
        return peers(config, asked)

    async def work(forge: Forge, _owner: Account) -> Peer | Follow:
        if asked.action == "add":
            return await _added(forge, asked.address)
        followed = await federation.find(forge, asked.address)
        if followed is not None and asked.action == "remove":
            await federation.remove(forge, followed)
            return followed
        known = asked.address if followed is None else followed.did or asked.address
        found = await peering.find(forge, _did(known))
        await _ACTIONS[asked.action](forge, found)
        return next((one for one in await peering.peers(forge) if one.key == found.key), found)

    _, changed = beside(config, work)
    if isinstance(changed, Follow):
        done, facts = _FOLLOWED[asked.action], _follow_facts(changed)
        say({"peer": facts}, f"{changed.address} is {done}.", as_json=asked.json)
        return 0
    text = f"{changed.title} is {_DONE[asked.action]}."
    say({"peer": _peer_facts(changed, building.now_ms())}, text, as_json=asked.json)
    return 0


async def _added(forge: Forge, text: str) -> Peer | Follow:
    """Know a node by where it is, or follow it by what its actor document will say."""
    actor = following.address(text)
    if actor is not None:
        return await federation.follow(forge, actor)
    return await peering.add(forge, text, _check_peer(text))


async def _removed(forge: Forge, peer: Peer) -> None:
    """Forget a peer, and follow it no more: its document would bring it back."""
    if peer.did is not None:
        await federation.let_go(forge, peer.did)
    await peering.remove(forge, peer)


_ACTIONS = {"remove": _removed, "allow": peering.allow, "ban": peering.ban}
_FOLLOWED = {
    "add": "followed from now on; `micelio peer list` says what its document says",
    "remove": "followed no longer",
}
_DONE = {
    "add": "known from now on",
    "remove": "forgotten",
    "allow": "never banned from now on",
    "ban": "banned for a day",
}


def peers(config: Config, asked: argparse.Namespace) -> int:
    """List the peers, what is held against them, and who holds what of this node."""

    async def work(forge: Forge, _owner: Account) -> tuple[list[Peer], list[Copy], list[Follow]]:
        known, copies = await peering.peers(forge), await copying.everything(forge)
        return known, copies, await federation.follows(forge)

    _, (known, copies, followed) = beside(config, work)
    now, actors = building.now_ms(), {one.did: one for one in followed if one.did is not None}
    facts = [_peer_facts(one, now, copies) | _actor(actors.get(one.did or "")) for one in known]
    lines = [_peer_line(one, now) for one in known]
    dids = {one.did for one in known}
    alone = [one for one in followed if one.did not in dids]
    facts += [_follow_facts(one) for one in alone]
    lines += [f"{one.address}  not read yet" for one in alone if one.error is None]
    lines += [f"{one.address}  {one.error}" for one in followed if one.error is not None]
    say(facts, "\n".join(lines or ["No peers are known."]), as_json=asked.json)
    return 0


def _follow_facts(one: Follow) -> dict[str, object]:
    """Return of a node that is only followed so far what `_peer_facts` says of a peer."""
    return {
        "did": one.did,
        "peer_id": addresses.peer_id(one.did) if one.did else None,
        "name": None,
        "url": None,
        "addresses": [],
        "source": ACTOR,
        "allowed": False,
        "score": 0,
        "banned_until": None,
        "reason": None,
        "seen_at": None,
        "copies": 0,
        "verified_copies": 0,
        **_actor(one),
    }


def _actor(one: Follow | None) -> dict[str, object]:
    """Return by which document a node is followed, and why that is not believed."""
    if one is None:
        return {"actor": None, "actor_code": None, "actor_error": None}
    return {"actor": one.address, "actor_code": one.code, "actor_error": one.error}


def _seed_facts(one: Seed) -> dict[str, object]:
    return {
        "id": one.id,
        "name": one.name or None,
        "address": one.address,
        "position": one.position,
        "state": one.state,
        "lag": one.lag,
        "depth": one.depth,
        "quota": one.quota,
        "bytes": one.bytes,
        "pinned": one.is_pinned,
        "reason": one.reason,
        "verified_at": one.verified_at,
        "code": one.code,
        "error": one.error,
    }


def _seed_line(one: Seed) -> str:
    pin = ", pinned" if one.is_pinned else ""
    line = f"{one.id or '-'}  {one.name or one.address}  @{one.position}  {one.state}"
    why = f"    {one.reason}{pin}; {sizes.shown(one.bytes)}"
    return f"{line}\n{why}" + (f"\n    {one.error}" if one.error else "")


def _peer_facts(one: Peer, now: int, copies: Sequence[Copy] = ()) -> dict[str, object]:
    mine = [copy for copy in copies if copy.holder == one.did]
    return {
        "did": one.did,
        "peer_id": addresses.peer_id(one.did) if one.did else None,
        "name": one.name or None,
        "url": one.url,
        "addresses": list(one.addresses),
        "source": one.source,
        "allowed": one.is_allowed,
        "score": rules.score(one, now),
        "banned_until": one.banned_until if rules.is_banned(one, now) else None,
        "reason": one.reason,
        "seen_at": one.seen_at,
        "copies": len(mine),
        "verified_copies": sum(copy.is_verified for copy in mine),
        **_actor(None),
    }


def _peer_line(one: Peer, now: int) -> str:
    where = one.url or ", ".join(one.addresses) or "no address"
    seen = f"answered {building.shown_time(one.seen_at)}" if one.seen_at else "not heard of yet"
    points = rules.score(one, now)
    against = f"; {points} points: {one.reason}" if points else ""
    banned = "; banned" if rules.is_banned(one, now) else "; allowed" if one.is_allowed else ""
    return f"{one.name or one.did or '-'}  {where}\n    {one.known_by}; {seen}{against}{banned}"


def _bundle(text: str) -> Place | None:
    """Return the project in the bundle that `text` is the path of, None if it is no path of one."""
    path = _path(text)
    if path is None:
        return None
    try:
        with Bundle.open(path) as bundle:
            return Place(f"{rules.FILE}{path}", id=bundle.index.project)
    except FileNotFoundError as gone:
        message = f"There is no bundle {path}."
        raise Missing("replication.no-bundle", message, path=str(path)) from gone
    except (StoreFault, OSError) as fault:
        raise Invalid("replication.bad-bundle", f"{path}: {fault}.", path=str(path)) from fault


def _path(text: str) -> Path | None:
    """Return the file that `text` means: every path that is no address, or ends as bundles do."""
    if text.startswith(rules.FILE):
        return Path(text.removeprefix(rules.FILE)).absolute()
    path = Path(text).absolute()
    is_meant = text.startswith("/") and not addresses.is_address(text)
    return path if is_meant or path.suffix == BUNDLE or path.is_file() else None


def _depth(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text)):
        raise Invalid("config.bad-number", f"{text!r} is not a number of landings, 1 or more.")
    return int(text)


def _check_peer(address: str) -> str | None:
    """Return the did that a multiaddr names, None for what is none; raises `Invalid`."""
    if not address.startswith("/"):
        return None
    try:
        found = addresses.of_peer(address)
        return addresses.did_of(found.peer_id or "")
    except TransportFault as fault:
        raise Invalid("replication.bad-address", str(fault), address=address) from fault


def _did(text: str) -> str:
    """Return what a peer is known by: peer ids are the other name of a did."""
    try:
        return addresses.did_of(text)
    except TransportFault:
        return text.rstrip("/")
