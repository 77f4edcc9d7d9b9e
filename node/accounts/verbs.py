"""What one can do with accounts.

The functions that take a `Tx` are for verbs of other slices, inside a transaction of theirs.
"""

from collections.abc import Iterable

from node.access import rules as access
from node.access.model import Action
from node.accounts import rows, rules
from node.accounts.model import ORGANIZATION, USER, Account, HandleTaken, NoAccount, NotAPerson
from node.audit import verbs as audit
from node.kernel import events
from node.kernel.forge import Forge
from node.kernel.parties import Party
from store.database import Tx


async def create(
    forge: Forge, who: Party, handle: str, name: str = "", *, is_admin: bool = False
) -> Account:
    """Make an account with a key of its own; raise `BadHandle`, `HandleTaken` or `Denied`.

    The first account of a node is its owner's: whoever starts the node makes it, as an admin. All
    others are made by an admin.
    """
    first = await forge.db.read(lambda tx: rows.count(tx) == 0)
    if not first:
        access.authorize(who, Action.ADMIN)
    rules.check_handle(handle)
    title = rules.check_name(name) or handle
    # Safe because a key whose row is never written is a file nobody names.
    did = forge.keys.make_person().did
    return await forge.db.write(
        lambda tx: _create(forge, tx, who, handle, title, did, is_admin=is_admin)
    )


async def get(forge: Forge, handle: str) -> Account:
    """Return the account of `handle`, whatever its capitals; raise `NoAccount`."""
    return await forge.db.read(lambda tx: find(tx, handle))


async def set_limits(
    forge: Forge, who: Party, handle: str, most_projects: int | None, most_bytes: int | None
) -> Account:
    """Say what an account may have, None for as much as everybody; for the node's admins."""
    access.authorize(who, Action.ADMIN)
    rules.check_limits(most_projects, most_bytes)

    def write(tx: Tx) -> Account:
        account = find(tx, handle)
        rows.set_limits(tx, account.key, most_projects, most_bytes)
        facts = {"handle": account.handle, "projects": most_projects, "bytes": most_bytes}
        audit.append(tx, who, None, "account.limited", facts, forge.now())
        return find_key(tx, account.key)

    return await forge.db.write(write)


async def owner(forge: Forge) -> Account | None:
    """Return the node's owner, None before the first account."""
    return await forge.db.read(rows.first_admin)


async def free_handle(forge: Forge, text: str) -> str:
    """Return a handle made of `text` that nobody has."""
    made = rules.handle_from(text)
    return await forge.db.read(lambda tx: _free(tx, made))


def find(tx: Tx, handle: str) -> Account:
    """Return the account of `handle`; raise `NoAccount`, for one that was closed too."""
    account = rows.by_handle(tx, handle)
    if account is None or account.closed_at is not None:
        raise NoAccount(handle)
    return account


def find_key(tx: Tx, key: int) -> Account:
    """Return the account whose key is `key`; raise `NoAccount`."""
    account = rows.by_key(tx, key)
    if account is None:
        raise NoAccount(str(key))
    return account


def find_person(tx: Tx, handle: str) -> Account:
    """Return the account of `handle`; raise `NoAccount`, or `NotAPerson` for an organization's."""
    account = find(tx, handle)
    if not account.is_person:
        raise NotAPerson(handle)
    return account


def dids(tx: Tx) -> list[str]:
    """Return the key of each account that is open, oldest first: a closed one has none."""
    return rows.dids(tx)


def organizations(tx: Tx, keys: Iterable[int]) -> list[Account]:
    """Return those accounts of `keys` that are organizations, by handle."""
    return rows.organizations_of(tx, keys)


def add(
    forge: Forge,
    tx: Tx,
    who: Party,
    handle: str,
    name: str,
    did: str,
    *,
    is_admin: bool = False,
    kind: str = USER,
) -> Account:
    """Write an account whose key `did` was made; the caller has decided that it may be.

    Raises `HandleTaken`. `handle` and `name` have passed the rules.
    """
    if rows.by_handle(tx, handle):
        raise HandleTaken(handle)
    at = forge.now()
    key = rows.add(tx, handle, name, did, is_admin=is_admin, at=at, kind=kind)
    facts = {"handle": handle, "did": did}
    what = "organization" if kind == ORGANIZATION else "account"
    audit.append(tx, who, None, f"{what}.created", facts, at)
    events.append(tx, f"{what}.created", None, facts, at)
    return find_key(tx, key)


def rename(tx: Tx, account: int, name: str, at: int) -> Account:
    """Give an account another name; the caller has decided that it may."""
    rows.rename(tx, account, name, at)
    return find_key(tx, account)


def remove(tx: Tx, account: int) -> None:
    """Remove an account that nothing names any more; the caller has seen to that."""
    rows.remove(tx, account)


def close(tx: Tx, account: int, at: int) -> None:
    """Close an account for good; the caller has ended all by which it can be used."""
    rows.close(tx, account, at)


def first_admin(tx: Tx) -> Account | None:
    """Return the node's owner, None before the first account."""
    return rows.first_admin(tx)


def find_did(tx: Tx, did: str) -> Account | None:
    """Return the account of this node whose person has the key `did`."""
    found = rows.by_did(tx, did)
    return None if found is None or found.is_remote else found


def remote(tx: Tx, did: str, name: str, at: int) -> Account:
    """Return the account of somebody whose key is `did`, made if there is none.

    `name` is what another node calls them. If they have an account here too, it is that one.
    """
    known = rows.by_did(tx, did)
    if known is not None:
        return known
    free = (one for one in rules.remote_handles(name, did) if rows.by_handle(tx, one) is None)
    # Safe because the longest one has the whole key, which nobody else has.
    handle = next(free)
    return find_key(tx, rows.add_remote(tx, handle, handle.partition("@")[0], did, at))


def drop_remote(tx: Tx, account: int) -> None:
    """Remove somebody of another node; who has an account here stays."""
    if find_key(tx, account).is_remote:
        rows.remove(tx, account)


def _create(
    forge: Forge, tx: Tx, who: Party, handle: str, name: str, did: str, *, is_admin: bool
) -> Account:
    first = rows.count(tx) == 0
    if not first:
        # Asked again, because two who both saw an empty node may wait here.
        access.authorize(who, Action.ADMIN)
    return add(forge, tx, who, handle, name, did, is_admin=is_admin or first)


def _free(tx: Tx, handle: str) -> str:
    candidate, number = handle, 0
    while rows.by_handle(tx, candidate):
        number += 1
        candidate = rules.numbered(handle, number)
    return candidate
