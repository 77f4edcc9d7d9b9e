"""What the bar says to whoever is signed in: how much is new to them, and what they look like."""

from dataclasses import dataclass

from aiohttp import web

from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.notifications import verbs as notifications
from node.profiles import verbs as profiles
from store.database import Tx


@dataclass(frozen=True, slots=True)
class Bar:
    """How many notifications the viewer has not read, and the id of their picture."""

    unread: int = 0
    picture: str | None = None


BAR = web.RequestKey("web-bar", Bar)


async def bar_of(forge: Forge, who: Party) -> Bar:
    """Return what the bar says to `who`, in one question to the database."""
    account = who.account
    if account is None:
        return Bar()

    def read(tx: Tx) -> Bar:
        picture = profiles.pictures_of(tx, [account]).get(account)
        return Bar(notifications.unread(tx, account), picture)

    return await forge.db.read(read)
