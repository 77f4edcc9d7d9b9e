"""A project finds a new home: its owner's key says so, and the mirror that is here orders from now.

The home that was may be gone, or stolen: nothing is asked of it. What it signs for positions that
come after the ones verified here counts for nothing, here and on every node that learns of the new
document.
"""

import dataclasses

from keys.ed25519 import PrivateKey
from keys.statements.project import (
    After,
    ProjectDocument,
    open_chain,
    open_project,
    seal_project,
)
from node.access import verbs as access
from node.accounts.model import Account, NotAPerson
from node.kernel.errors import Conflict, Denied
from node.kernel.forge import Forge
from node.landings import rows
from node.projects import changing, mirroring, moved, rules
from node.projects.model import Project
from store.database import Tx
from store.records import Kind


class NotTheOwner(Denied):
    """The key is not the one that the project's newest document names."""

    def __init__(self, owner: str) -> None:
        super().__init__(
            "project.not-the-owner",
            f"The project belongs to the key {owner}, and this is another one.",
            owner=owner,
        )


class NotFollowed(Conflict):
    """The mirror ends before the landing that the newest home goes on from."""

    def __init__(self, position: int, begun: int) -> None:
        super().__init__(
            "project.not-followed",
            f"This node has verified the project up to @{position}, and its home orders what comes"
            f" after @{begun}. Let it follow first.",
            position=position,
        )


async def adopt(forge: Forge, name: str, key: PrivateKey, account: Account) -> Project:
    """Let this node order the mirror whose id is `name`, for `account`; `key` is its owner's.

    It goes on behind the newest position that was verified here. Raises `NotHeld`, `NotTheOwner`,
    `NotAPerson`, `NotFollowed` or `ProjectLimit`.
    """
    if account.is_remote:
        raise NotAPerson(account.handle)
    return await forge.db.write(lambda tx: _adopt(forge, tx, name, key, account))


def _adopt(forge: Forge, tx: Tx, name: str, key: PrivateKey, account: Account) -> Project:
    mirror = mirroring.held_id(tx, name)
    moved.check(tx, mirror)
    newest, _ = open_project(forge.objects.get(tx, mirror.document))
    if newest.owner != key.did:
        raise NotTheOwner(newest.owner)
    changing.check_room(forge, tx, account)
    at, head = forge.now(), rows.head(tx, mirror.key)
    begun = open_chain(mirroring.documents(forge, tx, mirror)).tenures[-1].after.position
    if head.position < begun:
        raise NotFollowed(head.position, begun)
    handle = mirroring.free_handle(tx, account.key, mirror.handle, mirror.key)
    document = _document(forge, newest, mirror, account, After(head.position, head.id), handle)
    envelope = seal_project(document, key)
    digest = forge.objects.put(tx, Kind.DOCUMENT, envelope, mirror.document)
    after = dataclasses.replace(
        mirror,
        owner=account.key,
        account=account.handle,
        handle=handle,
        document=digest,
        home=None,
        updated_at=at,
    )
    mirroring.become_home(tx, after)
    access.set_peers(tx, after.key, rules.peers_of(document))
    facts = {"position": head.position, "was": mirror.home}
    changing.tell(tx, account.party, after, "adopted", at, before=mirror.address, **facts)
    return after


def _document(
    forge: Forge,
    newest: ProjectDocument,
    mirror: Project,
    account: Account,
    after: After,
    handle: str,
) -> ProjectDocument:
    given = rules.handed_over(newest, mirror.document, account, forge.ids.nonce(), forge.now())
    moved = rules.adopted(given, forge.node.did, after)
    peers = rules.peers_of(newest) - {forge.node.did}
    policy = {word: said for word, said in moved.policy.items() if word != rules.PEERS}
    named = {rules.PEERS: sorted(peers)} if peers else {}
    return dataclasses.replace(moved, handle=handle, policy=policy | named)
