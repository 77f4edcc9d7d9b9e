"""What one can do with seeds: hold a project of another node, and let it go again.

Nothing is held but what somebody chose. The commands of the operator write rows; the node that runs
sees them within a second.
"""

from collections.abc import Sequence
from zlib import crc32

from node.holdings import verbs as holdings
from node.imports import verbs as imports
from node.kernel.forge import Forge
from node.projects import mirroring, moved
from node.projects import verbs as projects
from node.projects.model import Project
from node.replication import rows, rules
from node.replication.model import (
    FAILED,
    FETCHING,
    FULL,
    VERIFIED,
    WITHDRAWN,
    NoSeed,
    OwnProject,
    Peer,
    Seed,
    SeededAlready,
    Wish,
)
from store.database import Tx

USED_MS = 60 * 60_000
"""To the hour is exact enough for what was used least."""

AT_ONCE = 100
VAIN_LOOKS = 3
"""Looks in a row for what a home has signed and nobody gives; then it has to be shown again."""


async def seeds(forge: Forge) -> list[Seed]:
    """Return what is held for others, in the order in which it was asked for."""
    return await forge.db.read(rows.seeds)


async def add(forge: Forge, wish: Wish) -> Seed:
    """Hold a project from now on; who asks again changes depth, quota and pin of the seed.

    A bundle is where a seed comes from, from then on, whatever that was before.
    """

    def work(tx: Tx) -> Seed:
        there = rows.seed_at(tx, wish.place.text)
        if there is None and wish.place.id is not None:
            _check_not_own(tx, wish.place.id)
            there = rows.seed_of(tx, wish.place.id)
        if there is not None:
            rows.change_seed(tx, there.key, wish)
            if wish.place.text.startswith(rules.FILE):
                rows.readdress(tx, there.key, wish.place.text)
        return _seed(tx, there.key if there else rows.add_seed(tx, wish, forge.now()))

    return await forge.db.write(work)


def sought(name: str, project: Project | None = None, told: int = 0) -> Seed:
    """Return what is wanted of the project `name` by who looks for it; there is no row of it."""
    return Seed(
        key=0,
        address=name,
        id=name,
        depth=None,
        quota=None,
        is_pinned=True,
        reason="",
        state=VERIFIED,
        told=told,
        bytes=0,
        contents_from=1,
        error=None,
        code=None,
        failures=0,
        added_at=0,
        verified_at=None,
        used_at=0,
        due_at=0,
        project=project.key if project else None,
        name=project.address if project else "",
        position=0,
    )


async def find(forge: Forge, text: str) -> Seed:
    """Return the seed that an address, an id or a name here means; raises `NoSeed`."""

    def read(tx: Tx) -> Seed:
        for seed in rows.seeds(tx):
            if text.rstrip("/") in {seed.address, seed.id, seed.name}:
                return seed
        raise NoSeed(text)

    return await forge.db.read(read)


async def remove(forge: Forge, seed: Seed) -> None:
    """Hold a project no longer: nobody sees it here at once, and its bytes follow."""
    if seed.project is not None and seed.id is not None:
        await mirroring.drop(forge, seed.id)
    # Safe because a seed that is left without its mirror makes it again, and can go again.
    await forge.db.write(lambda tx: rows.remove_seed(tx, seed.key))


async def let_be(forge: Forge, seed: Seed) -> None:
    """Fetch a project no longer, and leave it here: this node is its home now."""
    await forge.db.write(lambda tx: rows.remove_seed(tx, seed.key))


async def due(forge: Forge, limit: int = AT_ONCE) -> list[Seed]:
    """Return the seeds to look at now."""

    def read(tx: Tx) -> list[Seed]:
        return [_seed(tx, key) for key in rows.due(tx, forge.now(), limit)]

    return await forge.db.read(read)


async def get(forge: Forge, key: int) -> Seed | None:
    """Return a seed, unless it was let go meanwhile."""
    return await forge.db.read(lambda tx: rows.seed(tx, key))


async def of_project(forge: Forge, project_id: str) -> Seed | None:
    """Return the seed of a project, if it is one."""
    return await forge.db.read(lambda tx: rows.seed_of(tx, project_id))


async def identified(forge: Forge, seed: Seed, project_id: str) -> Seed:
    """Write down which project a seed's address names; raises `OwnProject`.

    A project is held once: where it is held already, this seed ends, what it wished for is wished
    for the other one, and `SeededAlready` is raised.
    """

    def work(tx: Tx) -> Seed:
        other = rows.seed_of(tx, project_id)
        if other is None or other.key == seed.key:
            _check_not_own(tx, project_id)
            rows.identify(tx, seed.key, project_id)
            return _seed(tx, seed.key)
        rows.remove_seed(tx, seed.key)
        place = rules.place(seed.address)
        rows.change_seed(tx, other.key, Wish(place, seed.depth, seed.quota, seed.is_pinned))
        return other

    found = await forge.db.write(work)
    if found.key != seed.key:
        raise SeededAlready(project_id, found.address)
    return found


def follow(tx: Tx, project: Project, reason: str) -> None:
    """Hold a mirror that is here from now on."""
    if rows.seed_of(tx, project.id) is None:
        wish = Wish(rules.place(project.id), reason=reason)
        rows.identify(tx, rows.add_seed(tx, wish, project.updated_at), project.id)


def _check_not_own(tx: Tx, project_id: str) -> None:
    """Raise `OwnProject` for what this node orders, `Moved` for what it ordered too long."""
    for found in projects.named(tx, [project_id]):
        if not found.is_mirror:
            raise OwnProject(project_id)
        moved.check(tx, found)


async def take_up(forge: Forge) -> None:
    """Let what was being fetched when the node was killed be due at once."""
    await forge.db.write(rows.take_up)


async def pulling(forge: Forge, seed: Seed) -> None:
    """Say that a seed is looked at from now on: news that come meanwhile make it due again."""
    until = forge.now() + rules.PULL_MS
    await forge.db.write(lambda tx: rows.lease(tx, seed.key, until))


async def fetching(forge: Forge, seed: Seed, head: int) -> None:
    """Say that a seed is being fetched, up to a position: its depth says what is left out."""
    until, oldest = forge.now() + rules.PULL_MS, rules.contents_from(seed.depth, head)

    def work(tx: Tx) -> None:
        rows.set_state(tx, seed.key, FETCHING, _due_at(tx, seed, until))
        rows.begin(tx, seed.key, oldest)

    await forge.db.write(work)


async def verified(forge: Forge, seed: Seed) -> None:
    """Say that all of a seed is here and checked; look again in a while."""
    pause = rules.next_look(VERIFIED, seed.failures, _spread(forge, seed), seed.lag)
    oldest = rules.contents_from(seed.depth, seed.position)

    def work(tx: Tx) -> None:
        now = forge.now()
        rows.set_state(tx, seed.key, VERIFIED, _due_at(tx, seed, now + pause))
        rows.verified(tx, seed.key, max(oldest, 1), now)
        if seed.lag:
            _missed(tx, seed)

    await forge.db.write(work)


def _missed(tx: Tx, seed: Seed) -> None:
    """Count a look after which a seed was behind; after a few, nobody is waited for any more."""
    if seed.failures + 1 < VAIN_LOOKS:
        rows.missed(tx, seed.key, seed.failures + 1)
    elif seed.id is not None:
        rows.fall_back(tx, seed.id, seed.position)


def _due_at(tx: Tx, seed: Seed, at: int) -> int:
    """Return when to look at a seed again: at once if there was news since the pull began."""
    return 0 if rows.is_due(tx, seed.key) else at


async def failed(forge: Forge, seed: Seed, code: str, error: str) -> None:
    """Say why an attempt came to nothing; the next one comes later each time."""
    pause = rules.next_look(FAILED, seed.failures, _spread(forge, seed))
    await _state(forge, seed, FAILED, pause, code, error)


async def full(forge: Forge, seed: Seed, error: str) -> None:
    """Say that a seed has no more room."""
    await _state(forge, seed, FULL, rules.LONGEST_RETRY_MS, "seed.quota", error)


async def withdrawn(forge: Forge, seed: Seed, reason: str) -> None:
    """Say that the home took a project back: it is not served, until newer documents say so."""
    await _state(forge, seed, WITHDRAWN, rules.LONGEST_RETRY_MS, "seed.withdrawn", reason)


async def _state(
    forge: Forge,
    seed: Seed,
    state: str,
    pause: int,
    code: str | None = None,
    error: str | None = None,
) -> None:
    at = forge.now() + pause
    error = error and "".join(c if c.isprintable() else " " for c in error[:1000])
    await forge.db.write(lambda tx: rows.set_state(tx, seed.key, state, at, code, error))


async def head_proven(forge: Forge, project_id: str, position: int) -> None:
    """Note how far a project's home has signed; what is news for a seed here is looked at at once.

    Only for what a signed record has proven: while somebody is further, others are waited for.
    """

    def work(tx: Tx) -> None:
        if rows.told(tx, project_id, position):
            rows.make_due(tx, project_id)

    await forge.db.write(work)


def fell_back(tx: Tx, project_id: str, position: int) -> None:
    """Note that what was signed behind a position counts no more, or is nowhere to be had."""
    rows.fall_back(tx, project_id, position)


async def held_by(forge: Forge, project_id: str, peer: Peer, position: int) -> None:
    """Note that a peer says to hold a project, or somebody else says so: it is asked, no more."""
    now = forge.now()
    await forge.db.write(lambda tx: rows.add_holder(tx, project_id, peer.key, position, now))


async def set_back(forge: Forge, project_id: str, peer: Peer) -> None:
    """Let others be asked for a project before a peer that did not give it, until it says more."""
    await forge.db.write(lambda tx: rows.add_holder(tx, project_id, peer.key, 0, 0))


async def home_is_ahead(forge: Forge, home: str, names: Sequence[str]) -> None:
    """Look at once at those of these mirrors that the node `home`, which said so, orders."""

    def work(tx: Tx) -> None:
        for project in projects.named(tx, names):
            if project.home == home:
                rows.make_due(tx, project.id)

    await forge.db.write(work)


async def due_now(forge: Forge, project_id: str) -> None:
    """Look at a seed at once."""
    await forge.db.write(lambda tx: rows.make_due(tx, project_id))


async def holders(forge: Forge, project_id: str) -> list[tuple[Peer, int]]:
    """Return the peers that say to hold a project, and up to where; none that is banned."""
    found = await forge.db.read(lambda tx: rows.holders(tx, project_id))
    now = forge.now()
    return [(peer, position) for peer, position in found if not rules.is_banned(peer, now)]


async def holders_for_all(forge: Forge, project_id: str, limit: int) -> list[tuple[Peer, int]]:
    """Return as `holders` for whoever asks: nobody, unless the project is known as a public one."""
    found = await forge.db.read(lambda tx: rows.holders_for_all(tx, project_id, limit))
    now = forge.now()
    return [(peer, position) for peer, position in found if not rules.is_banned(peer, now)]


def count_bytes(tx: Tx, seed: int, size: int) -> None:
    """Count what came in for a seed, in the transaction that keeps it."""
    rows.count_bytes(tx, seed, size)


async def used(forge: Forge, project: int) -> None:
    """Note that a mirror was read, once an hour: what nobody reads goes first."""
    now = forge.now()
    if await forge.db.read(lambda tx: rows.is_stale(tx, project, now - USED_MS)):
        await forge.db.write(lambda tx: rows.used(tx, project, now))


async def make_room(forge: Forge, total: int | None) -> Sequence[Seed]:
    """Let contents go, least recently used first, until all seeds together fit in `total` bytes."""

    def work(tx: Tx) -> Sequence[Seed]:
        gone = rules.over(rows.seeds(tx), total)
        for seed in gone:
            rows.drop_contents(tx, seed.key, seed.position + 1)
            if seed.project is not None:
                holdings.let_go(tx, seed.project)
                imports.let_go(tx, seed.project)
        return gone

    return await forge.db.write(work)


def contents_from(tx: Tx) -> dict[int, int]:
    """Return, for mirrors that lack older contents, the first position whose contents are here."""
    return rows.without_contents(tx)


async def equivocations(forge: Forge, project_id: str) -> list[tuple[int, str, bytes]]:
    """Return position, signer and proof of each contradiction about a project."""
    return await forge.db.read(lambda tx: rows.equivocations(tx, project_id))


def _spread(forge: Forge, seed: Seed) -> int:
    """Return a number that nodes, seeds and times do not share: they do not ask all at once."""
    return crc32(f"{forge.node.did} {seed.key} {forge.now()}".encode())


def _seed(tx: Tx, key: int) -> Seed:
    found = rows.seed(tx, key)
    if found is None:
        raise NoSeed(str(key))
    return found
