"""An account says which models its projects name; what they named before stays."""

import dataclasses

import pytest

from node.access.model import NoProject, NotAllowed, SignInRequired
from node.audit import verbs as audit
from node.closings import verbs as closings
from node.forks import verbs as forks
from node.forks.model import NewFork
from node.invitations import verbs as invitations
from node.kernel.parties import ANONYMOUS
from node.llms import verbs as llms
from node.llms.model import BadModels, Llms, UnsupportedModel
from node.projects import moves
from node.projects import verbs as projects
from node.projects.model import NewProject, ProjectChanges
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account, the_keeper
from tests.support.roles import GUILD, a_guild, acting

TWO = ("m-1", "m-2")


@pytest.fixture
async def people(forge):
    found = {one: await an_account(forge, one) for one in ("olga", "otto", "ivy", "ada")}
    await a_guild(forge, found)
    return found


@pytest.fixture
async def olga(forge, people):
    """The guild's admin, whose list is of two."""
    who = await acting(forge, people["olga"])
    await llms.update(forge, who, GUILD, TWO, "m-1")
    return who


async def test_a_list_is_changed_in_part_and_the_audit_says_which_part(forge, people):
    who = people["olga"].party
    assert await llms.get(forge, who, GUILD) == Llms()
    assert await llms.update(forge, who, GUILD, TWO) == Llms(TWO)
    assert await llms.update(forge, who, "GUILD", default="m-2") == Llms(TWO, "m-2")
    assert await llms.update(forge, who, GUILD, TWO, "m-2") == Llms(TWO, "m-2")
    deeds = await audit.listed(forge, (await the_keeper(forge)).party)
    told = [one.metadata for one in deeds if one.action == "account.models-changed"]
    assert told == [
        {"handle": GUILD, "changed": ["llm_default_model"]},
        {"handle": GUILD, "changed": ["llm_models"]},
    ]


async def test_the_default_stays_in_the_list(forge, olga):
    with pytest.raises(BadModels):
        await llms.update(forge, olga, GUILD, ["m-2"])
    with pytest.raises(BadModels):
        await llms.update(forge, olga, GUILD, default="m-3")
    assert await llms.get(forge, olga, GUILD) == Llms(TWO, "m-1")
    assert await llms.update(forge, olga, GUILD, ["m-2"], "") == Llms(("m-2",))


async def test_who_acts_for_an_account_sees_its_list_and_its_admins_change_it(forge, people, olga):
    otto, ada, keeper = people["otto"].party, people["ada"].party, await the_keeper(forge)
    assert await llms.get(forge, otto, GUILD) == await llms.get(forge, olga, GUILD)
    for who, refusal in (
        (ANONYMOUS, SignInRequired),
        (ada, NotAllowed),
        (keeper.party, NotAllowed),
    ):
        with pytest.raises(refusal):
            await llms.get(forge, who, GUILD)
    for who, refusal in ((ANONYMOUS, SignInRequired), (ada, NotAllowed), (otto, NotAllowed)):
        with pytest.raises(refusal):
            await llms.update(forge, who, GUILD, [])
    assert await llms.update(forge, ada, "ada", ["m-3"]) == Llms(("m-3",))


async def test_a_token_of_one_project_reads_no_list_of_the_account(forge, people):
    book = await a_project(forge, people["ada"])
    limited = dataclasses.replace(people["ada"].party, only=book.key)
    for refused in (llms.get(forge, limited, "ada"), llms.update(forge, limited, "ada", [])):
        with pytest.raises(NotAllowed):
            await refused
    assert await projects.llms_of(forge, limited, book) == Llms()


async def test_a_new_project_takes_the_default_and_none_but_what_is_allowed(forge, olga):
    made = await projects.create(forge, olga, GUILD, NewProject("book"))
    chosen = await projects.create(forge, olga, GUILD, NewProject("tome", llm_model="m-2"))
    assert (made.llm_model, chosen.llm_model) == ("m-1", "m-2")
    with pytest.raises(UnsupportedModel):
        await projects.create(forge, olga, GUILD, NewProject("shelf", llm_model="m-3"))
    with pytest.raises(NoProject):
        await projects.get(forge, olga, GUILD, "shelf")


async def test_a_project_changes_to_none_but_what_is_allowed(forge, olga):
    await projects.create(forge, olga, GUILD, NewProject("book"))
    with pytest.raises(UnsupportedModel):
        await projects.update(forge, olga, GUILD, "book", ProjectChanges(llm_model="m-3"))
    after = await projects.update(forge, olga, GUILD, "book", ProjectChanges(llm_model="m-2"))
    assert after.llm_model == "m-2"
    erased = await projects.update(forge, olga, GUILD, "book", ProjectChanges(llm_model=""))
    assert erased.llm_model == ""


async def test_a_project_keeps_a_model_that_is_no_longer_allowed(forge, olga):
    await projects.create(forge, olga, GUILD, NewProject("book", llm_model="m-2"))
    await llms.update(forge, olga, GUILD, ["m-1"])
    same = ProjectChanges(description="About it.", llm_model="m-2")
    kept = await projects.update(forge, olga, GUILD, "book", same)
    assert (kept.description, kept.llm_model) == ("About it.", "m-2")
    assert not (await projects.llms_of(forge, olga, kept)).allows(kept.llm_model)


async def test_a_fork_whose_model_is_not_allowed_takes_the_default(forge, people, olga):
    ada = people["ada"]
    for handle, model in (("book", "m-9"), ("tome", "m-2")):
        new = NewProject(handle, visibility="public", llm_model=model)
        origin = await projects.create(forge, ada.party, "ada", new)
        await a_landing(forge, ada, origin, {"a.py": b"one\n"})
        made = await forks.fork(forge, olga, origin, NewFork(account=GUILD))
        assert made.llm_model == {"book": "m-1", "tome": "m-2"}[handle]


async def test_a_project_that_is_given_away_or_brought_back_keeps_its_model(forge, people, olga):
    new = NewProject("book", visibility="public", llm_model="m-9")
    await projects.create(forge, people["olga"].party, "olga", new)
    done = await invitations.transfer(forge, olga, "olga", "book", GUILD)
    assert (done.project.account, done.project.llm_model) == (GUILD, "m-9")
    await projects.delete(forge, olga, GUILD, "book")
    assert (await moves.restore(forge, olga, GUILD, "book")).llm_model == "m-9"


async def test_the_list_of_an_account_ends_with_it(forge, people, clock):
    ada = people["ada"]
    await llms.update(forge, ada.party, "ada", ["m-1"])
    due = (await closings.ask(forge, ada.party)).due_at
    clock.move(due - clock())
    await forge.db.write(lambda tx: closings.close(forge, tx, ada.key))
    assert await forge.db.read(lambda tx: llms.of(tx, ada.key)) == Llms()
