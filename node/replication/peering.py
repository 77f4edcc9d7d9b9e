"""What one can do with peers: know them, hold things against them, let them in or not.

The operator's own words come from the command line; everything else is what peers did. Whoever
calls here from a front end has decided who may.
"""

from collections.abc import Sequence
from dataclasses import replace

from node.kernel.forge import Forge
from node.replication import rows, rules
from node.replication.model import (
    ACTOR,
    MET,
    OPERATOR,
    BadAddress,
    Met,
    NoPeer,
    OwnAddress,
    Peer,
    Unproven,
)
from store.database import Tx

LONGEST_NAME = 100
MOST_ADDRESSES = 16
MOST = 1_000
"""Peers that are remembered besides those that the operator named, and as many that are banned."""


def everything(tx: Tx) -> list[Peer]:
    """Return the peers that are known, to be shown to admins of the node alone."""
    return rows.peers(tx)


async def peers(forge: Forge) -> list[Peer]:
    """Return all peers that are known, those that answered last first."""
    return await forge.db.read(rows.peers)


async def met(forge: Forge, learned: Met, source: str, *, answered: bool = False) -> Peer:
    """Remember a peer, or what else was learned of one; `answered` says that it just spoke."""
    return await forge.db.write(lambda tx: remember(forge, tx, learned, source, answered=answered))


def remember(forge: Forge, tx: Tx, learned: Met, source: str, *, answered: bool = False) -> Peer:
    """Do what `met` does, in the caller's transaction.

    A did is only ever given by who has proven it. A URL that is known of another peer stays there,
    so that nobody can take over what is held against somebody else, or for them: only where both
    say that they are one, a URL without a did becomes part of the peer that has it. A URL that a
    peer only says is its own is no more than that, and gives way to who is there. Whom the operator
    names or follows counts as such, however it was known before.
    """
    is_near = learned.is_near or source == OPERATOR
    learned = _believable(learned, is_near=is_near or forge.reach_private)
    said = "".join(c for c in learned.name if c.isprintable()).strip()[:LONGEST_NAME]
    known = rows.peer_by_did(tx, learned.did) if learned.did else None
    by_url = _at_url(tx, learned)
    if learned.did is None:
        known = by_url
    elif by_url is not None and by_url.did is None and learned.is_proven:
        known, by_url = _merged(forge, tx, learned, known, by_url), None
    url = learned.url if by_url is None else None
    if known is None:
        _make_room(forge, tx, MOST - 1, banned=False)
        found = Met(learned.did, url, said)
        key = rows.add_peer(tx, found, source, forge.now())
    else:
        key = known.key
        is_better = url is not None and (
            known.url is None or (known.says_url and learned.is_proven)
        )
        rows.change_peer(tx, key, known.did, url if is_better else known.url, said or known.name)
        if source == OPERATOR or (source == ACTOR and known.source != OPERATOR):
            rows.set_source(tx, key, source)
    if learned.is_proven and learned.url is not None:
        rows.prove_url(tx, key, learned.url)
    _learn(tx, key, learned.addresses)
    if is_near:
        rows.add_near(tx, key, filter(None, (learned.url, *learned.addresses)))
    if answered:
        rows.seen(tx, key, forge.now())
    peer = rows.peer(tx, key)
    assert peer is not None
    return peer


def _at_url(tx: Tx, learned: Met) -> Peer | None:
    """Return the peer at a URL that something was learned of; who only says so is no longer it.

    Nothing is lost with the word: who is there says it again when it is asked.
    """
    there = rows.peer_by_url(tx, learned.url) if learned.url else None
    if there is None or not there.says_url or there.did == learned.did:
        return there
    if learned.did is not None and not learned.is_proven:
        return there
    rows.change_peer(tx, there.key, there.did, None, there.name)
    return None


def _merged(forge: Forge, tx: Tx, learned: Met, known: Peer | None, by_url: Peer) -> Peer:
    """Let the row of a URL be that of the peer which is there; the worse of both counts."""
    if known is None:
        rows.change_peer(tx, by_url.key, learned.did, by_url.url, by_url.name)
    else:
        score, at, until, reason = rules.worse(known, by_url, forge.now())
        rows.score(tx, known.key, score, at, until, reason)
        rows.merge(tx, known.key, by_url.key)
        rows.change_peer(tx, known.key, known.did, by_url.url, known.name or by_url.name)
    peer = rows.peer(tx, known.key if known else by_url.key)
    assert peer is not None
    return peer


def _believable(learned: Met, *, is_near: bool) -> Met:
    """Return `learned` without addresses that lead where who told of them is not believed."""

    def may(address: str) -> bool:
        return rules.may_lead(rules.host_of(address), is_near=is_near)

    has_url = learned.url is not None and (learned.did is None or may(learned.url))
    url = learned.url if has_url else None
    return replace(learned, url=url, addresses=tuple(filter(may, learned.addresses)))


def is_inside(forge: Forge, did: str | None) -> bool:
    """Whether the peer that has proven `did` is connected from this node's own network."""
    host = forge.reach.hosts.get(did or "")
    return bool(host) and not rules.may_lead(host or "", is_near=False)


def _make_room(forge: Forge, tx: Tx, most: int, *, banned: bool) -> None:
    """Forget whoever is beyond so many: a key costs nothing, and neither does a new name."""
    gone = rows.surplus(tx, most, forge.now(), banned=banned)
    if gone is not None:
        rows.remove_peer(tx, gone)


def _learn(tx: Tx, key: int, addresses: Sequence[str]) -> None:
    """Remember addresses of a peer; those it was known by longest give way to them."""
    known = rows.peer(tx, key)
    there = known.addresses if known is not None else ()
    kept = tuple(dict.fromkeys((*addresses, *there)))[:MOST_ADDRESSES]
    if set(kept) != set(there):
        rows.set_addresses(tx, key, kept)


async def find(forge: Forge, text: str) -> Peer:
    """Return the peer that an address, a did or a name means; raises `NoPeer`.

    A name is what a peer calls itself. So it means somebody only if nobody else is called so.
    """

    def read(tx: Tx) -> Peer:
        known = rows.peers(tx)
        found = [one for one in known if text in {one.did, one.url, *one.addresses}]
        if found and found[0].url == text and found[0].says_url:
            raise Unproven(text, found[0].did or "")
        found = found or [one for one in known if text and one.name == text]
        if len(found) != 1:
            raise NoPeer(text)
        return found[0]

    return await forge.db.read(read)


async def of_did(forge: Forge, did: str) -> Peer | None:
    """Return the peer that has proven `did`, if it is known."""
    return await forge.db.read(lambda tx: rows.peer_by_did(tx, did))


async def add(forge: Forge, address: str, did: str | None) -> Peer:
    """Remember a peer that the operator names; `did` is what a multiaddr says that it is.

    Raises `BadAddress` or `OwnAddress`.
    """
    node = rules.node(address)
    check_other(forge, node, did)
    if node.startswith("/"):
        if did is None:
            raise BadAddress(address, rules.PEER)
        learned = Met(did=did, addresses=(node,), is_near=True)
    else:
        learned = Met(url=node, is_near=True)
    return await met(forge, learned, OPERATOR)


def check_other(forge: Forge, node: str, did: str | None) -> None:
    """Raise `OwnAddress` if an address is known to be one of this node."""
    is_own = did == forge.node.did if did else rules.is_same(node, forge.node.url)
    if is_own:
        raise OwnAddress(node)


async def remove(forge: Forge, peer: Peer) -> None:
    """Forget a peer, with what it was said to hold."""
    await forge.db.write(lambda tx: rows.remove_peer(tx, peer.key))


def unfollowed(tx: Tx, did: str) -> None:
    """Forget a peer that was known because it was followed, in the caller's transaction."""
    peer = rows.peer_by_did(tx, did)
    if peer is not None and peer.source == ACTOR:
        rows.remove_peer(tx, peer.key)


async def allow(forge: Forge, peer: Peer) -> None:
    """Never ban a peer, and lift a ban that it is under."""

    def work(tx: Tx) -> None:
        rows.allow(tx, peer.key, is_allowed=True)
        rows.score(tx, peer.key, 0, forge.now(), None, None)

    await forge.db.write(work)


async def ban(forge: Forge, peer: Peer, reason: str = "by the operator") -> None:
    """Have nothing to do with a peer for a day."""

    def work(tx: Tx) -> None:
        now = forge.now()
        rows.allow(tx, peer.key, is_allowed=False)
        rows.score(tx, peer.key, rules.BANNED_AT, now, now + rules.BAN_MS, reason)

    await forge.db.write(work)


async def scored(forge: Forge, peer: Peer, points: int, reason: str) -> Peer:
    """Hold something against a peer; return what it is now, banned perhaps."""
    return await forge.db.write(lambda tx: _scored(forge, tx, peer.key, points, reason))


async def scored_did(forge: Forge, did: str, points: int, reason: str) -> Peer:
    """Hold something against the peer that has proven a did."""

    def work(tx: Tx) -> Peer:
        peer = rows.peer_by_did(tx, did) or remember(forge, tx, Met(did=did), MET)
        return _scored(forge, tx, peer.key, points, reason)

    return await forge.db.write(work)


def _scored(forge: Forge, tx: Tx, key: int, points: int, reason: str) -> Peer:
    peer, now = rows.peer(tx, key), forge.now()
    if peer is None:
        raise NoPeer(str(key))
    total, until = rules.after_points(peer, points, now)
    rows.score(tx, key, total, now, until, reason)
    _make_room(forge, tx, MOST, banned=True)
    return rows.peer(tx, key) or peer


async def is_banned(forge: Forge, did: str) -> bool:
    """Whether nothing is answered to a peer for the time being."""

    def read(tx: Tx) -> bool:
        peer = rows.peer_by_did(tx, did)
        return peer is not None and rules.is_banned(peer, forge.now())

    return await forge.db.read(read)
