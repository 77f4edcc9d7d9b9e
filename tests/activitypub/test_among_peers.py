"""A project is held of a node that was only followed, when its pages are gone, and after a restart.

Two nodes over real libp2p; nobody told the one where the other is but its actor document.
"""

import pytest

from activitypub import following
from node.daemon.http import application
from node.federation import rules
from node.federation import verbs as federation
from node.replication import peering
from node.replication import verbs as replication
from node.replication.model import ACTOR, Wish
from node.replication.rules import place
from tests.support.actors import a_port, served, url_of
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from tests.support.neighbours import neighbour

pytestmark = pytest.mark.slow


async def test_a_project_of_a_followed_node_is_held_when_only_libp2p_leads_there(tmp_path):
    door = a_port()
    url = url_of(door)
    async with neighbour(tmp_path / "ann", gossip=False, url=url) as ann:
        ada = await an_account(ann.forge, "ada")
        book = await a_project(ann.forge, ada)
        await a_landing(ann.forge, ada, book, {"one.txt": b"one\n"})
        async with neighbour(tmp_path / "bob", gossip=False) as bob:
            async with served(application(ann.forge), door):
                address = rules.address(f"@node@{url.removeprefix('http://')}")
                await federation.follow(bob.forge, address)
                await following.look(bob.forge)
            (peer,) = await peering.peers(bob.forge)
            assert (peer.source, peer.did, peer.url) == (ACTOR, ann.did, url)
            assert peer.addresses == (ann.address,)
        async with neighbour(tmp_path / "bob", gossip=False) as bob:
            await replication.add(bob.forge, Wish(place(book.id)))

            async def is_there():
                return await bob.position(book) == 1

            await bob.until(is_there)
