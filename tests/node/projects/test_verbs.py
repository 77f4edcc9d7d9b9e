"""A project is its signed document; its name belongs to one account; outsiders see no private one."""

import asyncio
import dataclasses

import pytest

from keys.statements.project import genesis_id, open_chain, open_project
from node.access.model import NoProject, NotAllowed, ScopeMissing, SignInRequired
from node.accounts.model import NoAccount
from node.audit import verbs as audit
from node.kernel import events, jobs
from node.kernel.limits import Limits
from node.kernel.parties import ANONYMOUS
from node.projects import jobs as project_jobs
from node.projects import rules
from node.projects import verbs as projects
from node.projects.model import (
    BadProject,
    NewProject,
    ProjectChanges,
    ProjectLimit,
    ProjectTaken,
)
from tests.support.forges import a_forge, a_project, an_account, the_keeper

PRIVATE = ProjectChanges(visibility="private")


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def bob(forge):
    return await an_account(forge, "bob")


async def kinds(forge):
    return [event.kind for event in await forge.db.read(lambda tx: events.after(tx, 0))]


# Create


async def test_a_project_is_named_by_the_genesis_that_its_owner_signed(forge, ada):
    project = await a_project(forge, ada, visibility="private")
    (envelope,) = await projects.documents(forge, ada.party, project)
    document, signer = open_project(envelope)
    assert project.id == genesis_id(envelope)
    assert signer == document.owner == ada.did
    assert document.home == forge.node.did
    assert (document.name, document.visibility) == ("book", "private")
    assert document.previous is None


async def test_two_projects_of_one_name_have_different_ids(forge, ada, bob):
    one, two = await a_project(forge, ada), await a_project(forge, bob)
    assert one.id != two.id


async def test_a_project_is_found_by_name_id_and_key(forge, ada):
    project = await a_project(forge, ada, "Book")
    assert await projects.get(forge, ANONYMOUS, "ADA", "bOOk") == project
    assert await projects.by_id(forge, ANONYMOUS, project.id) == project
    assert await projects.by_key(forge, ANONYMOUS, project.key) == project
    assert project.address == "ada/Book"


async def test_a_taken_name_is_refused_whatever_its_capitals(forge, ada):
    await a_project(forge, ada, "book")
    with pytest.raises(ProjectTaken):
        await a_project(forge, ada, "BOOK")
    assert (await kinds(forge)).count("project.created") == 1


async def test_of_two_who_take_a_name_at_once_one_gets_it(forge, ada):
    tries = [a_project(forge, ada) for _ in range(4)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert [type(answer) for answer in answers].count(ProjectTaken) == 3


async def test_nobody_makes_a_project_in_the_namespace_of_another(forge, ada, bob):
    keeper = await the_keeper(forge)
    for who, refusal in [
        (ANONYMOUS, SignInRequired),
        (bob.party, NotAllowed),
        (keeper.party, NotAllowed),
        (dataclasses.replace(ada.party, scopes=frozenset({"read"})), ScopeMissing),
    ]:
        with pytest.raises(refusal):
            await projects.create(forge, who, "ada", NewProject("book"))
    with pytest.raises(NoAccount):
        await projects.create(forge, ada.party, "nobody", NewProject("book"))
    assert "project.created" not in await kinds(forge)


async def test_a_bad_field_is_refused(forge, ada):
    for new in (NewProject("a b"), NewProject("a", visibility="x"), NewProject("a", name="\x00")):
        with pytest.raises(BadProject):
            await projects.create(forge, ada.party, "ada", new)


async def test_an_account_has_a_limit_of_projects_and_the_nodes_owner_has_none(tmp_path):
    async with a_forge(tmp_path, limits=Limits(projects_per_account=2)) as forge:
        ada, keeper = await an_account(forge, "ada"), await the_keeper(forge)
        for handle in ("one", "two"):
            await a_project(forge, ada, handle)
        with pytest.raises(ProjectLimit) as refused:
            await a_project(forge, ada, "three")
        assert refused.value.details == {"limit": 2}
        await projects.delete(forge, ada.party, "ada", "one")
        await a_project(forge, ada, "three")
        for handle in ("one", "two", "three"):
            await a_project(forge, keeper, handle)


# See


async def test_a_private_project_is_not_there_for_outsiders(forge, ada, bob):
    project = await a_project(forge, ada, visibility="private")
    keeper = await the_keeper(forge)
    for who in (ANONYMOUS, bob.party, keeper.party):
        refusals = []
        for attempt in (
            projects.get(forge, who, "ada", "book"),
            projects.get(forge, who, "ada", "not-there"),
            projects.by_id(forge, who, project.id),
            projects.by_key(forge, who, project.key),
            projects.documents(forge, who, project),
            projects.history(forge, who, project),
            projects.update(forge, who, "ada", "book", ProjectChanges(name="x")),
            projects.delete(forge, who, "ada", "book"),
        ):
            with pytest.raises(NoProject) as hidden:
                await attempt
            refusals.append((hidden.value.code, str(hidden.value), hidden.value.details))
        assert all(refusal == refusals[0] for refusal in refusals)
    assert await projects.get(forge, ada.party, "ada", "book") == project


async def test_a_list_shows_what_the_asker_may_see_by_handle(forge, ada, bob):
    for handle, visibility in [("zoo", "public"), ("Diary", "private"), ("atlas", "public")]:
        await a_project(forge, ada, handle, visibility=visibility)
    for who, handles in [
        (ada.party, ["atlas", "Diary", "zoo"]),
        (bob.party, ["atlas", "zoo"]),
        (ANONYMOUS, ["atlas", "zoo"]),
    ]:
        assert [found.handle for found in await projects.listed(forge, who, "ada")] == handles
    with pytest.raises(NoAccount):
        await projects.listed(forge, ANONYMOUS, "nobody")


async def test_the_newest_visible_projects_are_listed_in_pages(forge, ada, bob):
    for n in range(3):
        await a_project(forge, ada, f"open-{n}")
        await a_project(forge, bob, f"hidden-{n}", visibility="private")
    page = await projects.visible(forge, ANONYMOUS, limit=2)
    rest = await projects.visible(forge, ANONYMOUS, limit=2, before=page[-1].key)
    assert [found.handle for found in page + rest] == ["open-2", "open-1", "open-0"]
    own = await projects.visible(forge, bob.party)
    assert [found.handle for found in own][:2] == ["hidden-2", "open-2"]


# Update


async def test_a_new_visibility_chains_a_document_that_the_owner_signed(forge, ada, clock):
    project = await a_project(forge, ada)
    clock.move(5)
    after = await projects.update(forge, ada.party, "ada", "book", PRIVATE)
    envelopes = await projects.documents(forge, ada.party, after)
    chain = open_chain(envelopes)
    assert (after.id, after.visibility) == (project.id, "private")
    assert (chain.id, chain.current.visibility) == (project.id, "private")
    assert len(envelopes) == 2
    assert after.document != project.document
    assert after.updated_at == project.updated_at + 5
    with pytest.raises(NoProject):
        await projects.get(forge, ANONYMOUS, "ada", "book")


async def test_every_version_is_kept_and_follows_the_one_before(forge, ada):
    project = await a_project(forge, ada)
    for n in range(4):
        await projects.update(forge, ada.party, "ada", "book", ProjectChanges(name=f"Book {n}"))
    envelopes = await projects.documents(forge, ada.party, project)
    assert len(envelopes) == 5
    assert open_chain(envelopes).current.name == "Book 3"


async def test_a_handle_is_in_the_document_and_a_description_is_not(forge, ada):
    project = await a_project(forge, ada)
    about = ProjectChanges(description="About it.")
    described = await projects.update(forge, ada.party, "ada", "book", about)
    assert described.document == project.document
    after = await projects.update(forge, ada.party, "ada", "book", ProjectChanges(handle="tome"))
    said = open_chain(await projects.documents(forge, ada.party, after)).current
    assert (said.account, said.handle) == ("ada", "tome")
    assert (after.handle, after.description, after.name) == ("tome", "About it.", "book")
    assert await projects.get(forge, ANONYMOUS, "ada", "tome") == after
    with pytest.raises(NoProject):
        await projects.get(forge, ANONYMOUS, "ada", "book")
    erased = await projects.update(forge, ada.party, "ada", "tome", ProjectChanges(description=""))
    assert erased.description == ""


async def test_url_and_model_are_kept_changed_and_erased_but_not_signed(forge, ada):
    new = NewProject("book", url="https://book.example/", llm_model="m-1")
    project = await projects.create(forge, ada.party, "ada", new)
    assert (project.url, project.llm_model) == ("https://book.example/", "m-1")
    changes = ProjectChanges(url="", llm_model="m-2")
    after = await projects.update(forge, ada.party, "ada", "book", changes)
    assert (after.url, after.llm_model, after.document) == ("", "m-2", project.document)
    with pytest.raises(BadProject):
        await projects.create(forge, ada.party, "ada", NewProject("tome", url="data:,x"))


async def test_a_project_takes_no_name_of_another_but_changes_its_own_capitals(forge, ada):
    await a_project(forge, ada, "book")
    await a_project(forge, ada, "tome")
    with pytest.raises(ProjectTaken):
        await projects.update(forge, ada.party, "ada", "book", ProjectChanges(handle="Tome"))
    after = await projects.update(forge, ada.party, "ada", "book", ProjectChanges(handle="Book"))
    assert after.handle == "Book"


async def test_only_the_owner_changes_or_deletes_a_public_project(forge, ada, bob):
    project = await a_project(forge, ada)
    reader = dataclasses.replace(ada.party, scopes=frozenset({"read"}))
    for who, refusal in [
        (ANONYMOUS, SignInRequired),
        (bob.party, NotAllowed),
        (reader, ScopeMissing),
    ]:
        for attempt in (
            projects.update(forge, who, "ada", "book", PRIVATE),
            projects.delete(forge, who, "ada", "book"),
            projects.history(forge, who, project),
        ):
            with pytest.raises(refusal):
                await attempt
    assert await projects.get(forge, ANONYMOUS, "ada", "book") == project


# Delete


async def test_a_deleted_project_is_gone_for_all_and_its_name_is_free(forge, ada):
    project = await a_project(forge, ada)
    await projects.delete(forge, ada.party, "ada", "book")
    for attempt in (
        projects.get(forge, ada.party, "ada", "book"),
        projects.by_id(forge, ada.party, project.id),
        projects.delete(forge, ada.party, "ada", "book"),
    ):
        with pytest.raises(NoProject):
            await attempt
    assert await projects.listed(forge, ada.party, "ada") == []
    assert await projects.visible(forge, ada.party) == []
    assert (await a_project(forge, ada)).id != project.id


async def test_what_was_deleted_is_forgotten_after_seven_days(forge, ada, clock):
    project = await a_project(forge, ada)
    await projects.delete(forge, ada.party, "ada", "book")

    async def run_due():
        job = await forge.db.write(lambda tx: jobs.take(tx, forge.now()))
        if job is not None:
            await project_jobs.FEATURE.jobs[job.kind](forge, job)
            await forge.db.write(lambda tx: jobs.finish(tx, job))

    async def rows():
        return await forge.db.read(
            lambda tx: [
                tx.execute("select count(*) from projects").fetchone()[0],
                tx.execute("select count(*) from project_documents").fetchone()[0],
            ]
        )

    clock.move(rules.GRACE_MS - 1)
    await run_due()
    assert await rows() == [1, 1]
    clock.move(1)
    await run_due()
    assert await rows() == [0, 0]
    assert (await a_project(forge, ada)).key > project.key


async def test_every_document_is_known_to_the_collector_until_it_is_forgotten(forge, ada):
    project = await a_project(forge, ada)
    after = await projects.update(forge, ada.party, "ada", "book", PRIVATE)
    await projects.delete(forge, ada.party, "ada", "book")
    known = await forge.db.read(projects.document_ids)
    assert set(known) == {project.document, after.document}


async def test_forgetting_spares_a_project_that_is_not_deleted(forge, ada, clock):
    project = await a_project(forge, ada)
    clock.move(10 * rules.GRACE_MS)
    owed = {"project": project.key}
    await forge.db.write(lambda tx: jobs.enqueue(tx, rules.FORGET, owed, 0))
    job = await forge.db.write(lambda tx: jobs.take(tx, forge.now()))
    await project_jobs.forget(forge, job)
    assert await projects.by_key(forge, ada.party, project.key) == project


# What others learn


async def test_each_change_is_in_the_audit_log_and_told_to_subscribers(forge, ada):
    project = await a_project(forge, ada)
    await projects.update(forge, ada.party, "ada", "book", PRIVATE)
    updated, created = await projects.history(forge, ada.party, project)
    assert (created.action, created.handle) == ("project.created", "ada")
    assert (updated.action, updated.metadata["changed"]) == ("project.updated", ["visibility"])
    await projects.delete(forge, ada.party, "ada", "book")
    assert (await kinds(forge))[-3:] == ["project.created", "project.updated", "project.deleted"]
    (newest, *_) = await audit.listed(forge, (await the_keeper(forge)).party, limit=1)
    assert (newest.action, newest.project) == ("project.deleted", project.key)
    assert await audit.first_broken(forge) is None


async def test_a_project_that_changed_meanwhile_is_judged_as_it_is_now(forge, ada, bob):
    from node.access.model import Action

    project = await a_project(forge, ada)

    async def now(who):
        return await forge.db.read(lambda tx: projects.current(tx, who, project, Action.READ))

    assert await now(bob.party) == project
    await projects.update(forge, ada.party, "ada", "book", PRIVATE)
    with pytest.raises(NoProject):
        await now(bob.party)
    await projects.delete(forge, ada.party, "ada", "book")
    with pytest.raises(NoProject):
        await now(ada.party)


async def test_a_project_is_still_there_when_the_node_starts_again(tmp_path):
    async with a_forge(tmp_path) as forge:
        ada = await an_account(forge, "ada")
        project = await a_project(forge, ada)
    async with a_forge(tmp_path) as again:
        assert await projects.get(again, ANONYMOUS, "ada", "book") == project
        after = await projects.update(again, ada.party, "ada", "book", PRIVATE)
        assert open_chain(await projects.documents(again, ada.party, after)).id == project.id
