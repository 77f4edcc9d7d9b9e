"""What one can do with copies: take a holder's receipt, challenge it, and say who proved what.

A receipt is a holder's signed word that it holds a project up to a record. A word costs nothing, so
the home asks at random for digests over contents that only who has them can make.
"""

from collections.abc import Sequence
from dataclasses import replace

from keys.errors import KeysFault
from keys.statements.receipt import Receipt, answer, open_receipt, seal_receipt, sign_answers
from node.access.model import Action
from node.holdings import reading as holdings
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import reading
from node.landings.model import NoSuchPosition
from node.projects import identity
from node.projects.model import Project
from node.projects.rules import require
from node.replication import peering, rules
from node.replication import rows as replication
from node.replication.copies import places, rows
from node.replication.model import MET, BadReceipt, Copy, Met, Peer, Seed
from store.database import Tx
from store.digest import Digest
from store.records import Kind

FORGOTTEN_AFTER = 50
"""Challenges in a row that a copy may fail before it is not counted any more."""

FORGOTTEN_UNPROVEN_AFTER = 6
"""The same where nothing was ever proven: its holder may give its word again."""

NEWS_MS = 60_000
"""How long a holder that has proven older positions is believed about a newer one."""

AGAIN_MS = 60 * 60_000
"""How long a met challenge counts, and how often a home is told what it knows already."""

RETRY_MS = 5_000
LONGEST_RETRY_MS = 6 * 60 * 60_000


async def of_project(forge: Forge, who: Party, project: Project) -> list[Copy]:
    """Return the copies of a project, those proven last first."""
    require(who, Action.READ, project)
    return await forge.db.read(lambda tx: rows.of_project(tx, project.key))


async def everything(forge: Forge) -> list[Copy]:
    """Return the copies of all projects of this node."""
    return await forge.db.read(rows.everything)


async def due(forge: Forge, limit: int = 20) -> list[Copy]:
    """Return the copies to challenge now."""
    return await forge.db.read(lambda tx: rows.due(tx, forge.now(), limit))


def all_copies(tx: Tx) -> list[Copy]:
    """Return the copies of all projects, in the caller's transaction."""
    return rows.everything(tx)


async def receive(
    forge: Forge, who: Party, project: Project, receipt: bytes, hints: Met, host: str | None = None
) -> Copy:
    """Keep a holder's receipt and where it may be asked; `host` is where it came from.

    Raises `BadReceipt`, `TooManyCopies`.
    """
    require(who, Action.READ, project)
    try:
        said, holder = open_receipt(receipt)
    except KeysFault as fault:
        raise BadReceipt(str(fault).rstrip(".")) from fault
    if said.project != project.id:
        raise BadReceipt("it is about another project")
    if who.peer not in {None, holder}:
        raise BadReceipt("another node than the one that sends it has signed it")
    is_near = who.peer == holder and peering.is_inside(forge, holder)
    learned = replace(_believable(holder, hints), is_near=is_near)
    copy = _copy(forge, project, said, holder, places.origin_of(host))
    answered = who.peer == holder
    try:
        return await forge.db.write(
            lambda tx: _keep(forge, tx, project, copy, receipt, learned, answered=answered)
        )
    except NoSuchPosition:
        # Its word proves nothing; but it is somebody to ask whether this node forgot something.
        await forge.db.write(lambda tx: _hear_of(forge, tx, project, learned, copy.position))
        raise


def _copy(forge: Forge, project: Project, said: Receipt, holder: str, origin: str) -> Copy:
    at = project.key, holder, said.position, Digest(said.record), said.contents_from
    return Copy(*at, received_at=forge.now(), proven_at=None, failures=0, origin=origin)


def _believable(holder: str, hints: Met) -> Met:
    """Return of what is said about a holder only what could be addresses of a node."""
    is_url = hints.url is not None and not hints.url.startswith("/") and rules.is_node(hints.url)
    addresses = [one for one in hints.addresses if one.startswith("/") and rules.is_node(one)]
    return Met(holder, hints.url if is_url else None, hints.name, tuple(addresses))


def _keep(
    forge: Forge,
    tx: Tx,
    project: Project,
    copy: Copy,
    receipt: bytes,
    holder: Met,
    *,
    answered: bool,
) -> Copy:
    if reading.landing_at(tx, project, copy.position).id != copy.record:
        raise BadReceipt(f"position {copy.position} is another record here")
    known = rows.copy_of(tx, project.key, copy.holder)
    if known is not None and _says_nothing_new(copy, known):
        return known
    if known is None:
        others = rows.of_project(tx, project.key)
        _forget(tx, project, places.gives_way_to_word(others, copy.origin))
    due_at = 0 if known is None else copy.received_at + NEWS_MS
    rows.put(tx, copy, forge.objects.put(tx, Kind.DOCUMENT, receipt), due_at)
    peer = peering.remember(forge, tx, holder, MET, answered=answered)
    replication.add_holder(tx, project.id, peer.key, copy.position, copy.received_at)
    return copy


def _hear_of(forge: Forge, tx: Tx, project: Project, holder: Met, position: int) -> None:
    peer = peering.remember(forge, tx, holder, MET)
    replication.add_holder(tx, project.id, peer.key, position, forge.now())


def _says_nothing_new(said: Copy, known: Copy) -> bool:
    """Whether a receipt need not be kept: each one is an object, and anybody can sign many.

    A holder tells what it has gained at once, and the rest no more often than `AGAIN_MS`.
    """
    is_late = said.received_at - known.received_at >= AGAIN_MS
    return said.position <= known.position and not is_late


def _forget(tx: Tx, project: Project, copy: Copy | None) -> None:
    if copy is not None:
        rows.forget(tx, project.key, copy.holder)
        replication.remove_holder(tx, project.id, copy.holder)


async def holders(forge: Forge, project: Project) -> list[tuple[Peer, int]]:
    """Return who says to hold a project and is not banned; those that have proven it first."""

    def read(tx: Tx) -> list[tuple[Peer, int]]:
        proven = {one.holder for one in rows.of_project(tx, project.key) if one.is_verified}
        found = replication.holders(tx, project.id)
        return sorted(found, key=lambda one: one[0].did not in proven)

    now = forge.now()
    return [one for one in await forge.db.read(read) if not rules.is_banned(one[0], now)]


async def owed(forge: Forge, seed: Seed, project: Project) -> bytes | None:
    """Return the receipt that a seed's home is to get, if it does not know all of it already."""

    def read(tx: Tx) -> bytes | None:
        now = forge.now()
        head = reading.head_of(tx, project)
        since = now - AGAIN_MS
        if head.id is None or not replication.receipt_owed(tx, seed.key, head.position, since):
            return None
        held = Receipt(
            project=project.id,
            position=head.position,
            record=head.id,
            contents_from=min(seed.contents_from, head.position),
            at=now,
        )
        return seal_receipt(held, forge.node.key)

    return await forge.db.read(read)


async def sent(forge: Forge, seed: Seed, receipt: bytes) -> None:
    """Note that the home has a receipt."""
    position = open_receipt(receipt)[0].position
    await forge.db.write(lambda tx: replication.receipt_sent(tx, seed.key, position, forge.now()))


async def prove(
    forge: Forge, who: Party, project: Project, nonce: bytes, ids: Sequence[Digest]
) -> tuple[list[bytes], bytes]:
    """Return the answers about contents of a project, and this node's signature over them.

    Raises `Absent` for what this project does not hold.
    """
    require(who, Action.READ, project)

    def read(tx: Tx) -> list[bytes]:
        source = holdings.source(forge, tx, project.key)
        return [answer(nonce, source(digest)) for digest in ids]

    answers = await forge.db.read(read)
    return answers, sign_answers(project.id, nonce, answers, forge.node.key)


async def answered(forge: Forge, copy: Copy, *, is_met: bool) -> None:
    """Note whether a holder met a challenge."""

    def work(tx: Tx) -> None:
        project = identity.of_key(tx, copy.project)
        if project is not None and is_met:
            _met(forge, tx, project, copy)
        elif project is not None:
            _failed(forge, tx, project, copy)

    await forge.db.write(work)


def _met(forge: Forge, tx: Tx, project: Project, copy: Copy) -> None:
    now = forge.now()
    rows.proven(tx, copy.project, copy.holder, now, now + AGAIN_MS)
    peering.remember(forge, tx, Met(copy.holder), MET, answered=True)
    _forget(tx, project, places.gives_way_to_proof(rows.of_project(tx, copy.project)))


def _failed(forge: Forge, tx: Tx, project: Project, copy: Copy) -> None:
    patience = FORGOTTEN_UNPROVEN_AFTER if copy.proven_at is None else FORGOTTEN_AFTER
    if copy.failures + 1 >= patience:
        _forget(tx, project, copy)
        return
    pause = min(RETRY_MS << min(2 * copy.failures, 30), LONGEST_RETRY_MS)
    rows.not_proven(tx, copy.project, copy.holder, forge.now() + pause)


def receipts(tx: Tx) -> Sequence[Digest]:
    """Return the receipts that are kept: the collector keeps these objects."""
    return rows.receipts(tx)
