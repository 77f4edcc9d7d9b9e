"""What one can do with other nodes by their actor documents: follow them, and believe them or not.

The operator's commands write rows; the node that runs sees them within a second. What a document
says becomes a peer of the address book, as a hint: who is there proves it when it is dialled.
"""

from zlib import crc32

from node.federation import rows, rules
from node.federation.model import Described, Follow
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.replication import peering
from node.replication.model import ACTOR, Met
from store.database import Tx

LONGEST_ERROR = 1000


async def follows(forge: Forge) -> list[Follow]:
    """Return the nodes that are followed."""
    return await forge.db.read(rows.everything)


async def follow(forge: Forge, address: str) -> Follow:
    """Follow the node at `address`, as `rules.address` returned it; again is at once again."""

    def work(tx: Tx) -> Follow:
        rows.add(tx, address, forge.now())
        made = rows.at(tx, address)
        assert made is not None
        return made

    return await forge.db.write(work)


async def find(forge: Forge, text: str) -> Follow | None:
    """Return what is followed at the address `text`, if anything is."""
    address = rules.address(text)
    if address is None:
        return None
    return await forge.db.read(lambda tx: rows.at(tx, address))


async def remove(forge: Forge, gone: Follow) -> None:
    """Follow a node no longer, and forget the peer unless it is known otherwise."""

    def work(tx: Tx) -> None:
        rows.remove(tx, gone.key)
        if gone.did is not None and not rows.count_of(tx, gone.did):
            peering.unfollowed(tx, gone.did)

    await forge.db.write(work)


async def let_go(forge: Forge, did: str) -> None:
    """Follow the node `did` no longer, at whatever addresses."""
    await forge.db.write(lambda tx: rows.remove_all(tx, did))


async def due(forge: Forge, limit: int) -> list[Follow]:
    """Return the followed nodes whose documents are to be read now."""
    now = forge.now()
    return await forge.db.read(lambda tx: rows.due(tx, now, limit))


async def learned(forge: Forge, followed: Follow, told: Described) -> None:
    """Take in a document that holds; raises `OtherKey` or `OwnActor` for one not to be believed."""

    def work(tx: Tx) -> None:
        there = rows.get(tx, followed.key)
        if there is None:
            return  # It was let go while its document was on the way.
        if (refusal := rules.refusal(there, told, forge.node.did)) is not None:
            raise refusal
        met = Met(
            told.did,
            told.home,
            told.name,
            told.addresses,
            is_near=told.is_near,
            is_proven=True,
        )
        peering.remember(forge, tx, met, ACTOR, answered=True)
        now = forge.now()
        due_at = now + rules.AGAIN_MS + _spread(forge, there)
        rows.read(tx, there.key, told.did, told.url, now, due_at)

    await forge.db.write(work)


async def failed(forge: Forge, followed: Follow, fault: Fault) -> None:
    """Note why a document was not read, or not believed; the next attempt comes later each time."""
    due_at = forge.now() + rules.retry_after(followed.failures) + _spread(forge, followed)
    error = "".join(c if c.isprintable() else " " for c in fault.message[:LONGEST_ERROR])
    tries = followed.failures + 1
    await forge.db.write(lambda tx: rows.failed(tx, followed.key, fault.code, error, tries, due_at))


def _spread(forge: Forge, followed: Follow) -> int:
    """Return up to 5 seconds that nodes do not share: they do not ask one all at once."""
    return crc32(f"{forge.node.did} {followed.key}".encode()) % 5_000
