"""An invitation opens what whoever made it could open, to whom it is for, once, for a while."""

import pytest

from keys.statements.project import open_chain
from node.access.model import NoProject, NotAllowed
from node.accounts import verbs as accounts
from node.accounts.model import BadHandle, HandleTaken, NotAPerson
from node.invitations import verbs as invitations
from node.invitations.model import AlreadyMember, BadInvitationLink, NoInvitation
from node.kernel.limits import Limits
from node.organizations import verbs as organizations
from node.projects import members
from node.projects import verbs as projects
from node.projects.model import NewProject, ProjectLimit, ProjectTaken
from node.signin import verbs as signin
from tests.support.drafts import a_landing
from tests.support.forges import a_forge, a_project, an_account, the_keeper
from tests.support.roles import GUILD, a_guild, acting


@pytest.fixture
async def people(forge):
    handles = ("olga", "otto", "ivy", "bob", "ada")
    found = {handle: await an_account(forge, handle) for handle in handles}
    found["keeper"] = await the_keeper(forge)
    await a_guild(forge, found)
    return found


async def test_the_invited_sees_it_and_becomes_a_member(forge, people):
    ivy = people["ivy"].party
    (asked,) = await invitations.mine(forge, ivy)
    assert (asked.kind, asked.target, asked.role, asked.inviter) == (
        "organization",
        GUILD,
        "member",
        "olga",
    )
    await invitations.accept(forge, ivy, asked.key)
    assert [one.handle for one in await organizations.listed(forge, ivy)] == [GUILD]
    assert await invitations.mine(forge, ivy) == []
    with pytest.raises(NoInvitation):
        await invitations.accept(forge, ivy, asked.key)


async def test_nobody_else_may_answer_it(forge, people):
    (asked,) = await invitations.mine(forge, people["ivy"].party)
    for handle in ("bob", "otto", "keeper", "olga"):
        who = await acting(forge, people[handle])
        with pytest.raises(NoInvitation):
            await invitations.accept(forge, who, asked.key)
        with pytest.raises(NoInvitation):
            await invitations.decline(forge, who, asked.key)


async def test_it_expires(forge, people, clock):
    (asked,) = await invitations.mine(forge, people["ivy"].party)
    clock.move(invitations.LIFE_MS)
    assert await invitations.mine(forge, people["ivy"].party) == []
    with pytest.raises(NoInvitation):
        await invitations.accept(forge, people["ivy"].party, asked.key)


async def test_asking_again_replaces_what_was_asked(forge, people):
    olga, ivy = people["olga"].party, people["ivy"].party
    (first,) = await invitations.mine(forge, ivy)
    second = await invitations.invite(forge, olga, GUILD, "IVY", "admin")
    assert await invitations.mine(forge, ivy) == [second]
    with pytest.raises(NoInvitation):
        await invitations.accept(forge, ivy, first.key)
    await invitations.accept(forge, ivy, second.key)
    with pytest.raises(AlreadyMember):
        await invitations.invite(forge, olga, GUILD, "ivy")
    with pytest.raises(NotAPerson):
        await invitations.invite(forge, olga, GUILD, GUILD)


async def test_it_cannot_outlive_the_role_that_it_came_from(forge, people):
    olga, otto, ivy = (people[handle].party for handle in ("olga", "otto", "ivy"))
    await organizations.set_role(forge, olga, GUILD, "otto", "admin")
    asked = await invitations.invite(forge, otto, GUILD, "ivy")
    await organizations.set_role(forge, olga, GUILD, "otto", "member")
    with pytest.raises(NoInvitation):
        await invitations.accept(forge, ivy, asked.key)


async def test_admins_take_it_back(forge, people):
    (asked,) = await invitations.mine(forge, people["ivy"].party)
    for handle in ("otto", "ivy", "bob"):
        with pytest.raises(NoInvitation):
            await invitations.withdraw(forge, await acting(forge, people[handle]), asked.key)
    assert await invitations.of_organization(forge, people["olga"].party, GUILD) == [asked]
    await invitations.withdraw(forge, people["olga"].party, asked.key)
    assert await invitations.mine(forge, people["ivy"].party) == []


async def test_a_link_makes_an_account_that_is_signed_in_once(forge, people):
    keeper = people["keeper"].party
    _, secret = await invitations.invite_by_link(forge, keeper)
    with pytest.raises(HandleTaken):
        await invitations.redeem_link(forge, secret, "ada")
    with pytest.raises(BadHandle):
        await invitations.redeem_link(forge, secret, "no good")
    cookie = await invitations.redeem_link(forge, secret, "newcomer", "New Comer")
    party = await signin.session_party(forge, cookie)
    assert (party.handle, party.is_admin) == ("newcomer", False)
    assert (await accounts.get(forge, "newcomer")).name == "New Comer"
    with pytest.raises(BadInvitationLink):
        await invitations.redeem_link(forge, secret, "another")
    assert await invitations.links(forge, keeper) == []


async def test_a_link_into_an_organization_needs_both_rights(forge, people):
    keeper, olga = people["keeper"], people["olga"].party
    with pytest.raises(NotAllowed):
        await invitations.invite_by_link(forge, olga, GUILD)
    with pytest.raises(NotAllowed):
        await invitations.invite_by_link(forge, keeper.party, GUILD)
    asked = await invitations.invite(forge, olga, GUILD, "keeper", "admin")
    await invitations.accept(forge, keeper.party, asked.key)
    acts = await acting(forge, keeper)
    _, secret = await invitations.invite_by_link(forge, acts, GUILD, "member")
    party = await signin.session_party(
        forge, await invitations.redeem_link(forge, secret, "newcomer")
    )
    assert list(party.standing.organizations.values()) == ["member"]


async def test_a_link_runs_out_and_is_taken_back(forge, people, clock):
    keeper = people["keeper"].party
    made, secret = await invitations.invite_by_link(forge, keeper)
    await invitations.withdraw(forge, keeper, made.key)
    with pytest.raises(BadInvitationLink):
        await invitations.peek_link(forge, secret)
    _, secret = await invitations.invite_by_link(forge, keeper)
    clock.move(invitations.LINK_MS)
    with pytest.raises(BadInvitationLink):
        await invitations.redeem_link(forge, secret, "newcomer")


async def test_a_transfer_where_one_may_create_is_done_at_once(forge, people):
    ada = people["ada"]
    await organizations.create(forge, ada.party, "circle")
    book = await a_project(forge, ada, "book")
    await a_landing(forge, ada, book, {"a": b"a"})
    await members.set_member(forge, ada.party, book, "bob", "writer")
    done = await invitations.transfer(forge, await acting(forge, ada), "ada", "book", "circle")
    assert done.invitation is None
    assert (done.project.address, done.project.id) == ("circle/book", book.id)
    chain = open_chain(await projects.documents(forge, await acting(forge, ada), done.project))
    assert (chain.id, chain.current.owner) == (book.id, (await accounts.get(forge, "circle")).did)
    assert chain.current.policy["land"] == [chain.current.owner]
    kept = await members.members(forge, await acting(forge, ada), done.project)
    assert [(one.handle, one.role) for one in kept] == [("bob", "writer")]
    with pytest.raises(NoProject):
        await projects.get(forge, ada.party, "ada", "book")


async def test_elsewhere_it_is_offered_and_taken_by_who_may_create_there(forge, people):
    ada = people["ada"].party
    await a_project(forge, people["ada"], "book", visibility="private")
    offered = (await invitations.transfer(forge, ada, "ada", "book", GUILD)).invitation
    assert (offered.kind, offered.target, offered.invited) == ("project", "ada/book", GUILD)
    otto, olga = await acting(forge, people["otto"]), await acting(forge, people["olga"])
    assert await invitations.mine(forge, otto) == []
    with pytest.raises(NoInvitation):
        await invitations.accept(forge, otto, offered.key)
    assert await invitations.mine(forge, olga) == [offered]
    await invitations.accept(forge, olga, offered.key)
    assert (await projects.get(forge, olga, GUILD, "book")).owner != people["ada"].key
    with pytest.raises(NoProject):
        await projects.get(forge, ada, GUILD, "book")


async def test_an_offer_falls_with_what_it_offers(forge, people):
    ada, bob = people["ada"].party, people["bob"].party
    await a_project(forge, people["ada"], "book")
    offered = (await invitations.transfer(forge, ada, "ada", "book", "bob")).invitation
    await projects.delete(forge, ada, "ada", "book")
    with pytest.raises(NoInvitation):
        await invitations.accept(forge, bob, offered.key)


async def test_a_project_that_went_elsewhere_is_not_the_givers_to_give_any_more(forge, people):
    ada = people["ada"]
    await organizations.create(forge, ada.party, "circle")
    await a_project(forge, ada, "book")
    offered = (await invitations.transfer(forge, ada.party, "ada", "book", "bob")).invitation
    await invitations.transfer(forge, await acting(forge, ada), "ada", "book", "circle")
    asked = await invitations.invite(forge, ada.party, "circle", "ivy", "admin")
    await invitations.accept(forge, people["ivy"].party, asked.key)
    await organizations.leave(forge, ada.party, "circle")
    with pytest.raises(NoInvitation):
        await invitations.accept(forge, people["bob"].party, offered.key)


async def test_the_other_sides_names_and_limits_hold(tmp_path, clock):
    limits = Limits(projects_per_account=1)
    async with a_forge(tmp_path / "data", now=clock, limits=limits) as forge:
        ada, bob = await an_account(forge, "ada"), await an_account(forge, "bob")
        await a_project(forge, ada, "book")
        await a_project(forge, bob, "book")
        offered = (await invitations.transfer(forge, ada.party, "ada", "book", "bob")).invitation
        with pytest.raises(ProjectTaken):
            await invitations.accept(forge, bob.party, offered.key)
        await projects.delete(forge, bob.party, "bob", "book")
        await projects.create(forge, bob.party, "bob", NewProject("tome"))
        with pytest.raises(ProjectLimit):
            await invitations.accept(forge, bob.party, offered.key)
        await projects.delete(forge, bob.party, "bob", "tome")
        await invitations.accept(forge, bob.party, offered.key)
        assert [one.address for one in await projects.listed(forge, bob.party, "bob")] == [
            "bob/book"
        ]
