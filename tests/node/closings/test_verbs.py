"""An account is closed after seven days unless it is taken back, and then nothing opens it."""

import dataclasses

import pytest

from node.access.model import NoProject, PersonRequired
from node.accounts import verbs as accounts
from node.accounts.model import HandleTaken, NoAccount
from node.audit import verbs as audit
from node.closings import verbs as closings
from node.closings.jobs import close
from node.closings.model import CannotClose, NotClosing
from node.devices import flow
from node.devices import verbs as devices
from node.devices.model import BadGrant, Caller
from node.kernel import jobs
from node.kernel.errors import Missing
from node.kernel.parties import ANONYMOUS
from node.landings import verbs as landings
from node.organizations import verbs as organizations
from node.projects import members, moves
from node.projects import verbs as projects
from node.signin import verbs as signin
from node.signin.model import BadToken
from node.stars import verbs as stars
from tests.support.drafts import a_draft
from tests.support.forges import a_project, an_account, the_keeper


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


async def due(forge):
    """Do the job of closing, if it is due."""
    job = await forge.db.write(lambda tx: jobs.take(tx, forge.now()))
    while job is not None:
        if job.kind == closings.CLOSE:
            await close(forge, job)
        done = job
        await forge.db.write(lambda tx, done=done: jobs.finish(tx, done))
        job = await forge.db.write(lambda tx: jobs.take(tx, forge.now()))


async def test_it_takes_seven_days(forge, ada, clock):
    asked = await closings.ask(forge, ada.party)
    assert asked.due_at == clock() + 7 * closings.DAY_MS
    clock.move(closings.DELAY_MS - 1)
    await due(forge)
    assert await accounts.get(forge, "ada") == ada
    assert await closings.ask(forge, ada.party) == asked
    clock.move(1)
    await due(forge)
    with pytest.raises(NoAccount):
        await accounts.get(forge, "ada")


async def test_it_can_be_taken_back_until_then(forge, ada, clock):
    await closings.ask(forge, ada.party)
    await closings.undo(forge, ada.party)
    with pytest.raises(NotClosing):
        await closings.undo(forge, ada.party)
    clock.move(closings.DELAY_MS)
    await due(forge)
    assert await accounts.get(forge, "ada") == ada


async def test_who_asks_again_after_taking_it_back_waits_seven_days_anew(forge, ada, clock):
    await closings.ask(forge, ada.party)
    await closings.undo(forge, ada.party)
    clock.move(closings.DAY_MS)
    await closings.ask(forge, ada.party)
    clock.move(6 * closings.DAY_MS)
    await due(forge)
    assert await accounts.get(forge, "ada") == ada
    clock.move(closings.DAY_MS)
    await due(forge)
    with pytest.raises(NoAccount):
        await accounts.get(forge, "ada")


async def test_nothing_opens_a_closed_account(forge, ada, clock):
    caller = Caller("mic")
    cookie = await signin.redeem_link(forge, await signin.make_link(forge, ada))
    token = await signin.make_token(forge, ada, "laptop", ["write"])
    link = await signin.make_link(forge, ada)
    started = await flow.start(forge, caller, "mic@shed", None)
    await devices.answer(forge, ada.party, started.user_code, is_approved=True)
    issued = await flow.exchange(forge, caller, started.device_code)
    await closings.ask(forge, ada.party)
    clock.move(closings.DELAY_MS)
    await due(forge)
    assert await signin.session_party(forge, cookie) == ANONYMOUS
    for secret in (token, issued.access):
        with pytest.raises(BadToken):
            await signin.token_party(forge, secret)
    with pytest.raises(BadGrant):
        await flow.refresh(forge, caller, issued.refresh)
    with pytest.raises(Exception, match="sign-in link"):
        await signin.redeem_link(forge, link)
    with pytest.raises(Missing):
        forge.keys.person(ada.did)


async def test_its_projects_go_its_landings_elsewhere_and_its_handle_stay(forge, ada, clock):
    bob = await an_account(forge, "bob")
    diary, shared = await a_project(forge, ada, "diary"), await a_project(forge, bob, "shared")
    await members.set_member(forge, bob.party, shared, "ada", "writer")
    draft = await a_draft(forge, ada, shared, {"a": b"a"}, goal="Plant it")
    await landings.land(forge, await acting(forge, ada), shared, draft)
    await closings.ask(forge, ada.party)
    clock.move(closings.DELAY_MS)
    await due(forge)
    with pytest.raises(NoProject):
        await projects.get(forge, bob.party, "ada", "diary")
    assert (await landings.get(forge, bob.party, shared, 1)).author == "ada"
    assert [one.handle for one in await members.members(forge, bob.party, shared)] == []
    with pytest.raises(HandleTaken):
        await accounts.create(forge, (await the_keeper(forge)).party, "ada")
    rows = await audit.listed(forge, (await the_keeper(forge)).party)
    assert {"account.closing", "account.closed", "project.deleted"} <= {row.action for row in rows}
    assert await audit.first_broken(forge) is None
    assert diary.key


async def test_the_keeper_and_the_only_admin_of_an_organization_hand_over_first(forge, ada, clock):
    keeper, bob = await the_keeper(forge), await an_account(forge, "bob")
    with pytest.raises(CannotClose):
        await closings.ask(forge, keeper.party)
    await organizations.create(forge, ada.party, "guild")
    with pytest.raises(CannotClose) as refused:
        await closings.ask(forge, ada.party)
    assert "guild" in refused.value.message
    await a_member(forge, ada, bob, "admin")
    await closings.ask(forge, ada.party)
    await organizations.set_role(forge, await acting(forge, ada), "guild", "bob", "member")
    clock.move(closings.DELAY_MS)
    await due(forge)
    assert (await closings.prospect(forge, ada.party)).obstacles
    await organizations.set_role(forge, await acting(forge, ada), "guild", "bob", "admin")
    clock.move(closings.DAY_MS)
    await due(forge)
    with pytest.raises(NoAccount):
        await accounts.get(forge, "ada")
    bobs = await acting(forge, bob)
    assert [one.handle for one in await organizations.members(forge, bobs, "guild")] == ["bob"]


async def acting(forge, account):
    from tests.support.roles import acting

    return await acting(forge, account)


async def a_member(forge, admin, account, role):
    from node.invitations import verbs as invitations

    who = await acting(forge, admin)
    asked = await invitations.invite(forge, who, "guild", account.handle, role)
    await invitations.accept(forge, await acting(forge, account), asked.key)


async def test_a_token_closes_no_account(forge, ada):
    who = dataclasses.replace(ada.party, scopes=frozenset({"write"}), token=1)
    for attempt in (
        closings.ask(forge, who),
        closings.undo(forge, who),
        closings.prospect(forge, who),
    ):
        with pytest.raises(PersonRequired):
            await attempt


async def test_deleted_projects_of_a_closed_account_cannot_be_brought_back(forge, ada, clock):
    await a_project(forge, ada, "diary")
    await closings.ask(forge, ada.party)
    clock.move(closings.DELAY_MS)
    await due(forge)
    with pytest.raises(NoAccount):
        await moves.restore(forge, ada.party, "ada", "diary")


async def test_its_stars_go_with_it(forge, ada, clock):
    bob = await an_account(forge, "bob")
    book = await a_project(forge, bob)
    await stars.set_star(forge, ada.party, book)
    await closings.ask(forge, ada.party)
    clock.move(closings.DELAY_MS)
    await due(forge)
    assert (await stars.standing(forge, ANONYMOUS, book)).stars == 0
