"""How many bytes came in through a project, and how many more may.

Counted is what was sent and had to be kept, compressed: contents that the store has already cost
nothing, and whoever sends them asks first what is missing. What the collector removes later stays
counted. The count belongs to the project and moves with it.
"""

from dataclasses import dataclass

from node.access.rules import require_account
from node.accounts import verbs as accounts
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects import rows, rules
from node.projects.model import Project, StorageLimit
from store.database import Tx


@dataclass(frozen=True, slots=True)
class Storage:
    """What an account's projects hold, in bytes: those that hold most, all of it, the most."""

    projects: list[tuple[str, int]]
    total: int
    most: int | None


async def storage(forge: Forge, who: Party, shown: int = 10) -> Storage:
    """Return what the projects of `who` hold."""
    account = require_account(who, "read")

    def read(tx: Tx) -> Storage:
        most = rules.most_bytes(accounts.find_key(tx, account), forge.limits)
        return Storage(rows.stored(tx, account, shown), rows.bytes_of(tx, account), most)

    return await forge.db.read(read)


async def check_room(forge: Forge, project: Project, size: int) -> None:
    """Raise `StorageLimit` if the account of `project` may not send `size` bytes more."""

    def read(tx: Tx) -> None:
        most = rules.most_bytes(accounts.find_key(tx, project.owner), forge.limits)
        if most is not None and rows.bytes_of(tx, project.owner) + size > most:
            raise StorageLimit(most)

    await forge.db.read(read)


def keep(forge: Forge, tx: Tx, project: int, size: int) -> None:
    """Count bytes that came in through the project; raise `StorageLimit` if that is too much."""
    if not size:
        return
    rows.add_bytes(tx, project, size)
    owner = rows.owner_of(tx, project)
    if owner is None:
        return
    most = rules.most_bytes(accounts.find_key(tx, owner), forge.limits)
    if most is not None and rows.bytes_of(tx, owner) > most:
        raise StorageLimit(most)
