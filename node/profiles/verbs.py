"""What one can do with profiles: one's own, and those of organizations that one administers."""

import asyncio
import hashlib
from collections.abc import Iterable, Sequence

from node.access import verbs as access
from node.access.model import Action
from node.access.rules import authorize, require_account
from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.audit import verbs as audit
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.profiles import pictures, rows, rules
from node.profiles.model import NoPicture, Profile
from store.database import Tx


async def get(forge: Forge, handle: str) -> Profile:
    """Return what an account says of itself; raise `NoAccount`."""
    return await forge.db.read(lambda tx: rows.get(tx, accounts.find(tx, handle).key))


async def update(forge: Forge, who: Party, handle: str, said: Profile) -> Profile:
    """Keep what an account says of itself, but not its picture; raise `BadProfile`."""
    require_account(who)
    kept = rules.checked(said)

    def write(tx: Tx) -> Profile:
        account = _mine(tx, who, handle)
        rows.put(tx, account.key, kept)
        _tell(forge, tx, who, account, "profile")
        return rows.get(tx, account.key)

    return await forge.db.write(write)


async def set_picture(forge: Forge, who: Party, handle: str, data: bytes | None) -> Profile:
    """Give an account a picture, None for the crest of its handle; raise `BadPicture`."""
    require_account(who)
    await forge.db.read(lambda tx: _mine(tx, who, handle))
    drawn = b"" if data is None else await asyncio.to_thread(pictures.drawn, data)

    def write(tx: Tx) -> Profile:
        account = _mine(tx, who, handle)
        name = hashlib.sha256(drawn).digest() if drawn else None
        rows.put_picture(tx, account.key, name, drawn)
        _tell(forge, tx, who, account, "picture")
        return rows.get(tx, account.key)

    return await forge.db.write(write)


async def picture(forge: Forge, name: str) -> bytes:
    """Return the bytes of a picture, which are WebP; raise `NoPicture`."""
    found = await forge.db.read(lambda tx: rows.picture(tx, bytes.fromhex(name)))
    if found is None:
        raise NoPicture
    return found


async def faces(forge: Forge, handles: Iterable[str]) -> dict[str, str]:
    """Return the ids of the pictures of those accounts that have one, by handle."""
    return await forge.db.read(lambda tx: rows.faces(tx, handles))


def pictures_of(tx: Tx, keys: Sequence[int]) -> dict[int, str]:
    """Return the ids of the pictures of those accounts that have one."""
    return rows.pictures_of(tx, keys)


def forget(tx: Tx, account: int) -> None:
    """Remove what an account that ends said of itself."""
    rows.forget(tx, account)


def _mine(tx: Tx, who: Party, handle: str) -> Account:
    account = accounts.find(tx, handle)
    authorize(access.refreshed(tx, who), Action.WRITE_SETTINGS, owner=account.key)
    return account


def _tell(forge: Forge, tx: Tx, who: Party, account: Account, what: str) -> None:
    facts: dict[str, object] = {"handle": account.handle}
    audit.append(tx, who, None, f"account.{what}-changed", facts, forge.now())
