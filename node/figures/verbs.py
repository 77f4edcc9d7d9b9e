"""What one can learn of a whole node."""

from node.access.model import Action
from node.access.rules import authorize
from node.figures import rows
from node.figures.model import Address, Counts, Newest, NewSession
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects import verbs as projects
from store.database import Tx

PART = 10_000
"""How many addresses one list for crawlers has at most."""

LOOKED_AT = 10
"""How many times as many sessions are looked at: those on projects of others are left out."""


async def counts(forge: Forge, who: Party) -> Counts:
    """Return how much of everything there is; for admins of the node."""
    authorize(who, Action.ADMIN)
    return await forge.db.read(rows.counts)


async def newest(forge: Forge, who: Party, limit: int = 10) -> Newest:
    """Return what came last, of what an admin of the node may see: private projects stay so."""
    authorize(who, Action.ADMIN)
    seen = await projects.visible(forge, who, limit)

    def read(tx: Tx) -> Newest:
        people = rows.newest_accounts(tx, "user", limit)
        return Newest(
            people,
            rows.newest_accounts(tx, "organization", limit),
            seen,
            _sessions(tx, who, limit),
        )

    return await forge.db.read(read)


async def parts(forge: Forge) -> int:
    """Return how many lists for crawlers there are; there is always one."""
    total = await forge.db.read(rows.count_addresses)
    return max((total + PART - 1) // PART, 1)


async def addresses(forge: Forge, part: int) -> list[Address]:
    """Return the pages that anybody may find: those of list `part`, counted from 0."""
    return await forge.db.read(lambda tx: rows.addresses(tx, part * PART, PART))


def _sessions(tx: Tx, who: Party, limit: int) -> list[NewSession]:
    found = rows.newest_sessions(tx, limit * LOOKED_AT)
    seen = {one.key: one for one in projects.among_keys(tx, who, [row[0] for row in found])}
    return [NewSession(seen[row[0]], *row[1:]) for row in found if row[0] in seen][:limit]
