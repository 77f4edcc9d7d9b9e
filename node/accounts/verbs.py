"""What one can do with accounts.

The functions that take a `Tx` are for verbs of other slices, inside a transaction of theirs.
"""

from node.access import rules as access
from node.access.model import Action
from node.accounts import rows, rules
from node.accounts.model import Account, HandleTaken, NoAccount
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
        lambda tx: _add(forge, tx, who, handle, title, did, is_admin=is_admin)
    )


async def get(forge: Forge, handle: str) -> Account:
    """Return the account of `handle`, whatever its capitals; raise `NoAccount`."""
    return await forge.db.read(lambda tx: find(tx, handle))


async def owner(forge: Forge) -> Account | None:
    """Return the node's owner, None before the first account."""
    return await forge.db.read(rows.first_admin)


async def free_handle(forge: Forge, text: str) -> str:
    """Return a handle made of `text` that nobody has."""
    made = rules.handle_from(text)
    return await forge.db.read(lambda tx: _free(tx, made))


def find(tx: Tx, handle: str) -> Account:
    """Return the account of `handle`; raise `NoAccount`."""
    account = rows.by_handle(tx, handle)
    if account is None:
        raise NoAccount(handle)
    return account


def find_key(tx: Tx, key: int) -> Account:
    """Return the account whose key is `key`; raise `NoAccount`."""
    account = rows.by_key(tx, key)
    if account is None:
        raise NoAccount(str(key))
    return account


def find_did(tx: Tx, did: str) -> Account | None:
    """Return the account whose person has the key `did`."""
    return rows.by_did(tx, did)


def _add(
    forge: Forge, tx: Tx, who: Party, handle: str, name: str, did: str, *, is_admin: bool
) -> Account:
    first = rows.count(tx) == 0
    if not first:
        # Asked again, because two who both saw an empty node may wait here.
        access.authorize(who, Action.ADMIN)
    if rows.by_handle(tx, handle):
        raise HandleTaken(handle)
    at = forge.now()
    key = rows.add(tx, handle, name, did, is_admin=is_admin or first, at=at)
    facts = {"handle": handle, "did": did}
    audit.append(tx, who, None, "account.created", facts, at)
    events.append(tx, "account.created", None, facts, at)
    return find_key(tx, key)


def _free(tx: Tx, handle: str) -> str:
    candidate, number = handle, 0
    while rows.by_handle(tx, candidate):
        number += 1
        candidate = rules.numbered(handle, number)
    return candidate
