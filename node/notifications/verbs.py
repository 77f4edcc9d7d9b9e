"""What one can do with notifications, and how they come: behind what happened, by a subscriber.

One event tells an account at most once, so that to be told again changes nothing.
"""

from node.access.rules import require_account
from node.kernel import events
from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.notifications import rows, telling
from node.notifications.model import NoNotification, Notification
from store.database import Tx

MOST = 500
SIZE = 50
_END = 1 << 62


async def listed(
    forge: Forge, who: Party, before: int | None = None, size: int = SIZE
) -> list[Notification]:
    """Return what happened to `who`, newest first, below the number `before`."""
    account = require_account(who, "read")
    return await forge.db.read(lambda tx: rows.listed(tx, account, before or _END, size))


async def read(forge: Forge, who: Party, event: int) -> None:
    """Mark one as read; raise `NoNotification`."""
    account = require_account(who)

    def write(tx: Tx) -> None:
        if not rows.read(tx, account, event):
            raise NoNotification

    await forge.db.write(write)


async def read_until(forge: Forge, who: Party, event: int) -> None:
    """Mark all up to a number as read: what came since is not."""
    account = require_account(who)
    await forge.db.write(lambda tx: rows.read_until(tx, account, event))


def unread(tx: Tx, account: int) -> int:
    """Return how many notifications an account has not read."""
    return rows.unread(tx, account)


def forget(tx: Tx, account: int) -> None:
    """Remove what an account that ends was told."""
    rows.forget(tx, account)


async def _happened(forge: Forge, event: events.Event) -> None:
    if event.kind not in telling.KINDS:
        return

    def write(tx: Tx) -> None:
        for note in telling.notes(tx, event):
            rows.add(tx, note, event.seq, event.kind, event.at, MOST)

    await forge.db.write(write)


FEATURE = Feature("notifications", subscribers={"notifications": _happened})
