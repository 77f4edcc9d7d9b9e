"""Who a signature speaks for, where nothing else says who asks: a landing that came by a mirror.

A signature proves the key and nothing more, so it gives what every key may do, to land, and ends
when the key does. A key that was registered with the token of one project has no say here: what it
may sign for stands with that token, which is not shown.
"""

from node.access import scopes
from node.access import verbs as access
from node.accounts import verbs as accounts
from node.kernel.parties import Party
from node.signin import rows
from store.database import Tx

GRANTED = frozenset({scopes.PROJECT_READ, scopes.SESSION_LAND})
_DEVICE = "device:"


def party_of(tx: Tx, did: str) -> Party | None:
    """Return the account that `did` signs for now, with the right to land; None if it has none."""
    person = accounts.find_did(tx, did)
    if person is not None:
        return _party(tx, person.key, None)
    key = rows.key_owner(tx, did)
    if key is None:
        return None
    account, is_valid, credential = key
    if not is_valid or not (credential is None or credential.startswith(_DEVICE)):
        return None
    return _party(tx, account, credential and int(credential.removeprefix(_DEVICE)))


def _party(tx: Tx, account: int, device: int | str | None) -> Party | None:
    person = accounts.find_key(tx, account)
    if person.is_organization or person.closed_at is not None or person.is_remote:
        return None
    return Party(
        person.key,
        person.handle,
        scopes=GRANTED,
        standing=access.standing_of(tx, account),
        device=int(device) if device else None,
    )
