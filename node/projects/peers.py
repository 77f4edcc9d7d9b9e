"""Which nodes may hold a project that is not public: its signed document says so, for all of them.

A public project may be held by anybody; then the list is of use once it is public no more.
"""

from collections.abc import Collection

from keys.statements.project import open_project
from node.access import verbs as access
from node.access.model import Action
from node.access.rules import PRIVATE
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects import changing, notices, rows, rules
from node.projects.model import BadPeer, NoPeer, Project, TooManyPeers
from store.database import Tx

MOST = 100


async def peers(forge: Forge, who: Party, project: Project) -> list[str]:
    """Return the nodes that may hold the project, by did; for those who work on it."""
    rules.require(who, Action.MEMBERS, project)
    return await forge.db.read(lambda tx: access.peers_of(tx, project.key))


async def add_peer(forge: Forge, who: Party, project: Project, did: str) -> None:
    """Let a node hold the project; one that may already still may.

    Raises `Denied`, `BadPeer` or `TooManyPeers`.
    """
    if not rules.is_did(did):
        raise BadPeer(did)

    def write(tx: Tx) -> None:
        now = changing.current(tx, who, project, Action.MANAGE)
        known = access.peers_of(tx, now.key)
        if did in known:
            return
        if len(known) >= MOST:
            raise TooManyPeers(MOST)
        _chain(forge, tx, who, now, {*known, did})
        notices.taken_back(tx, now, did)

    await forge.db.write(write)


async def remove_peer(forge: Forge, who: Party, project: Project, did: str) -> None:
    """Let a node hold the project no longer; it learns so from a notice. Raises `NoPeer`."""

    def write(tx: Tx) -> None:
        now = changing.current(tx, who, project, Action.MANAGE)
        known = access.peers_of(tx, now.key)
        if did not in known:
            raise NoPeer(did)
        _chain(forge, tx, who, now, set(known) - {did})
        if now.visibility == PRIVATE:
            notices.withdrawn(forge, tx, now, [did])

    await forge.db.write(write)


def _chain(forge: Forge, tx: Tx, who: Party, project: Project, peers: Collection[str]) -> None:
    at = forge.now()
    newest, _ = open_project(forge.objects.get(tx, project.document))
    document = rules.held_by(newest, project.document, peers, forge.ids.nonce(), at)
    signed = changing.follow(forge, tx, project, document)
    rows.change(tx, signed)
    access.set_peers(tx, project.key, peers)
    changing.tell(tx, who, signed, "peers-changed", at, peers=sorted(peers))
