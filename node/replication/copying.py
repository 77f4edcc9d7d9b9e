"""What one can do with copies: take a holder's receipt, challenge it, and say who proved what.

A receipt is a holder's signed word that it holds a project up to a record. A word costs nothing, so
the home asks at random for digests over contents that only who has them can make.
"""

from collections.abc import Sequence

from keys.errors import KeysFault
from keys.statements.receipt import Receipt, answer, open_receipt, seal_receipt, sign_answers
from node.access.model import Action
from node.holdings import reading as holdings
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import reading
from node.projects.model import Project
from node.projects.rules import require
from node.replication import peering, rows, rules
from node.replication.model import MET, BadReceipt, Copy, Met, Seed, TooManyCopies
from store.database import Tx
from store.digest import Digest
from store.records import Kind

MOST = 500
"""Copies of one project that are kept count of."""

FORGOTTEN_AFTER = 50
"""Challenges in a row that a copy may fail before it is not counted any more."""

AGAIN_MS = 60 * 60_000
"""How long a met challenge counts, and how often a home is told what it knows already."""

RETRY_MS = 5_000
LONGEST_RETRY_MS = 6 * 60 * 60_000


async def of_project(forge: Forge, who: Party, project: Project) -> list[Copy]:
    """Return the copies of a project, those proven last first."""
    require(who, Action.READ, project)
    return await forge.db.read(lambda tx: rows.copies(tx, project.key))


async def everything(forge: Forge) -> list[Copy]:
    """Return the copies of all projects of this node."""
    return await forge.db.read(rows.all_copies)


async def due(forge: Forge, limit: int = 20) -> list[Copy]:
    """Return the copies to challenge now."""
    return await forge.db.read(lambda tx: rows.copies_due(tx, forge.now(), limit))


async def receive(forge: Forge, who: Party, project: Project, receipt: bytes, hints: Met) -> Copy:
    """Keep a holder's receipt and where it may be asked; raises `BadReceipt`, `TooManyCopies`."""
    require(who, Action.READ, project)
    try:
        said, holder = open_receipt(receipt)
    except KeysFault as fault:
        raise BadReceipt(str(fault).rstrip(".")) from fault
    if said.project != project.id:
        raise BadReceipt("it is about another project")
    if who.peer not in {None, holder}:
        raise BadReceipt("another node than the one that sends it has signed it")
    learned = _believable(holder, hints)
    return await forge.db.write(lambda tx: _keep(forge, tx, project, said, receipt, learned))


def _believable(holder: str, hints: Met) -> Met:
    """Return of what is said about a holder only what could be addresses of a node."""
    is_url = hints.url is not None and not hints.url.startswith("/") and rules.is_node(hints.url)
    addresses = [one for one in hints.addresses if one.startswith("/") and rules.is_node(one)]
    return Met(holder, hints.url if is_url else None, hints.name, tuple(addresses))


def _keep(
    forge: Forge, tx: Tx, project: Project, said: Receipt, receipt: bytes, holder: Met
) -> Copy:
    landing = reading.landing_at(tx, project, said.position)
    if landing.id != said.record:
        raise BadReceipt(f"position {said.position} is another record here")
    did = holder.did or ""
    known = next((one for one in rows.copies(tx, project.key) if one.holder == did), None)
    if known is not None and _says_nothing_new(said, known, forge.now()):
        return known
    if rows.count_copies(tx, project.key, did) >= MOST:
        raise TooManyCopies(MOST)
    copy = Copy(
        project.key, did, said.position, landing.id, said.contents_from, forge.now(), None, 0
    )
    rows.put_copy(tx, copy, forge.objects.put(tx, Kind.DOCUMENT, receipt))
    peer = peering.remember(forge, tx, holder, MET, answered=True)
    rows.add_holder(tx, project.id, peer.key, said.position, forge.now())
    return copy


def _says_nothing_new(said: Receipt, known: Copy, now: int) -> bool:
    """Whether a receipt need not be kept: each one is an object, and anybody can sign many.

    A holder tells what it has gained at once, and the rest no more often than `AGAIN_MS`.
    """
    return said.position <= known.position and now - known.received_at < AGAIN_MS


async def owed(forge: Forge, seed: Seed, project: Project) -> bytes | None:
    """Return the receipt that a seed's home is to get, if it does not know all of it already."""

    def read(tx: Tx) -> bytes | None:
        now = forge.now()
        head = reading.head_of(tx, project)
        if head.id is None or not rows.receipt_owed(tx, seed.key, head.position, now - AGAIN_MS):
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
    await forge.db.write(lambda tx: rows.receipt_sent(tx, seed.key, position, forge.now()))


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
        now = forge.now()
        pause = min(RETRY_MS << min(2 * copy.failures, 30), LONGEST_RETRY_MS)
        if is_met:
            rows.proven(tx, copy.project, copy.holder, now, now + AGAIN_MS)
        elif copy.failures + 1 >= FORGOTTEN_AFTER:
            rows.forget_copy(tx, copy.project, copy.holder)
        else:
            rows.not_proven(tx, copy.project, copy.holder, now + pause)

    await forge.db.write(work)


def receipts(tx: Tx) -> Sequence[Digest]:
    """Return the receipts that are kept: the collector keeps these objects."""
    return rows.receipts(tx)
