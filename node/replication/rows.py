"""Peers, seeds and holders in SQL; the only module that knows their tables."""

from collections.abc import Iterable, Sequence

from node.replication.model import Met, Peer, Seed, Wish
from store.database import Tx

_PEER = (
    "select key, did, url, name, source, is_allowed, score, scored_at, banned_until, reason,"
    " added_at, seen_at, url_proven from peers"
)
_SEED = (
    "select seeds.key, seeds.address, seeds.id, depth, quota, is_pinned, reason, state, told,"
    " bytes, contents_from, error, code, failures, added_at, verified_at, used_at, due_at,"
    " projects.key, coalesce(accounts.handle || '/' || projects.handle, ''),"
    " coalesce((select max(position) from landings where project = projects.key), 0)"
    " from seeds left join projects on projects.id = seeds.id and projects.deleted_at is null"
    " left join accounts on accounts.key = projects.owner"
)


def peers(tx: Tx) -> list[Peer]:
    """Return the peers, those that answered last first."""
    return [_peer(tx, row) for row in tx.execute(_PEER + " order by seen_at desc, key").fetchall()]


def peer(tx: Tx, key: int) -> Peer | None:
    """Return a peer by its key."""
    return _one_peer(tx, " where key = ?", key)


def peer_by_did(tx: Tx, did: str) -> Peer | None:
    """Return a peer by its did."""
    return _one_peer(tx, " where did = ?", did)


def peer_by_url(tx: Tx, url: str) -> Peer | None:
    """Return a peer by the URL of its pages."""
    return _one_peer(tx, " where url = ?", url)


def _one_peer(tx: Tx, where: str, value: int | str) -> Peer | None:
    row = tx.execute(_PEER + where, (value,)).fetchone()
    return _peer(tx, row) if row else None


def _peer(tx: Tx, row: Sequence[object]) -> Peer:
    found = tx.execute(
        "select address from peer_addresses where peer = ? order by address", (row[0],)
    )
    near = tx.execute("select address from peer_near where peer = ?", (row[0],))
    there = tuple(a for (a,) in found), frozenset(a for (a,) in near)
    key, did, url, name, source, allowed, *rest, proven = row
    return Peer(key, did, url, name, source, bool(allowed), *rest, *there, bool(proven))  # type: ignore[arg-type, call-arg]


def add_peer(tx: Tx, met: Met, source: str, now: int) -> int:
    """Write a new peer and return its key."""
    done = tx.execute(
        "insert into peers (did, url, name, source, added_at) values (?, ?, ?, ?, ?)",
        (met.did, met.url, met.name, source, now),
    )
    return done.lastrowid or 0


def change_peer(tx: Tx, key: int, did: str | None, url: str | None, name: str) -> None:
    """Write what a peer said about itself; another URL is not proven by what proved the first."""
    tx.execute(
        "update peers set did = ?, url_proven = url_proven and url is ?2, url = ?2, name = ?"
        " where key = ?",
        (did, url, name, key),
    )


def prove_url(tx: Tx, key: int, url: str) -> None:
    """Write that who is at the URL of a peer has its key, if that is its URL."""
    tx.execute("update peers set url_proven = 1 where key = ? and url = ?", (key, url))


def set_source(tx: Tx, key: int, source: str) -> None:
    """Write how a peer came to be known."""
    tx.execute("update peers set source = ? where key = ?", (source, key))


def set_addresses(tx: Tx, peer_: int, addresses: Iterable[str]) -> None:
    """Write where a peer may be reached, instead of what was known."""
    tx.execute("delete from peer_addresses where peer = ?", (peer_,))
    tx.executemany(
        "insert or ignore into peer_addresses (peer, address) values (?, ?)",
        [(peer_, address) for address in addresses],
    )


def add_near(tx: Tx, peer_: int, addresses: Iterable[str]) -> None:
    """Write which addresses of a peer may lead into this node's own network."""
    tx.executemany(
        "insert or ignore into peer_near (peer, address) values (?, ?)",
        [(peer_, address) for address in addresses],
    )
    tx.execute(
        "delete from peer_near where peer = ?1 and address not in"
        " (select address from peer_addresses where peer = ?1"
        " union select url from peers where key = ?1 and url is not null)",
        (peer_,),
    )


def merge(tx: Tx, peer_: int, gone: int) -> None:
    """Let two rows of one peer be one, all but score and URL: what either is known by."""
    for table in ("peer_addresses", "peer_near"):
        tx.execute(
            f"insert or ignore into {table} (peer, address)"  # noqa: S608
            f" select ?, address from {table} where peer = ?",
            (peer_, gone),
        )
    tx.execute("update or ignore holders set peer = ? where peer = ?", (peer_, gone))
    tx.execute(
        "update peers set source = case when other.source = 'operator' then other.source"
        " else peers.source end, is_allowed = max(peers.is_allowed, other.is_allowed),"
        " added_at = min(peers.added_at, other.added_at),"
        " seen_at = nullif(max(coalesce(peers.seen_at, 0), coalesce(other.seen_at, 0)), 0)"
        " from peers as other where peers.key = ? and other.key = ?",
        (peer_, gone),
    )
    tx.execute("delete from peers where key = ?", (gone,))


def surplus(tx: Tx, most: int, now: int, *, banned: bool) -> int | None:
    """Return the peer, one of those banned or of the others, that is beyond `most` of its kind.

    It is the one that answered longest ago, or never; not one that the operator has chosen.
    """
    row = tx.execute(
        "select key, count(*) over () from peers where source not in ('operator', 'actor')"
        " and is_allowed = 0 and (coalesce(banned_until, 0) > ?) = ?"
        " order by coalesce(seen_at, 0), key limit 1",
        (now, banned),
    ).fetchone()
    return row[0] if row and row[1] > most else None


def remove_peer(tx: Tx, key: int) -> None:
    """Forget a peer."""
    tx.execute("delete from peers where key = ?", (key,))


def seen(tx: Tx, key: int, now: int) -> None:
    """Note that a peer answered."""
    tx.execute("update peers set seen_at = ? where key = ?", (now, key))


def score(tx: Tx, key: int, points: int, now: int, until: int | None, reason: str | None) -> None:
    """Write the points against a peer."""
    tx.execute(
        "update peers set score = ?, scored_at = ?, banned_until = ?, reason = ? where key = ?",
        (points, now, until, reason, key),
    )


def allow(tx: Tx, key: int, *, is_allowed: bool) -> None:
    """Say whether a peer is never banned."""
    tx.execute("update peers set is_allowed = ? where key = ?", (is_allowed, key))


def seeds(tx: Tx) -> list[Seed]:
    """Return the seeds in the order in which they were asked for."""
    return [_seed(row) for row in tx.execute(_SEED + " order by seeds.key")]


def seed(tx: Tx, key: int) -> Seed | None:
    """Return a seed by its key."""
    return _one_seed(tx, " where seeds.key = ?", key)


def seed_of(tx: Tx, project_id: str) -> Seed | None:
    """Return the seed of a project, by its id."""
    return _one_seed(tx, " where seeds.id = ?", project_id)


def seed_at(tx: Tx, address: str) -> Seed | None:
    """Return the seed that was asked for at an address."""
    return _one_seed(tx, " where seeds.address = ?", address)


def _one_seed(tx: Tx, where: str, value: int | str) -> Seed | None:
    row = tx.execute(_SEED + where, (value,)).fetchone()
    return _seed(row) if row else None


def _seed(row: Sequence[object]) -> Seed:
    return Seed(*row[:5], bool(row[5]), *row[6:])  # type: ignore[arg-type, call-arg]


def due(tx: Tx, now: int, limit: int) -> list[int]:
    """Return the seeds to look at, by key: longest due first."""
    rows = tx.execute(
        "select key from seeds where due_at <= ? and state <> 'dropped' order by due_at limit ?",
        (now, limit),
    )
    return [key for (key,) in rows]


def add_seed(tx: Tx, wish: Wish, now: int) -> int:
    """Write a seed and return its key."""
    place = wish.place
    done = tx.execute(
        "insert into seeds (address, id, depth, quota, is_pinned, reason, state, added_at, used_at,"
        " due_at) values (?, ?, ?, ?, ?, ?, 'waiting', ?, ?, 0)",
        (place.text, place.id, wish.depth, wish.quota, wish.is_pinned, wish.reason, now, now),
    )
    return done.lastrowid or 0


def change_seed(tx: Tx, key: int, wish: Wish) -> None:
    """Write what somebody wishes otherwise, and look at it at once."""
    tx.execute(
        "update seeds set depth = ?, quota = ?, is_pinned = ?, due_at = 0, failures = 0,"
        " state = case when state in ('full', 'dropped', 'failed') then 'waiting' else state end"
        " where key = ?",
        (wish.depth, wish.quota, wish.is_pinned, key),
    )


def readdress(tx: Tx, key: int, address: str) -> None:
    """Write where a seed comes from now."""
    tx.execute("update seeds set address = ? where key = ?", (address, key))


def remove_seed(tx: Tx, key: int) -> None:
    """Hold a project no longer."""
    tx.execute("delete from seeds where key = ?", (key,))


def take_up(tx: Tx) -> None:
    """Look at once at what was being fetched, or was to be."""
    tx.execute("update seeds set due_at = 0 where state in ('waiting', 'fetching')")


def lease(tx: Tx, key: int, until: int) -> None:
    """Let a seed be due when somebody who pulls it has failed to say how that went."""
    tx.execute("update seeds set due_at = ? where key = ?", (until, key))


def is_due(tx: Tx, key: int) -> bool:
    """Whether there was news of a seed since its lease."""
    return _one_seed(tx, " where seeds.due_at = 0 and seeds.key = ?", key) is not None


def identify(tx: Tx, key: int, project_id: str) -> None:
    """Write the id of the project that an address turned out to name."""
    tx.execute("update seeds set id = ? where key = ?", (project_id, key))


def set_state(
    tx: Tx, key: int, state: str, due_at: int, code: str | None = None, error: str | None = None
) -> None:
    """Write how it stands with a seed; an error counts as one more failure in a row."""
    tx.execute(
        "update seeds set state = ?1, due_at = ?2, code = ?3, error = ?4,"
        " failures = case when ?4 is not null then failures + 1 when ?1 = 'fetching' then failures"
        " else 0 end where key = ?5",
        (state, due_at, code, error, key),
    )


def verified(tx: Tx, key: int, contents_from: int, now: int) -> None:
    """Note that all of a seed is here and checked."""
    tx.execute(
        "update seeds set verified_at = ?, contents_from = ? where key = ?",
        (now, contents_from, key),
    )


def missed(tx: Tx, key: int, failures: int) -> None:
    """Count one more look in a row after which a seed was still behind what was told of it."""
    tx.execute("update seeds set failures = ? where key = ?", (failures, key))


def receipt_owed(tx: Tx, key: int, position: int, since: int) -> bool:
    """Whether the home was not told yet, or not since then, that a seed is here."""
    sql = "select 1 from seeds where key = ? and (receipt_position <> ? or receipt_at < ?)"
    return tx.execute(sql, (key, position, since)).fetchone() is not None


def receipt_sent(tx: Tx, key: int, position: int, now: int) -> None:
    """Note that the home was told that a seed is here."""
    tx.execute(
        "update seeds set receipt_position = ?, receipt_at = ? where key = ?", (position, now, key)
    )


def begin(tx: Tx, key: int, contents_from: int) -> None:
    """Note from which position on a seed will have its contents, as far as is known."""
    tx.execute(
        "update seeds set contents_from = max(contents_from, ?) where key = ?", (contents_from, key)
    )


def told(tx: Tx, project_id: str, position: int) -> bool:
    """Note how far a project's home has signed; return whether that is news for a seed here."""
    sql = "update seeds set told = ?1 where id = ?2 and told < ?1"
    return tx.execute(sql, (position, project_id)).rowcount > 0


def fall_back(tx: Tx, project_id: str, position: int) -> None:
    """Note that a project's home has signed no more than this, as far as is known."""
    tx.execute("update seeds set told = min(told, ?) where id = ?", (position, project_id))


def make_due(tx: Tx, project_id: str) -> None:
    """Look at a seed at once."""
    tx.execute("update seeds set due_at = 0 where id = ?", (project_id,))


def count_bytes(tx: Tx, key: int, size: int) -> None:
    """Count what came in for a seed."""
    tx.execute("update seeds set bytes = bytes + ? where key = ?", (size, key))


def drop_contents(tx: Tx, key: int, contents_from: int) -> None:
    """Note that the contents of a seed before a position are not here any more."""
    tx.execute(
        "update seeds set contents_from = ?, bytes = 0, state = 'dropped' where key = ?",
        (contents_from, key),
    )


def is_stale(tx: Tx, project: int, since: int) -> bool:
    """Whether nobody has read a mirror since then, as far as was noted."""
    sql = "select 1 from seeds where used_at < ? and id = (select id from projects where key = ?)"
    return tx.execute(sql, (since, project)).fetchone() is not None


def used(tx: Tx, project: int, now: int) -> None:
    """Note that a mirror was read."""
    tx.execute(
        "update seeds set used_at = ? where id = (select id from projects where key = ?)",
        (now, project),
    )


def without_contents(tx: Tx) -> dict[int, int]:
    """Return, for mirrors that lack older contents, the first position whose contents are here."""
    return dict(
        tx.execute(
            "select projects.key, contents_from from seeds join projects on projects.id = seeds.id"
            " where contents_from > 1"
        )
    )


def add_holder(tx: Tx, project_id: str, peer_: int, position: int, now: int) -> None:
    """Note that a peer says it holds a project up to a position."""
    tx.execute(
        "insert into holders (project, peer, position, seen_at, is_public) values (?1, ?2, ?3, ?4,"
        " exists (select 1 from projects where id = ?1 and visibility = 'public'))"
        " on conflict (project, peer) do update set position = excluded.position,"
        " seen_at = excluded.seen_at, is_public = excluded.is_public",
        (project_id, peer_, position, now),
    )


def remove_holder(tx: Tx, project_id: str, did: str) -> None:
    """Forget that a peer said it holds a project."""
    tx.execute(
        "delete from holders where project = ? and peer in (select key from peers where did = ?)",
        (project_id, did),
    )


def holders(tx: Tx, project_id: str) -> list[tuple[Peer, int]]:
    """Return who says to hold a project and up to where; last, in any order, who gave nothing."""
    rows = tx.execute(
        "select peer, position from holders join peers on peers.key = peer where project = ?"
        " order by holders.seen_at = 0, peers.seen_at is null, position desc,"
        " holders.seen_at desc, random()",
        (project_id,),
    ).fetchall()
    return [(found, position) for key, position in rows if (found := peer(tx, key))]


def holders_for_all(tx: Tx, project_id: str, limit: int) -> list[tuple[Peer, int]]:
    """Return who says to hold a project, the newest first, if everybody may know of the project."""
    rows = tx.execute(
        "select peer, position from holders where project = ?1 and is_public and not exists"
        " (select 1 from projects where id = ?1 and visibility <> 'public')"
        " order by position desc, seen_at desc limit ?2",
        (project_id, limit),
    ).fetchall()
    return [(found, position) for key, position in rows if (found := peer(tx, key))]


def equivocations(tx: Tx, project_id: str) -> list[tuple[int, str, bytes]]:
    """Return position, signer and proof of each contradiction about a project."""
    return tx.execute(
        "select position, signer, proof from equivocations where project = ? order by position",
        (project_id,),
    ).fetchall()
