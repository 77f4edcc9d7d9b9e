"""Landing is allowed as things stand in its own transaction, to the keys that the author has."""

import dataclasses

import pytest

from keys.ed25519 import PrivateKey
from node.access.model import NoProject, NotAllowed, ScopeMissing, SignInRequired
from node.audit import verbs as audit
from node.kernel.errors import Denied
from node.kernel.parties import ANONYMOUS
from node.landings import verbs as landings
from node.projects import verbs as projects
from node.projects.model import ProjectChanges
from node.sessions import verbs as sessions
from node.sessions.model import NewSession, NotActive, Status
from node.signin import rules as signin_rules
from node.signin import verbs as signin
from tests.support.drafts import a_draft, a_landing
from tests.support.forges import a_project, an_account, the_keeper

FILES = {"a": b"1\n", "b/c": b"2\n"}


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def book(forge, ada):
    return await a_project(forge, ada)


async def test_the_owner_lands_and_the_session_and_the_audit_log_know(forge, ada, book):
    landing = await a_landing(forge, ada, book, FILES)
    session = await sessions.get(forge, ANONYMOUS, book, landing.session)
    assert (session.status, session.position) == (Status.LANDED, 1)
    newest, *_ = await audit.listed(forge, (await the_keeper(forge)).party, limit=1)
    assert (newest.action, newest.handle) == ("session.landed", "ada")
    assert newest.metadata == {"session": landing.session, "position": 1}


async def test_nobody_else_lands(forge, ada, book):
    bob = await an_account(forge, "bob")
    draft = await a_draft(forge, ada, book, FILES)
    reader = dataclasses.replace(ada.party, scopes=frozenset({"read"}))
    for who, refusal in [
        (ANONYMOUS, SignInRequired),
        (bob.party, NotAllowed),
        ((await the_keeper(forge)).party, NotAllowed),
        (reader, ScopeMissing),
    ]:
        with pytest.raises(refusal):
            await landings.land(forge, who, book, draft)
    assert (await landings.head(forge, ANONYMOUS, book)).position == 0


async def test_a_project_that_was_deleted_meanwhile_takes_no_landing(forge, ada, book):
    draft = await a_draft(forge, ada, book, FILES)
    await projects.delete(forge, ada.party, "ada", "book")
    with pytest.raises(NoProject):
        await landings.land(forge, ada.party, book, draft)


async def test_a_project_that_was_hidden_meanwhile_still_takes_its_owners_landing(forge, ada, book):
    draft = await a_draft(forge, ada, book, FILES)
    hidden = ProjectChanges(visibility="private")
    await projects.update(forge, ada.party, "ada", "book", hidden)
    assert (await landings.land(forge, ada.party, book, draft)).position == 1


async def test_a_registered_device_signs_and_a_revoked_one_does_not(forge, ada, book):
    device = PrivateKey.from_seed(b"d" * 32)
    with pytest.raises(Denied) as refused:
        await a_landing(forge, ada, book, FILES, key=device)
    assert refused.value.code == "landing.unknown-key"
    proof = device.sign(signin_rules.registration(forge.node.did, "ada"))
    await signin.register_key(forge, ada.party, device.did, "laptop", proof)
    landing = await a_landing(forge, ada, book, FILES, key=device)
    assert landing.author_did == device.did
    await signin.revoke_key(forge, ada.party, device.did)
    with pytest.raises(Denied):
        await a_landing(forge, ada, book, {"a": b"3\n"}, key=device)
    assert (await landings.detail(forge, ANONYMOUS, book, 1)).verified


async def test_the_key_of_another_person_signs_nothing_for_me(forge, ada, book):
    bob = await an_account(forge, "bob")
    with pytest.raises(Denied):
        await a_landing(forge, ada, book, FILES, key=forge.keys.person(bob.did))


async def test_an_abandoned_session_does_not_land_and_leaves_nothing(forge, ada, book):
    draft = await a_draft(forge, ada, book, FILES)
    await sessions.start(forge, ada.party, book, NewSession(goal="x", id=draft.session.id))
    await sessions.abandon(forge, ada.party, book, draft.session.id)
    with pytest.raises(NotActive):
        await landings.land(forge, ada.party, book, draft)
    assert (await landings.head(forge, ANONYMOUS, book)).position == 0


async def test_landings_of_a_private_project_are_not_there_for_outsiders(forge, ada):
    hidden = await a_project(forge, ada, "diary", visibility="private")
    await a_landing(forge, ada, hidden, FILES)
    for attempt in (
        landings.head(forge, ANONYMOUS, hidden),
        landings.log(forge, ANONYMOUS, hidden),
        landings.get(forge, ANONYMOUS, hidden, 1),
        landings.detail(forge, ANONYMOUS, hidden, 1),
        landings.last_touch(forge, ANONYMOUS, hidden, 1, ["a"]),
    ):
        with pytest.raises(NoProject):
            await attempt


async def test_a_project_that_is_forgotten_takes_its_landings_along(forge, ada, book):
    kept = await a_project(forge, ada, "kept")
    for project in (book, kept):
        await a_landing(forge, ada, project, FILES)
    await forge.db.write(lambda tx: tx.execute("delete from projects where key = ?", (book.key,)))

    def left(tx):
        tables = ("landings", "path_touches", "sessions")
        return {
            project
            for table in tables
            for (project,) in tx.execute(f"select distinct project from {table}")
        }

    assert await forge.db.read(left) == {kept.key}
