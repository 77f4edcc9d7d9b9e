"""A home that was put back to an older state gets back what it had signed, and contradicts nobody."""

import shutil
from types import SimpleNamespace

import pytest

from node.landings import reading, recovering, rows
from node.landings import verbs as landings
from node.projects import peers
from node.projects import verbs as projects
from node.projects.behind import Behind
from node.projects.model import ProjectChanges
from node.replication import peering
from node.replication import verbs as replication
from node.replication.model import Met
from node.sessions import verbs as sessions
from p2p.recovering import catch_up
from tests.support.drafts import a_landing
from tests.support.forges import a_forge, a_project, an_account
from tests.support.hostile_holder import a_liar
from tests.support.mirrors import a_home, pulled, seeded
from tests.support.neighbours import neighbour
from tests.support.wire import a_door


async def height(node, book):
    return await node.forge.db.read(lambda tx: reading.height(tx, book.key))


async def a_mirrored_book(ann, bob, count, visibility):
    ada = await an_account(ann.forge, "ada")
    book = await a_project(ann.forge, ada, "book", visibility=visibility)
    await peers.add_peer(ann.forge, ada.party, book, bob.did)
    for number in range(count):
        await a_landing(ann.forge, ada, book, {f"{number}.txt": b"%d" % number})
    await bob.wants(book, ann)

    async def is_there():
        return await bob.position(book) == count

    await bob.until(is_there)
    return ada, book


@pytest.fixture(params=[(True, "public"), (False, "private")])
async def world(tmp_path, request):
    """Ann's directory as it was at @3, when bob had that, and bob, who has all up to @5."""
    gossip, visibility = request.param
    async with neighbour(tmp_path / "bob", gossip=gossip) as bob:
        async with neighbour(tmp_path / "ann", gossip=gossip) as ann:
            await bob.knows(ann)
            await ann.knows(bob)
            ada, book = await a_mirrored_book(ann, bob, 3, visibility)
            shutil.copytree(tmp_path / "ann", tmp_path / "old")
            await projects.update(
                ann.forge, ada.party, "ada", "book", ProjectChanges(name="The book")
            )
            for number in (4, 5):
                await a_landing(ann.forge, ada, book, {"late.txt": b"%d" % number})

            async def is_there():
                return await bob.position(book) == 5

            await bob.until(is_there)
            lost = await landings.log(ann.forge, ada.party, book)
        yield tmp_path / "old", gossip, bob, ada, book, lost


@pytest.mark.slow
async def test_a_home_that_was_put_back_goes_on_behind_what_it_had_signed(world):
    old, gossip, bob, ada, book, lost = world
    async with neighbour(old, gossip=gossip) as ann:
        assert await height(ann, book) == 3
        await bob.knows(ann)
        await ann.knows(bob)

        async def is_back():
            return await height(ann, book) == 5 and not await recovering.lags(ann.forge)

        await ann.until(is_back)
        assert await landings.log(ann.forge, ada.party, book) == lost
        there = await projects.get(ann.forge, ada.party, "ada", "book")
        assert there.name == "The book"
        landed = await a_landing(ann.forge, ada, there, {"new.txt": b"6"})
        assert landed.position == 6

        async def has_it():
            return await bob.position(book) == 6

        await bob.until(has_it)
        for one in (ann, bob):
            assert await replication.equivocations(one.forge, book.id) == []


async def test_nothing_is_signed_for_what_was_further(tmp_path):
    async with a_forge(tmp_path) as forge:
        ada = await an_account(forge, "ada")
        book = await a_project(forge, ada, "book")
        await a_landing(forge, ada, book, {"a.txt": b"1"})
        assert not await recovering.noticed(forge, book.id, 1)
        assert await recovering.noticed(forge, book.id, 3)
        with pytest.raises(Behind) as refused:
            await a_landing(forge, ada, book, {"b.txt": b"2"})
        assert (refused.value.code, refused.value.details) == ("project.behind", {"position": 3})
        with pytest.raises(Behind):
            await projects.update(forge, ada.party, "ada", "book", ProjectChanges(name="Another"))
        await recovering.trust(forge)  # It is known to be behind, whoever answered or did not.
        assert not await recovering.settled(forge, book)
        (lag,) = await recovering.lags(forge)
        assert (lag.project.id, lag.position) == (book.id, 3)
        other = await a_project(forge, ada, "other")
        assert (await a_landing(forge, ada, other, {"b.txt": b"2"})).position == 1


async def test_after_a_restore_nothing_is_signed_until_peers_were_asked(tmp_path):
    async with a_forge(tmp_path) as forge:
        ada = await an_account(forge, "ada")
        book = await a_project(forge, ada, "book")
        await recovering.suspect(forge)
        with pytest.raises(Behind) as refused:
            await a_landing(forge, ada, book, {"b.txt": b"2"})
        assert refused.value.details == {"position": 0}
        await recovering.trust(forge)
        assert (await a_landing(forge, ada, book, {"b.txt": b"2"})).position == 1


def forgets(tx, project, position):
    """What a database of an older day does not know."""
    rows.forget_after(tx, project, position)
    sessions.forget_after(tx, project, position)


@pytest.mark.parametrize("shown", [b"{}", b'{"documents":[]}', b'{"documents":["eA=="]}'])
async def test_who_shows_documents_that_do_not_hold_holds_nothing_up(tmp_path, shown):
    async with (
        a_home(tmp_path / "home") as home,
        a_forge(tmp_path / "holder") as holder,
        a_door(holder) as door,
    ):
        for forge in (home.forge, holder):
            object.__setattr__(forge, "reach_private", True)
        await home.land(a=b"1")
        await home.land(a=b"2")
        seed = await pulled(holder, await seeded(holder, home.address))
        await home.forge.db.write(lambda tx: forgets(tx, home.project.key, 1))
        assert await recovering.noticed(home.forge, home.project.id, 2)
        honest = SimpleNamespace(
            door=door, forge=holder, project=SimpleNamespace(address=seed.name)
        )
        async with a_liar(honest, "/document", lambda _: shown) as address:
            for url in (address.removesuffix(f"/{seed.name}"), door.url):
                peer = await peering.met(home.forge, Met(url=url), "operator")
                await replication.held_by(home.forge, home.project.id, peer, 2)
            (lag,) = await recovering.lags(home.forge)
            await catch_up(home.forge, None, lag)
        assert await recovering.lags(home.forge) == []
        head = await home.forge.db.read(lambda tx: reading.height(tx, home.project.key))
        assert head == 2
