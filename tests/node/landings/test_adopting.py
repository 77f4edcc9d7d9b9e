"""A mirror becomes the home by its owner's key; what the old home says afterwards does not count."""

import dataclasses
from dataclasses import replace

import pytest

from keys.ed25519 import PrivateKey
from keys.statements import equivocation
from keys.statements.landing import open_landing, seal_landing
from keys.statements.project import open_chain
from mic.workspace.verify import Verifier
from node.access.model import Elsewhere
from node.accounts import verbs as accounts
from node.accounts.model import NotAPerson
from node.kernel.parties import ANONYMOUS
from node.landings import adopting
from node.landings import verbs as landings
from node.landings.model import NotAccepted
from node.projects import identity
from node.projects.model import NotHeld, OrderedHere, ProjectMoved
from tests.support.drafts import a_draft, a_landing
from tests.support.followers import (
    accept,
    documents_of,
    followed,
    groups_of,
    send_contents,
    take,
)
from tests.support.forges import a_forge, a_project, an_account


@pytest.fixture
async def three(tmp_path):
    """A home with a book of three landings, and two mirrors of it."""
    for name in ("home", "next", "other"):
        (tmp_path / name).mkdir()
    async with (
        a_forge(tmp_path / "home") as home,
        a_forge(tmp_path / "next") as heir,
        a_forge(tmp_path / "other") as other,
    ):
        ada = await an_account(home)
        book = await a_project(home, ada)
        for number in range(3):
            await a_landing(home, ada, book, {"a.txt": b"%d\n" % number})
        copies = [await followed(home, one, book) for one in (heir, other)]
        yield home, ada, book, (heir, copies[0]), (other, copies[1])


async def adopted(home, ada, heir, copy, handle="zoe"):
    """The project in its new home, and who has it there."""
    zoe = await an_account(heir, handle)
    made = await adopting.adopt(heir, copy.id, home.keys.person(ada.did), zoe)
    return zoe, made


async def test_a_mirror_takes_no_landings_and_an_adopted_one_does(three):
    home, ada, book, (heir, copy), _ = three
    zoe = await an_account(heir, "zoe")
    draft = await a_draft(heir, zoe, copy, {"a.txt": b"mine\n"})
    with pytest.raises(Elsewhere):
        await landings.land(heir, zoe.party, copy, draft)
    _, made = await adopted(home, ada, heir, copy)
    assert (made.id, made.address, made.is_mirror) == (book.id, "zoe/book", False)
    landing = await a_landing(heir, zoe, made, {"a.txt": b"mine\n"}, base=3)
    assert landing.position == 4
    for position in range(1, 5):
        assert (await landings.detail(heir, ANONYMOUS, made, position)).verified


async def test_the_whole_history_verifies_with_both_homes(three):
    home, ada, book, (heir, copy), _ = three
    zoe, made = await adopted(home, ada, heir, copy)
    await a_landing(heir, zoe, made, {"b.txt": b"more\n"})
    documents = await documents_of(heir, made)
    tenures = open_chain(documents).tenures
    assert [(one.home, one.after.position) for one in tenures] == [
        (home.node.did, 0),
        (heir.node.did, 3),
    ]
    verifier = Verifier(documents, book.id)
    for group in await groups_of(heir, made):
        for raw in (group.envelope, group.contribution, group.listed, group.transcript):
            verifier.accept(raw)
    assert verifier.finish().position == 4


async def test_a_workspace_finds_the_project_by_its_id(three):
    home, ada, _, (heir, copy), _ = three
    account, handle = copy.address.split("/")
    assert (await identity.get(heir, ANONYMOUS, account, handle, copy.id)).is_mirror
    _, made = await adopted(home, ada, heir, copy)
    with pytest.raises(ProjectMoved) as moved:
        await identity.get(heir, ANONYMOUS, account, handle, copy.id)
    assert (moved.value.details["account"], moved.value.details["project"]) == ("zoe", made.handle)


async def test_only_the_owners_key_gives_a_project_away(three):
    home, ada, _, (heir, copy), _ = three
    zoe = await an_account(heir, "zoe")
    for key in (PrivateKey.from_seed(b"e" * 32), heir.keys.person(zoe.did), home.node.key):
        with pytest.raises(adopting.NotTheOwner):
            await adopting.adopt(heir, copy.id, key, zoe)
    with pytest.raises(NotHeld):
        await adopting.adopt(heir, "mic:z" + "1" * 44, home.keys.person(ada.did), zoe)
    remote = await accounts.get(heir, copy.account)
    with pytest.raises(NotAPerson):
        await adopting.adopt(heir, copy.id, home.keys.person(ada.did), remote)


async def proofs_of(forge):
    found = await forge.db.read(
        lambda tx: tx.execute("select proof from equivocations order by position").fetchall()
    )
    return [equivocation.decode(proof) for (proof,) in found]


async def test_mirrors_follow_the_new_home_and_keep_what_the_old_one_signed_too_late(three):
    home, ada, book, (heir, copy), (other, theirs) = three
    for number in (4, 5):
        await a_landing(home, ada, book, {f"late-{number}.txt": b"x"})
    await send_contents(home, other, book, theirs)
    await accept(other, theirs, await groups_of(home, book))
    zoe, made = await adopted(home, ada, heir, copy)
    await a_landing(heir, zoe, made, {"b.txt": b"more\n"})

    now = await take(other, await documents_of(heir, made), book.id)
    assert (now.home, now.account) == (heir.node.did, f"zoe@{zoe.did[-8:]}")
    assert (await landings.head(other, ANONYMOUS, now)).position == 3
    await send_contents(heir, other, made, now)
    assert (await accept(other, now, await groups_of(heir, made))).position == 4

    late = await groups_of(home, book, 4)
    for group in late:
        with pytest.raises(NotAccepted) as refused:
            await accept(other, now, [group])
        assert refused.value.code == "landing.outlived"
    proofs = await proofs_of(other)
    assert [(one.position, one.signer) for one in proofs] == [
        (4, home.node.did),
        (5, home.node.did),
    ]
    assert [one.records[0] for one in proofs] == [group.envelope for group in late]


async def test_older_documents_change_nothing_and_the_new_home_mirrors_nobody(three):
    home, ada, book, (heir, copy), (other, _) = three
    _, made = await adopted(home, ada, heir, copy)
    now = await take(other, await documents_of(heir, made), book.id)
    assert await take(other, await documents_of(home, book), book.id) == now
    with pytest.raises(OrderedHere):
        await take(heir, await documents_of(home, book), book.id)
    with pytest.raises(OrderedHere):
        await take(heir, await documents_of(heir, made), book.id)


async def test_a_line_that_the_new_home_does_not_go_on_from_is_forgotten(three, tmp_path):
    home, ada, book, (heir, copy), _ = three
    groups = await groups_of(home, book)
    record, _ = open_landing(groups[2].envelope)
    rival = replace(record, landed_at=record.landed_at + 1)
    lied_to = dataclasses.replace(groups[2], envelope=seal_landing(rival, home.node.key))
    (tmp_path / "fourth").mkdir()
    async with a_forge(tmp_path / "fourth") as fourth:
        theirs = await take(fourth, await documents_of(home, book), book.id)
        await send_contents(home, fourth, book, theirs)
        await accept(fourth, theirs, [*groups[:2], lied_to])
        _, made = await adopted(home, ada, heir, copy)
        now = await take(fourth, await documents_of(heir, made), book.id)
        assert (await landings.head(fourth, ANONYMOUS, now)).position == 0
        (proof,) = await proofs_of(fourth)
        assert (proof.position, proof.records[0]) == (3, lied_to.envelope)
        await accept(fourth, now, await groups_of(heir, made))
        assert await landings.log(fourth, ANONYMOUS, now) == await landings.log(
            heir, ANONYMOUS, made
        )


async def test_an_old_home_becomes_a_mirror_of_the_new_one(three):
    home, ada, book, (heir, copy), _ = three
    await a_landing(home, ada, book, {"late.txt": b"x"})
    zoe, made = await adopted(home, ada, heir, copy)
    await a_landing(heir, zoe, made, {"b.txt": b"more\n"})
    now = await take(home, await documents_of(heir, made), book.id)
    assert (now.key, now.home) == (book.key, heir.node.did)
    assert (await landings.head(home, ANONYMOUS, now)).position == 3
    await send_contents(heir, home, made, now)
    assert (await accept(home, now, await groups_of(heir, made))).position == 4
    with pytest.raises(Elsewhere):
        await a_landing(home, ada, now, {"mine.txt": b"x"})
