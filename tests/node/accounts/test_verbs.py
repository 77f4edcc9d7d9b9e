"""The first account owns the node; each has a key of its own; a handle belongs to one person."""

import pytest

from keys.did import public_key
from node.access.model import NotAllowed, SignInRequired
from node.accounts import verbs as accounts
from node.accounts.model import BadHandle, HandleTaken, NoAccount
from node.audit import verbs as audit
from node.kernel import events
from node.kernel.parties import ANONYMOUS
from tests.support.forges import an_account, the_keeper


async def test_the_first_account_is_made_by_nobody_and_owns_the_node(forge):
    assert await accounts.owner(forge) is None
    ada = await accounts.create(forge, ANONYMOUS, "Ada")
    assert ada.is_admin
    assert ada.name == "Ada"
    assert ada.created_at == forge.now()
    assert await accounts.owner(forge) == ada == await accounts.get(forge, "aDA")


async def test_the_second_account_takes_an_admin(forge):
    keeper = await the_keeper(forge)
    with pytest.raises(SignInRequired):
        await accounts.create(forge, ANONYMOUS, "bob")
    bob = await accounts.create(forge, keeper.party, "bob", "Bob B.")
    assert (bob.is_admin, bob.name) == (False, "Bob B.")
    with pytest.raises(NotAllowed):
        await accounts.create(forge, bob.party, "eve")


async def test_a_person_gets_a_key_that_the_node_holds(forge):
    ada, bob = await an_account(forge, "ada"), await an_account(forge, "bob")
    assert ada.did != bob.did
    key = forge.keys.person(ada.did)
    public_key(ada.did).verify(key.sign(b"hello"), b"hello")


async def test_a_taken_handle_is_refused_whatever_its_capitals_and_leaves_no_trace(forge):
    keeper, ada = await the_keeper(forge), await an_account(forge, "ada")
    before = await forge.db.read(lambda tx: events.after(tx, 0))
    with pytest.raises(HandleTaken):
        await accounts.create(forge, keeper.party, "ADA")
    assert await forge.db.read(lambda tx: events.after(tx, 0)) == before
    assert await accounts.get(forge, "ada") == ada


async def test_a_bad_handle_is_refused_before_anything_is_made(forge, tmp_path):
    with pytest.raises(BadHandle):
        await accounts.create(forge, ANONYMOUS, "admin")
    assert list(tmp_path.rglob("accounts/*.key")) == []


async def test_nobody_has_an_unknown_handle(forge):
    with pytest.raises(NoAccount) as missing:
        await accounts.get(forge, "nobody-here")
    assert missing.value.code == "account.missing"


async def test_a_free_handle_is_numbered_past_the_taken_ones(forge):
    assert await accounts.free_handle(forge, "Ada@example.org") == "ada"
    await an_account(forge, "ada")
    await an_account(forge, "ada-1")
    assert await accounts.free_handle(forge, "Ada@example.org") == "ada-2"


async def test_an_account_is_looked_up_by_key_and_did(forge):
    ada = await an_account(forge, "ada")
    assert await forge.db.read(lambda tx: accounts.find_key(tx, ada.key)) == ada
    assert await forge.db.read(lambda tx: accounts.find_did(tx, ada.did)) == ada
    with pytest.raises(NoAccount):
        await forge.db.read(lambda tx: accounts.find_key(tx, 999))


async def test_making_an_account_is_told_to_the_log_and_to_subscribers(forge):
    keeper, ada = await the_keeper(forge), await an_account(forge, "ada")
    newest, _ = await audit.listed(forge, keeper.party)
    assert (newest.handle, newest.action) == ("keeper", "account.created")
    assert newest.metadata == {"handle": "ada", "did": ada.did}
    told = await forge.db.read(lambda tx: events.after(tx, 0))
    assert [event.kind for event in told] == ["account.created", "account.created"]
