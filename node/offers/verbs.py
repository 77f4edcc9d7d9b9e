"""What one can do with offers: leave a landing at a mirror, and learn what its home said.

A mirror orders nothing. It keeps what somebody it knows wants to land, passes it on to the home
until that answers, and keeps the answer. That the home is asked in the author's name is shown by
the author's signature alone.
"""

from keys.errors import KeysFault
from keys.statements.contribution import open_contribution
from node.access import scopes
from node.access.model import Action, NoProject
from node.access.rules import require_account
from node.kernel import events
from node.kernel.errors import Invalid
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import reading
from node.landings import rules as landing_rules
from node.landings.model import BadDraft, Draft, Landing
from node.offers import rows
from node.offers.model import (
    LANDED,
    QUEUED,
    REFUSED,
    NoOffer,
    NotKnown,
    Offer,
    TooManyOffers,
)
from node.projects import moved
from node.projects.model import Project
from node.projects.rules import require
from node.signin import signers
from node.signin import verbs as signin
from store import changes as change_lists
from store import contents
from store.database import Tx
from store.digest import Digest, digest_of

MOST = 1_000
"""Landings that wait for one home."""

AT_ONCE = 20
FIRST_PAUSE_MS = 1_000
LONGEST_PAUSE_MS = 10 * 60_000
GIVEN_UP_MS = 7 * 86_400_000
KEPT_MS = 30 * 86_400_000
UNANSWERED = "offer.unanswered"


class Unsigned(Invalid):
    """A landing that is passed on says by a signature whose it is."""

    def __init__(self, reason: str) -> None:
        super().__init__("offer.unsigned", f"Only a signed landing is passed on: {reason}")


def sends_for(who: Party, project: Project) -> Action:
    """Return what `who` may send objects to a project for: to land, or to be read by its home.

    Raises `Denied` as landing would; on a mirror, unless an account of this node asks.
    """
    if not project.is_mirror:
        require(who, Action.LAND, project)
        return Action.LAND
    require(who, Action.READ, project)
    require_account(who, scopes.SESSION_LAND)
    return Action.READ


def signer_of(statement: bytes | None) -> str:
    """Return who signed a contribution statement; raises `Unsigned`."""
    if statement is None:
        raise Unsigned("this one has no contribution statement.")
    try:
        return open_contribution(statement)[1]
    except KeysFault as fault:
        raise Unsigned(str(fault)) from fault


async def check_known(forge: Forge, who: Party, project: Project, signer: str) -> None:
    """Return if a mirror passes on what `signer` signed; raises `NotKnown`, `TooManyOffers`.

    It does for accounts of this node that sign with a key of theirs, and for those who landed on
    the project before.
    """
    require(who, Action.READ, project)

    def read(tx: Tx) -> None:
        moved.check(tx, project)
        if signer not in signin.keys_of(tx, who) and not reading.has_landed(
            tx, project.key, signer
        ):
            raise NotKnown
        if rows.waiting(tx, project.key) >= MOST:
            raise TooManyOffers(MOST)

    await forge.db.read(read)


async def landed_before(forge: Forge, project: Project, draft: Draft) -> Landing | None:
    """Return what a signed landing became here, if it landed; raises `BadDraft`.

    Asked before the objects of a body are kept: what landed can be read by others, its signature
    too, so it says nothing any more about who sends it, or what they add.
    """
    landing_rules.check_session(draft, forge.limits)
    _, signer = landing_rules.check_statement(draft, project.id, digest_of(draft.transcript))
    found = await forge.db.read(lambda tx: reading.of_session(tx, project.key, draft.session.id))
    if found is not None and (found.author_did, found.changes) != (signer, draft.changes):
        raise BadDraft("session-landed", f"Session {draft.session.id} landed with other changes.")
    return found


async def already(forge: Forge, project: Project, draft: Draft) -> Offer | None:
    """Return what is known at a mirror of a landing that was offered before, or landed elsewhere.

    None for one that is new, and for one that the home refused: it may be offered once more.
    Raises `BadDraft` as `offer` does.
    """
    landing = await landed_before(forge, project, draft)
    if landing is None:
        found = await forge.db.read(lambda tx: rows.of_session(tx, project.key, draft.session.id))
        return found if found is not None and found.state != REFUSED else None
    record = await forge.db.read(lambda tx: forge.objects.get(tx, landing.id))
    return Offer(
        0, project.key, landing.session, None, landing.author_did or "", b"", LANDED,
        landing.position, record, None, None, landing.landed_at, landing.landed_at, 0,
    )  # fmt: skip


async def offer(forge: Forge, who: Party, project: Project, draft: Draft, request: bytes) -> Offer:
    """Keep a landing for the home; `request` is its head as it is to be sent there.

    To offer a session again changes nothing, unless the home refused it. Raises what landing would
    raise for a draft that cannot land anywhere.
    """
    require(who, Action.READ, project)
    landing_rules.check_session(draft, forge.limits)
    signer = signer_of(draft.statement)
    landing_rules.check_statement(draft, project.id, digest_of(draft.transcript))
    made = Offer(
        0, project.key, draft.session.id, who.account, signer, request, QUEUED, None, None, None,
        None, forge.now(), None, 0,
    )  # fmt: skip

    def work(tx: Tx) -> Offer:
        reading.checked_changes(forge, tx, project, draft)
        rows.put(tx, made)
        return _of_session(tx, project, draft.session.id)

    return await forge.db.write(work)


async def get(forge: Forge, who: Party, project: Project, session: str) -> Offer:
    """Return what became of a landing; raises `NoOffer`."""
    require(who, Action.READ, project)
    return await forge.db.read(lambda tx: _of_session(tx, project, session))


def _of_session(tx: Tx, project: Project, session: str) -> Offer:
    found = rows.of_session(tx, project.key, session)
    if found is None:
        raise NoOffer(session)
    return found


async def due(forge: Forge) -> list[Offer]:
    """Return the landings to pass on now."""
    return await forge.db.read(lambda tx: rows.due(tx, forge.now(), AT_ONCE))


async def waiting(forge: Forge) -> int:
    """Return how many landings wait for a home."""
    return await forge.db.read(rows.waiting)


async def landed(forge: Forge, one: Offer, position: int, record: bytes) -> None:
    """Keep the home's signed word about where a landing is."""

    def write(tx: Tx) -> None:
        rows.landed(tx, one.key, position, record, forge.now())
        _tell(forge, tx, one, LANDED, {"position": position})

    await forge.db.write(write)


async def refused(forge: Forge, one: Offer, code: str, message: str) -> None:
    """Keep why the home does not take a landing."""

    def write(tx: Tx) -> None:
        rows.refused(tx, one.key, code[:100], message[:2000], forge.now())
        _tell(forge, tx, one, REFUSED, {"code": code[:100], "message": message[:2000]})

    await forge.db.write(write)


def _tell(forge: Forge, tx: Tx, one: Offer, how: str, facts: dict[str, object]) -> None:
    told = {"session": one.session, "account": one.account, **facts}
    events.append(tx, f"offer.{how}", one.project, told, forge.now())


async def unanswered(forge: Forge, one: Offer) -> None:
    """Try again later, or give up after a week."""
    now = forge.now()
    if now - one.offered_at > GIVEN_UP_MS:
        await refused(forge, one, UNANSWERED, "The project's home did not answer for 7 days.")
        return

    def work(tx: Tx) -> None:
        # As it is by now: the home may have come back while it was asked in vain.
        tries = rows.tries(tx, one.key)
        pause = min(FIRST_PAUSE_MS << min(tries, 20), LONGEST_PAUSE_MS)
        rows.delay(tx, one.key, now + pause)

    await forge.db.write(work)


async def hurry(forge: Forge, project: int) -> None:
    """Pass on at once what waits for a home that was just heard of."""
    await forge.db.write(lambda tx: rows.hurry(tx, project))


async def forget_old(forge: Forge) -> None:
    """Forget what was answered a month ago."""
    await forge.db.write(lambda tx: rows.forget(tx, forge.now() - KEPT_MS))


async def author_of(forge: Forge, project: Project, signer: str) -> Party:
    """Return the account here that `signer` signs for, if it may read the project.

    Raises `NotKnown`, for a private project `NoProject`: strangers do not learn that it is there.
    """
    party = await forge.db.read(lambda tx: signers.party_of(tx, signer))
    if party is None:
        raise NotKnown if project.visibility == "public" else NoProject
    require(party, Action.LAND, project)
    return party


def objects_of(forge: Forge, tx: Tx, changes: Digest, size: int) -> list[Digest]:
    """Return what goes to the home with a landing: its change list and all that this brings."""

    def source(digest: Digest) -> bytes:
        return forge.objects.get(tx, digest)

    found = contents.parts(changes, size, source)
    raw = b"".join(contents.read(changes, size, source))
    for entry in landing_rules.wanted(change_lists.decode(raw)).values():
        found += contents.parts(entry.id, entry.size, source)
    return list(dict.fromkeys(found))
