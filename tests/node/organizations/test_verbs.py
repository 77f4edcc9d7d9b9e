"""People act for an organization by their roles; somebody always can."""

import pytest

from keys.statements.project import open_chain
from node.access.model import BadRole, NoMember, NotAllowed, SignInRequired
from node.accounts import verbs as accounts
from node.accounts.model import BadHandle, HandleTaken
from node.audit import verbs as audit
from node.kernel.parties import ANONYMOUS
from node.organizations import verbs as organizations
from node.organizations.model import LastAdmin, NoOrganization, NotEmpty
from node.projects import rules
from node.projects import verbs as projects
from node.projects.model import NewProject
from tests.support.forges import an_account, the_keeper
from tests.support.roles import GUILD, a_guild, acting


@pytest.fixture
async def people(forge):
    found = {handle: await an_account(forge, handle) for handle in ("olga", "otto", "ivy", "bob")}
    await a_guild(forge, found)
    return found


async def roles(forge, who):
    return [(one.handle, one.role) for one in await organizations.members(forge, who, GUILD)]


async def test_who_makes_an_organization_is_its_admin(forge):
    ada = await an_account(forge, "ada")
    made = await organizations.create(forge, ada.party, "circle", "The Circle")
    assert (made.handle, made.name, made.role) == ("circle", "The Circle", "admin")
    assert await organizations.listed(forge, ada.party) == [made]
    assert (await accounts.get(forge, "CIRCLE")).is_organization


async def test_an_organization_shares_the_names_of_accounts(forge):
    ada = await an_account(forge, "ada")
    with pytest.raises(HandleTaken):
        await organizations.create(forge, ada.party, "Ada")
    with pytest.raises(BadHandle):
        await organizations.create(forge, ada.party, "settings")
    with pytest.raises(SignInRequired):
        await organizations.create(forge, ANONYMOUS, "circle")


async def test_members_see_and_only_admins_change(forge, people):
    otto, bob = people["otto"].party, people["bob"].party
    assert await roles(forge, otto) == [("olga", "admin"), ("otto", "member")]
    for refused in (
        organizations.update(forge, otto, GUILD, "Ours"),
        organizations.set_role(forge, otto, GUILD, "otto", "admin"),
        organizations.remove(forge, otto, GUILD, "olga"),
        organizations.delete(forge, otto, GUILD),
        organizations.get(forge, bob, GUILD),
        organizations.members(forge, bob, GUILD),
        organizations.leave(forge, bob, GUILD),
    ):
        with pytest.raises(NotAllowed):
            await refused
    assert (await organizations.update(forge, people["olga"].party, GUILD, "Ours")).name == "Ours"


@pytest.mark.usefixtures("people")
async def test_the_admin_of_the_node_is_a_stranger_to_an_organization(forge):
    keeper = await the_keeper(forge)
    with pytest.raises(NotAllowed):
        await organizations.get(forge, keeper.party, GUILD)


async def test_a_person_is_no_organization(forge, people):
    with pytest.raises(NoOrganization):
        await organizations.get(forge, people["olga"].party, "otto")


async def test_the_last_admin_stays(forge, people):
    olga = people["olga"].party
    for refused in (
        organizations.leave(forge, olga, GUILD),
        organizations.remove(forge, olga, GUILD, "olga"),
        organizations.set_role(forge, olga, GUILD, "OLGA", "member"),
    ):
        with pytest.raises(LastAdmin):
            await refused
    await organizations.set_role(forge, olga, GUILD, "otto", "admin")
    await organizations.leave(forge, olga, GUILD)
    assert await roles(forge, people["otto"].party) == [("otto", "admin")]


async def test_two_admins_who_leave_at_once_do_not_both_get_away(forge, people):
    import asyncio

    olga, otto = people["olga"].party, people["otto"].party
    await organizations.set_role(forge, olga, GUILD, "otto", "admin")
    left = await asyncio.gather(
        organizations.leave(forge, olga, GUILD),
        organizations.leave(forge, otto, GUILD),
        return_exceptions=True,
    )
    assert sorted(type(one) for one in left if one) == [LastAdmin]


async def test_a_role_is_one_of_two_and_for_members(forge, people):
    olga = people["olga"].party
    with pytest.raises(BadRole):
        await organizations.set_role(forge, olga, GUILD, "otto", "god")
    with pytest.raises(NoMember):
        await organizations.set_role(forge, olga, GUILD, "bob", "admin")


async def test_its_projects_are_signed_with_its_own_key(forge, people):
    olga = await acting(forge, people["olga"])
    made = await projects.create(forge, olga, GUILD, NewProject("book", visibility="public"))
    chain = open_chain(await projects.documents(forge, olga, made))
    assert chain.current.owner == (await accounts.get(forge, GUILD)).did
    assert chain.id == made.id


async def test_members_make_no_projects(forge, people):
    otto = await acting(forge, people["otto"])
    with pytest.raises(NotAllowed):
        await projects.create(forge, otto, GUILD, NewProject("book"))


async def test_it_goes_when_nothing_is_left_of_its_projects(forge, people, clock):
    olga = await acting(forge, people["olga"])
    await projects.create(forge, olga, GUILD, NewProject("book"))
    with pytest.raises(NotEmpty):
        await organizations.delete(forge, olga, GUILD)
    await projects.delete(forge, olga, GUILD, "book")
    with pytest.raises(NotEmpty):
        await organizations.delete(forge, olga, GUILD)
    clock.move(rules.GRACE_MS)
    await forget_all(forge)
    await organizations.delete(forge, olga, GUILD)
    assert await organizations.listed(forge, people["otto"].party) == []
    await organizations.create(forge, people["bob"].party, GUILD)


async def forget_all(forge):
    from node.kernel import jobs
    from node.projects import jobs as project_jobs

    while (job := await forge.db.write(lambda tx: jobs.take(tx, forge.now()))) is not None:
        await project_jobs.forget(forge, job)


async def test_what_happens_is_in_the_audit_log(forge, people):
    olga = people["olga"].party
    await organizations.set_role(forge, olga, GUILD, "otto", "admin")
    await organizations.remove(forge, olga, GUILD, "otto")
    keeper = await the_keeper(forge)
    told = [row.action for row in await audit.listed(forge, keeper.party, limit=3)]
    assert told[:2] == ["member.removed", "member.set"]
    assert await audit.first_broken(forge) is None
