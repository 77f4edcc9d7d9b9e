"""What a person does about devices: answer one that waits, see those that are in, sign one out.

The functions that take a `Tx` are for `flow` and for verbs of other slices.
"""

from node.access.rules import require_account, require_person
from node.accounts import verbs as accounts
from node.audit import verbs as audit
from node.devices import rows, rules
from node.devices.model import Device, Grant, NoSuchCode, NoSuchDevice, TooManyDevices
from node.kernel.forge import Forge
from node.kernel.guesses import TooManyTries
from node.kernel.parties import Party
from node.kernel.secrets import hashed
from store.database import Tx


async def peek(forge: Forge, who: Party, code: str, address: str = "") -> Grant:
    """Return the device that waits with this code; raise `NoSuchCode` or `TooManyTries`."""
    account, now = require_person(who), forge.now()
    meant = _tried(forge, account, code, address)
    found = await forge.db.read(lambda tx: _waiting(tx, meant, now))
    return _found(forge, account, address, found)


async def answer(
    forge: Forge, who: Party, code: str, address: str = "", *, is_approved: bool
) -> Grant:
    """Let a device in as `who`, or not; raise `NoSuchCode`, `TooManyTries` or `TooManyDevices`."""
    account, now = require_person(who), forge.now()
    meant = _tried(forge, account, code, address)

    def write(tx: Tx) -> Grant | None:
        grant = _waiting(tx, meant, now)
        if grant is None:
            return None
        if is_approved and len(rows.devices_of(tx, account, now)) >= rules.MOST_DEVICES:
            raise TooManyDevices(rules.MOST_DEVICES)
        said = "approved" if is_approved else "denied"
        rows.answer(tx, grant.key, account, said)
        facts = {"name": grant.name, "client": grant.client, "scopes": sorted(grant.scopes)}
        audit.append(tx, who, None, f"device.{said}", facts, now)
        return grant

    return _found(forge, account, address, await forge.db.write(write))


async def listed(forge: Forge, who: Party) -> list[Device]:
    """Return the devices that are signed in as `who`, seen last first."""
    account = require_account(who, "read")
    return await forge.db.read(lambda tx: rows.devices_of(tx, account, forge.now()))


async def revoke(forge: Forge, who: Party, key: int) -> None:
    """Sign one of the devices of `who` out, at once, and end the access tokens that it made.

    Raises `NoSuchDevice`.
    """
    account = require_account(who)

    def write(tx: Tx) -> None:
        if not rows.revoke(tx, account, key, forge.now()):
            raise NoSuchDevice
        rows.disown(tx, key, forge.now())
        audit.append(tx, who, None, "device.revoked", {"device": key}, forge.now())

    await forge.db.write(write)


def speaks_for(tx: Tx, token: str, now: int) -> rows.TokenRow | None:
    """Return what an access token stands for while it and its device hold."""
    row = rows.token(tx, hashed(token))
    if row is None or row.kind != "access" or row.revoked_at is not None:
        return None
    return row if row.expires_at > now else None


def seen(tx: Tx, device: int, now: int) -> None:
    """Remember that a device came."""
    rows.seen(tx, device, now)


def end_own(forge: Forge, tx: Tx, who: Party) -> None:
    """Sign the device that `who` came by out, whatever its scopes."""
    if who.account is not None and who.device is not None:
        sign_out(forge, tx, who.account, who.device, "signed out")


def end_all(tx: Tx, account: int, now: int) -> None:
    """Sign every device of an account out; the caller has decided that."""
    rows.revoke_all(tx, account, now)


def sign_out(forge: Forge, tx: Tx, account: int, session: int, why: str) -> None:
    """Sign a device of an account out; the caller has decided that, and says why.

    The access tokens that it made stay: whoever leaves a machine may have made them for another.
    """
    if rows.revoke(tx, account, session, forge.now()):
        facts = {"device": session, "why": why}
        audit.append(tx, owner_of(tx, account), None, "device.revoked", facts, forge.now())


def disown(forge: Forge, tx: Tx, account: int, session: int, why: str) -> None:
    """Sign a device out whose secret somebody else has too: what it made ends, as after `revoke`.

    One that signed itself out before keeps nothing either.
    """
    sign_out(forge, tx, account, session, why)
    rows.disown(tx, session, forge.now())


def owner_of(tx: Tx, account: int | None) -> Party:
    """Return the person whose device it is, as the log names them."""
    # Safe because what has an answer has an account: the schema says so.
    assert account is not None
    return accounts.find_key(tx, account).party


def _tried(forge: Forge, account: int, code: str, address: str) -> str | None:
    now = forge.now()
    forge.guesses.take(rules.WRONG_CODES, str(account), now)
    try:
        forge.guesses.take(rules.WRONG_CODES_HERE, address, now)
    except TooManyTries:
        forge.guesses.give_back(rules.WRONG_CODES, str(account))
        raise
    return rules.typed_code(code)


def _waiting(tx: Tx, code: str | None, now: int) -> Grant | None:
    return None if code is None else rows.waiting(tx, hashed(code), now)


def _found(forge: Forge, account: int, address: str, grant: Grant | None) -> Grant:
    """Return the grant; only a wrong code stays counted, for the account and for the address."""
    if grant is None:
        raise NoSuchCode
    forge.guesses.give_back(rules.WRONG_CODES, str(account))
    forge.guesses.give_back(rules.WRONG_CODES_HERE, address)
    return grant
