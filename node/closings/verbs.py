"""What a person can do about closing their account: ask, look, take it back.

After seven days everything by which it can be used ends, its projects are deleted and its key is
destroyed. Its handle is never given again: what it landed elsewhere is signed with it.
"""

from node.access import verbs as access
from node.access.rules import require_person
from node.accounts import verbs as accounts
from node.audit import verbs as audit
from node.closings import rows
from node.closings.model import CannotClose, Closing, NotClosing, Prospect
from node.feeds import verbs as feeds
from node.kernel import events, jobs
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.llms import verbs as llms
from node.notifications import verbs as notifications
from node.profiles import verbs as profiles
from node.projects import moves
from node.signin import verbs as signin
from node.stars import verbs as stars
from store.database import Tx

DAY_MS = 24 * 3_600_000
DELAY_MS = 7 * DAY_MS
CLOSE = "closings.close"


async def prospect(forge: Forge, who: Party) -> Prospect:
    """Return whether the account of `who` is being closed, and what holds that up."""
    account = require_person(who)
    return await forge.db.read(
        lambda tx: Prospect(rows.closing(tx, account), _obstacles(tx, account))
    )


async def ask(forge: Forge, who: Party) -> Closing:
    """Close the account of `who` in seven days; raise `CannotClose`. Asked again, it stays so."""
    account = require_person(who)

    def write(tx: Tx) -> Closing:
        known, obstacles = rows.closing(tx, account), _obstacles(tx, account)
        if known is not None:
            return known
        if obstacles:
            raise CannotClose(obstacles)
        closing = Closing(forge.now(), forge.now() + DELAY_MS)
        _owe(tx, account, closing)
        audit.append(tx, who, None, "account.closing", {"due_at": closing.due_at}, forge.now())
        return closing

    return await forge.db.write(write)


async def undo(forge: Forge, who: Party) -> None:
    """Let the account of `who` stay; raise `NotClosing`."""
    account = require_person(who)

    def write(tx: Tx) -> None:
        if not rows.remove(tx, account):
            raise NotClosing
        audit.append(tx, who, None, "account.closing-undone", {}, forge.now())

    await forge.db.write(write)


def close(forge: Forge, tx: Tx, account: int) -> str | None:
    """Close an account whose time has come; return the did whose key is to be destroyed.

    Where something stands in its way by now, it waits a day longer: nobody loses an organization.
    """
    closing, at = rows.closing(tx, account), forge.now()
    if closing is None or closing.due_at > at:
        return None
    if _obstacles(tx, account):
        _owe(tx, account, Closing(closing.asked_at, at + DAY_MS))
        return None
    person = accounts.find_key(tx, account)
    moves.delete_all(forge, tx, person.party, account)
    signin.end_all(tx, account, at)
    access.remove_all(tx, account)
    stars.forget(tx, account)
    feeds.forget(tx, account)
    notifications.forget(tx, account)
    profiles.forget(tx, account)
    llms.forget(tx, account)
    accounts.close(tx, account, at)
    rows.remove(tx, account)
    audit.append(tx, person.party, None, "account.closed", {"handle": person.handle}, at)
    events.append(tx, "account.closed", None, {"handle": person.handle, "did": person.did}, at)
    return person.did


def _owe(tx: Tx, account: int, closing: Closing) -> None:
    rows.put(tx, account, closing)
    # Each day has a job of its own: one that is owed for an earlier day is not this one.
    jobs.enqueue(tx, CLOSE, {"account": account, "due_at": closing.due_at}, closing.due_at)


def _obstacles(tx: Tx, account: int) -> tuple[str, ...]:
    """Return, a sentence each, who would be left without."""
    owner = accounts.first_admin(tx)
    if owner is not None and owner.key == account:
        return ("It is the account of whoever keeps this node.",)
    roles = access.standing_of(tx, account).organizations
    alone = [key for key, role in roles.items() if role == "admin" and _is_alone(tx, key)]
    return tuple(
        f"Make somebody else an admin of {one.handle} first, or delete it."
        for one in accounts.organizations(tx, alone)
    )


def _is_alone(tx: Tx, organization: int) -> bool:
    return sum(one.role == "admin" for one in access.members(tx, organization)) < 2
