"""A mirror is made of signed documents alone; what its home takes back is served no more."""

import dataclasses

import pytest

from keys.ed25519 import PrivateKey
from keys.statements.notice import Notice, open_notice, seal_notice
from keys.statements.project import ProjectDocument, open_project, seal_project
from node.access import verbs as access
from node.access.model import Elsewhere, NoProject
from node.accounts import verbs as accounts
from node.accounts.model import NoAccount, NotAPerson
from node.invitations import verbs as invitations
from node.kernel import jobs
from node.kernel.limits import Limits
from node.kernel.parties import ANONYMOUS
from node.projects import jobs as project_jobs
from node.projects import members, mirroring, moves, peers, rules, storage
from node.projects import verbs as projects
from node.projects.model import (
    BadDocuments,
    BadNotice,
    BadPeer,
    DocumentsDiffer,
    GraftedDocuments,
    NoPeer,
    NotHeld,
    OrderedHere,
    ProjectChanges,
    TooManyPeers,
    Withdrawn,
)
from store.digest import digest_of
from tests.support.drafts import a_landing
from tests.support.followers import accept, documents_of, followed, groups_of, take, two_nodes
from tests.support.forges import a_forge, a_project, an_account, the_keeper

EVE = PrivateKey.from_seed(b"e" * 32)
PRIVATE, PUBLIC = ProjectChanges(visibility="private"), ProjectChanges(visibility="public")


@pytest.fixture
async def nodes(tmp_path):
    async with two_nodes(tmp_path) as both:
        yield both


@pytest.fixture
async def held(nodes):
    """A home, a mirror, ada, her public book of one landing, and its mirror."""
    home, mirror = nodes
    ada = await an_account(home)
    book = await a_project(home, ada)
    await a_landing(home, ada, book, {"a.txt": b"1\n"})
    return home, mirror, ada, book, await followed(home, mirror, book)


def following(chain, key, **changes):
    """A next document of a chain, validly chained and signed by `key`."""
    newest, _ = open_project(chain[-1])
    made = dataclasses.replace(newest, previous=digest_of(chain[-1]), after=None, **changes)
    return seal_project(made, key)


async def is_served(forge, book):
    try:
        await projects.by_id(forge, ANONYMOUS, book.id)
    except NoProject:
        return False
    return True


async def test_a_mirror_follows_its_documents(held):
    home, mirror, ada, book, copy = held
    await projects.update(
        home, ada.party, "ada", "book", ProjectChanges(name="The book", handle="tome")
    )
    now = await take(mirror, await documents_of(home, book), book.id)
    assert (now.key, now.name, now.handle) == (copy.key, "The book", "tome")
    assert now.account == copy.account
    assert await take(mirror, await documents_of(home, book)) == now


async def test_older_documents_are_no_news(held):
    home, mirror, ada, book, _ = held
    old = await documents_of(home, book)
    await projects.update(home, ada.party, "ada", "book", ProjectChanges(name="The book"))
    now = await take(mirror, await documents_of(home, book))
    assert await take(mirror, old) == now


async def test_documents_that_do_not_hold_make_no_mirror(held):
    home, mirror, ada, book, _ = held
    key = home.keys.person(ada.did)
    (genesis,) = await documents_of(home, book)
    other = await documents_of(home, await a_project(home, ada, "other"))
    for documents, name, fault in (
        ([], None, BadDocuments),
        ([b"{}"], None, BadDocuments),
        ([genesis, following([genesis], EVE)], None, BadDocuments),
        ([genesis, genesis], None, BadDocuments),
        ([genesis, following([genesis], key, home=EVE.did)], None, BadDocuments),
        (other, book.id, GraftedDocuments),
        ([genesis, following([genesis], key, home=mirror.node.did)], None, BadDocuments),
    ):
        with pytest.raises(fault):
            await take(mirror, documents, name)
    with pytest.raises(OrderedHere):
        await take(home, [genesis])


async def test_two_documents_of_one_version_are_refused(held):
    home, mirror, ada, book, _ = held
    key = home.keys.person(ada.did)
    (genesis,) = await documents_of(home, book)
    await take(mirror, [genesis, following([genesis], key, name="One")])
    with pytest.raises(DocumentsDiffer) as refused:
        await take(mirror, [genesis, following([genesis], key, name="Two")])
    assert refused.value.code == "project.equivocation"
    assert refused.value.details == {"version": 2}


async def test_a_mirror_of_a_name_that_cannot_be_has_another(nodes):
    home, mirror = nodes
    ada = await an_account(home)
    book = await a_project(home, ada)
    key = home.keys.person(ada.did)
    (genesis,) = await documents_of(home, book)
    said = {"name": "../../etc/\u202epasswd", "account": "<b>", "handle": "con"}
    copy = await take(mirror, [genesis, following([genesis], key, **said)])
    assert copy.account == f"b@{ada.did[-8:]}"
    assert (copy.handle, copy.name) == ("etc-passwd", "etc-passwd")


async def test_what_older_documents_do_not_say_is_called_as_the_holder_calls_it(nodes):
    home, mirror = nodes
    ada = await an_account(home)
    key = home.keys.person(ada.did)
    said, _ = open_project((await documents_of(home, await a_project(home, ada)))[0])
    older = seal_project(dataclasses.replace(said, account=None, handle=None), key)
    copy = await mirroring.take(mirror, [older], called=("ada@Xg7Kp2Qa", "tome"))
    assert copy.address == f"ada@{ada.did[-8:]}/tome"
    other = seal_project(dataclasses.replace(said, nonce="o" * 16), key)
    named = await mirroring.take(mirror, [other], called=("eve", "evil"))
    assert named.address == f"ada@{ada.did[-8:]}/book"


async def test_two_projects_of_one_name_and_two_owners_of_one_end_have_their_own(nodes):
    home, mirror = nodes
    ada = await an_account(home)
    one = await a_project(home, ada)
    copy = await take(mirror, await documents_of(home, one))
    await projects.delete(home, ada.party, "ada", "book")
    other = await a_project(home, ada)
    assert (await take(mirror, await documents_of(home, other))).handle == "book-2"
    taken = {"did": f"did:key:z6Mk{ada.did[-8:]}", "name": "ada", "at": 1}
    namesake = await mirror.db.write(lambda tx: accounts.remote(tx, **taken))
    assert namesake.handle == f"ada@k{ada.did[-8:]}"
    assert copy.account == f"ada@{ada.did[-8:]}"


async def test_the_owner_of_a_mirror_is_nobody_here(held):
    _, mirror, ada, _, copy = held
    keeper = await the_keeper(mirror)
    own = await a_project(mirror, keeper, "own")
    with pytest.raises(NotAPerson):
        await mirror.db.read(lambda tx: accounts.find_person(tx, copy.account))
    assert await mirror.db.read(lambda tx: accounts.find_did(tx, ada.did)) is None
    assert ada.did not in await mirror.db.read(accounts.dids)
    with pytest.raises(NotAPerson):
        await members.set_member(mirror, keeper.party, own, copy.account, "writer")
    with pytest.raises(Elsewhere):
        await projects.update(mirror, keeper.party, copy.account, "book", PRIVATE)
    owner = await accounts.get(mirror, copy.account)
    for change in (
        projects.delete(mirror, owner.party, copy.account, "book"),
        moves.archive(mirror, owner.party, copy.account, "book"),
        peers.add_peer(mirror, owner.party, copy, EVE.did),
    ):
        with pytest.raises(Elsewhere):
            await change
    assert await moves.deleted(mirror, owner.party, copy.account) == []


async def test_nothing_is_given_to_the_owner_of_a_mirror(held):
    _, mirror, _, _, copy = held
    keeper = await the_keeper(mirror)
    await a_project(mirror, keeper, "own")
    with pytest.raises(NotAPerson):
        await invitations.transfer(mirror, keeper.party, "keeper", "own", copy.account)


async def test_a_mirror_of_somebody_who_has_an_account_here_too_is_theirs_to_see_and_no_more(nodes):
    home, mirror = nodes
    zoe = await an_account(mirror, "zoe")
    said = ProjectDocument(
        name="diary",
        owner=zoe.did,
        home=home.node.did,
        visibility="private",
        policy={"peers": [mirror.node.did, 7, "bob"]},
        nonce="n" * 16,
        created_at=1,
    )
    copy = await take(mirror, [seal_project(said, mirror.keys.person(zoe.did))])
    assert copy.address == "zoe/diary"
    assert await projects.get(mirror, zoe.party, "zoe", "diary") == copy
    with pytest.raises(Elsewhere):
        await projects.delete(mirror, zoe.party, "zoe", "diary")
    await mirror.db.write(lambda tx: moves.delete_all(mirror, tx, zoe.party, zoe.key))
    assert await mirror.db.read(projects.ids) == {}
    assert await mirroring.notice_of(mirror, copy.id, mirror.node.did) is None


async def test_mirrors_are_in_no_limits_of_accounts(tmp_path):
    limits = Limits(projects_per_account=1, bytes_per_account=1)
    for name in ("home", "mirror"):
        (tmp_path / name).mkdir()
    async with (
        a_forge(tmp_path / "home") as home,
        a_forge(tmp_path / "mirror", limits=limits) as mirror,
    ):
        ada = await an_account(home)
        for name in ("one", "two"):
            book = await a_project(home, ada, name)
            copy = await take(mirror, await documents_of(home, book))
            await storage.check_room(mirror, copy, 1 << 40)


async def test_who_comes_first_to_an_empty_node_is_its_owner_whatever_it_mirrors(nodes):
    home, mirror = nodes
    book = await a_project(home, await an_account(home))
    await take(mirror, await documents_of(home, book))
    assert (await accounts.create(mirror, ANONYMOUS, "zoe")).is_admin


async def as_peer(forge, node):
    return await access.asking_for(forge, ANONYMOUS, node.node.did)


async def test_a_private_project_is_for_the_nodes_that_its_document_names(nodes):
    home, mirror = nodes
    ada = await an_account(home)
    diary = await a_project(home, ada, "diary", visibility="private")
    with pytest.raises(NoProject):
        await projects.by_id(home, await as_peer(home, mirror), diary.id)
    with pytest.raises(Withdrawn):
        await take(mirror, await documents_of(home, diary))
    await peers.add_peer(home, ada.party, diary, mirror.node.did)
    assert await peers.peers(home, ada.party, diary) == [mirror.node.did]
    named = await projects.by_id(home, await as_peer(home, mirror), diary.id)
    copy = await take(mirror, await documents_of(home, named))
    for who in (ANONYMOUS, (await the_keeper(mirror)).party):
        with pytest.raises(NoProject):
            await projects.get(mirror, who, copy.account, copy.handle)
    # Its home may have lost it, and whoever is named reads it from the mirror too.
    back = await projects.get(mirror, await as_peer(mirror, home), copy.account, copy.handle)
    assert back == copy
    await peers.add_peer(home, ada.party, named, EVE.did)
    copy = await take(mirror, await documents_of(home, named))
    eve = await access.asking_for(mirror, ANONYMOUS, EVE.did)
    assert await projects.get(mirror, eve, copy.account, copy.handle) == copy


async def test_what_is_no_node_is_not_named(held):
    home, _, ada, book, _ = held
    for bad in ("", "bob", "did:web:x", EVE.did + "\n", EVE.did[:-20]):
        with pytest.raises(BadPeer):
            await peers.add_peer(home, ada.party, book, bad)
    with pytest.raises(NoPeer):
        await peers.remove_peer(home, ada.party, book, EVE.did)
    before = len(await documents_of(home, book))
    for _ in range(2):
        await peers.add_peer(home, ada.party, book, EVE.did)
    assert len(await documents_of(home, book)) == before + 1
    for number in range(peers.MOST - 1):
        did = PrivateKey.from_seed(number.to_bytes(32, "big")).did
        await peers.add_peer(home, ada.party, book, did)
    with pytest.raises(TooManyPeers):
        await peers.add_peer(home, ada.party, book, home.node.did)


ENDS = {
    "deleted": lambda home, ada: projects.delete(home, ada.party, "ada", "book"),
    "withdrawn": lambda home, ada: projects.update(home, ada.party, "ada", "book", PRIVATE),
}
AGAIN = {
    "deleted": lambda home, ada: moves.restore(home, ada.party, "ada", "book"),
    "withdrawn": lambda home, ada: projects.update(home, ada.party, "ada", "book", PUBLIC),
}


@pytest.mark.parametrize("state", ENDS)
async def test_what_goes_at_home_goes_here_and_comes_back_with_it(held, state):
    home, mirror, ada, book, copy = held
    assert await mirroring.notice_of(home, book.id, None) is None
    await ENDS[state](home, ada)
    notice = await mirroring.notice_of(home, book.id, mirror.node.did)
    said, signer = open_notice(notice)
    assert (said.project, said.state, signer) == (book.id, state, home.node.did)
    await mirroring.withdraw(mirror, notice)
    assert not await is_served(mirror, book)
    assert await mirroring.notice_of(mirror, book.id, None) == notice
    with pytest.raises(Withdrawn):
        await take(mirror, (await documents_of(home, book))[:1])

    await AGAIN[state](home, ada)
    assert await mirroring.notice_of(home, book.id, None) is None
    now = await take(mirror, await documents_of(home, book))
    assert (now.key, await is_served(mirror, book)) == (copy.key, True)
    with pytest.raises(BadNotice):
        await mirroring.withdraw(mirror, notice)
    assert await is_served(mirror, book)


async def test_only_the_home_ends_a_mirror(held):
    home, mirror, ada, book, _ = held
    said = Notice(project=book.id, state="deleted", version=9, at=1)
    for key in (EVE, home.keys.person(ada.did), mirror.node.key):
        with pytest.raises(BadNotice):
            await mirroring.withdraw(mirror, seal_notice(said, key))
    with pytest.raises(BadNotice):
        await mirroring.withdraw(mirror, b"{}")
    unknown = dataclasses.replace(said, project="mic:z" + "1" * 44)
    with pytest.raises(NotHeld):
        await mirroring.withdraw(mirror, seal_notice(unknown, home.node.key))
    assert await is_served(mirror, book)
    # A home is not talked out of its own.
    with pytest.raises(NotHeld):
        await mirroring.withdraw(home, seal_notice(said, home.node.key))


async def test_a_node_that_is_named_no_more_learns_so_and_nobody_else_does(nodes):
    home, mirror = nodes
    ada = await an_account(home)
    diary = await a_project(home, ada, "diary", visibility="private")
    await peers.add_peer(home, ada.party, diary, mirror.node.did)
    await followed(home, mirror, await projects.get(home, ada.party, "ada", "diary"))
    await peers.remove_peer(home, ada.party, diary, mirror.node.did)
    assert await mirroring.notice_of(home, diary.id, None) is None
    assert await mirroring.notice_of(home, diary.id, EVE.did) is None
    notice = await mirroring.notice_of(home, diary.id, mirror.node.did)
    await mirroring.withdraw(mirror, notice)
    assert await mirror.db.read(projects.ids) == {}
    # What was private is told of to those who were named, here as at home.
    for peer, told in ((None, None), (EVE.did, None), (mirror.node.did, notice)):
        assert await mirroring.notice_of(mirror, diary.id, peer) == told
    with pytest.raises(Withdrawn):
        await take(mirror, (await documents_of(home, diary))[:2])
    await peers.add_peer(home, ada.party, diary, mirror.node.did)
    assert await mirroring.notice_of(home, diary.id, mirror.node.did) is None
    assert (await take(mirror, await documents_of(home, diary))).is_mirror


async def test_a_document_that_names_this_node_no_more_ends_the_mirror(held):
    home, mirror, ada, book, _ = held
    await projects.update(home, ada.party, "ada", "book", PRIVATE)
    with pytest.raises(Withdrawn):
        await take(mirror, await documents_of(home, book))
    assert await mirror.db.read(projects.ids) == {}


async def test_a_private_project_that_is_deleted_is_spoken_of_to_its_holders_alone(nodes):
    home, mirror = nodes
    ada = await an_account(home)
    diary = await a_project(home, ada, "diary", visibility="private")
    await peers.add_peer(home, ada.party, diary, mirror.node.did)
    await projects.delete(home, ada.party, "ada", "diary")
    assert await mirroring.notice_of(home, diary.id, None) is None
    notice = await mirroring.notice_of(home, diary.id, mirror.node.did)
    assert open_notice(notice)[0].state == "deleted"


async def forgotten(forge):
    """Do the deletions that are due, and return how many there were."""
    count = 0
    while job := await forge.db.write(lambda tx: jobs.take(tx, forge.now(), {rules.FORGET})):
        await project_jobs.forget(forge, job)
        await forge.db.write(lambda tx, done=job: jobs.finish(tx, done))
        count += 1
    return count


async def test_a_dropped_mirror_goes_at_once_unless_it_is_taken_up_again(held):
    home, mirror, _, book, copy = held
    await mirroring.drop(mirror, book.id)
    assert not await is_served(mirror, book)
    with pytest.raises(NotHeld):
        await mirroring.drop(mirror, book.id)
    again = await take(mirror, await documents_of(home, book))
    assert (again.key, await forgotten(mirror)) == (copy.key, 1)
    assert await is_served(mirror, book)
    await mirroring.drop(mirror, book.id)
    assert await forgotten(mirror) == 1
    with pytest.raises(NoAccount):
        await accounts.get(mirror, copy.account)
    assert (await followed(home, mirror, book)).key != copy.key
    with pytest.raises(NotHeld):
        await accept(mirror, copy, await groups_of(home, book))


async def test_the_bytes_of_what_its_home_deleted_go_seven_days_later(held):
    home, mirror, ada, book, _ = held
    await projects.delete(home, ada.party, "ada", "book")
    await mirroring.withdraw(mirror, await mirroring.notice_of(home, book.id, None))
    assert await forgotten(mirror) == 0
    mirror.now.move(rules.GRACE_MS)
    assert await forgotten(mirror) == 1
    assert await mirroring.notice_of(mirror, book.id, None) is not None
    with pytest.raises(Withdrawn):
        await take(mirror, await documents_of(home, book))
