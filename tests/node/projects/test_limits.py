"""An account has so many projects and so many bytes, and no way round it; an admin may say more."""

import dataclasses

import pytest

from node.accounts import verbs as accounts
from node.holdings import verbs as holdings
from node.kernel.errors import Denied, Invalid
from node.kernel.limits import Limits
from node.organizations import verbs as organizations
from node.organizations.model import OrganizationLimit
from node.projects import moves
from node.projects import verbs as projects
from node.projects.model import NewProject, ProjectLimit, StorageLimit
from store.records import Kind, make
from tests.node.imports.test_importing import bring
from tests.support.drafts import a_landing
from tests.support.forges import a_forge, a_project, an_account, the_keeper
from tests.support.gits import long
from tests.support.roles import acting


@pytest.fixture
async def small(tmp_path, clock):
    """A node where an account may have two projects, 4,000 bytes and one organization."""
    limits = Limits(projects_per_account=2, bytes_per_account=4000, organizations_per_account=1)
    async with a_forge(tmp_path / "data", now=clock, limits=limits) as forge:
        yield forge


def noise(number, size=1500):
    """Bytes that no compression makes smaller."""
    import random

    return random.Random(number).randbytes(size)


async def batches(*contents):
    yield [make(Kind.BLOB, content) for content in contents]


async def test_the_project_limit_counts_for_making_and_bringing_back(small):
    ada = await an_account(small, "ada")
    for handle in ("one", "two"):
        await a_project(small, ada, handle)
    with pytest.raises(ProjectLimit):
        await a_project(small, ada, "three")
    await projects.delete(small, ada.party, "ada", "one")
    await a_project(small, ada, "three")
    with pytest.raises(ProjectLimit):
        await moves.restore(small, ada.party, "ada", "one")


async def test_an_admin_of_the_node_gives_an_account_limits_of_its_own(small):
    keeper, ada = await the_keeper(small), await an_account(small, "ada")
    with pytest.raises(Denied):
        await accounts.set_limits(small, ada.party, "ada", 100, None)
    with pytest.raises(Invalid):
        await accounts.set_limits(small, keeper.party, "ada", -1, None)
    await accounts.set_limits(small, keeper.party, "ada", 3, None)
    for handle in ("one", "two", "three"):
        await a_project(small, ada, handle)
    with pytest.raises(ProjectLimit):
        await a_project(small, ada, "four")
    await accounts.set_limits(small, keeper.party, "keeper", 0, None)
    with pytest.raises(ProjectLimit):
        await a_project(small, await accounts.get(small, "keeper"), "any")


async def test_storage_is_counted_where_it_comes_in_and_refused_when_it_is_full(small):
    ada = await an_account(small, "ada")
    book, tome = await a_project(small, ada, "book"), await a_project(small, ada, "tome")
    await holdings.receive(small, ada.party, book, batches(noise(1), noise(2)))
    with pytest.raises(StorageLimit):
        await holdings.receive(small, ada.party, tome, batches(noise(3)))
    with pytest.raises(StorageLimit):
        await a_landing(small, ada, tome, {"noise": noise(3)})
    assert await a_landing(small, ada, tome, {"little": b"x"})


async def test_what_was_kept_before_the_limit_need_not_come_again(small):
    ada = await an_account(small, "ada")
    book = await a_project(small, ada, "book")

    async def two_batches():
        yield [make(Kind.BLOB, noise(1))]
        yield [make(Kind.BLOB, noise(2)), make(Kind.BLOB, noise(3))]

    with pytest.raises(StorageLimit):
        await holdings.receive(small, ada.party, book, two_batches())
    ids = [make(Kind.BLOB, noise(number)).digest for number in (1, 2, 3)]
    assert await holdings.missing(small, ada.party, book, ids) == ids[1:]


async def test_the_nodes_owner_has_no_limits_unless_told(small):
    keeper = await the_keeper(small)
    made = [await a_project(small, keeper, handle) for handle in ("one", "two", "three")]
    await holdings.receive(small, keeper.party, made[0], batches(noise(1), noise(2), noise(3)))
    await accounts.set_limits(small, keeper.party, "keeper", None, 4000)
    with pytest.raises(StorageLimit):
        await holdings.receive(small, keeper.party, made[1], batches(noise(4)))


async def test_organizations_are_no_way_round_the_limits(small):
    ada = await an_account(small, "ada")
    await organizations.create(small, ada.party, "guild")
    with pytest.raises(OrganizationLimit):
        await organizations.create(small, await acting(small, ada), "club")
    for handle in ("one", "two"):
        await projects.create(small, await acting(small, ada), "guild", NewProject(handle))
    with pytest.raises(ProjectLimit):
        await projects.create(small, await acting(small, ada), "guild", NewProject("three"))


async def test_a_limit_below_what_there_is_takes_nothing_away(small):
    keeper, ada = await the_keeper(small), await an_account(small, "ada")
    book = await a_project(small, ada, "book")
    await accounts.set_limits(small, keeper.party, "ada", 0, 0)
    assert await projects.listed(small, ada.party, "ada") == [book]
    assert dataclasses.asdict(await accounts.get(small, "ada"))["most_projects"] == 0


async def test_a_history_of_git_counts_as_anything_else_does(small, tmp_path):
    ada = await an_account(small, "ada")
    book = await a_project(small, ada, "book")
    gits = long(tmp_path / "a.git", 1)
    gits.main(gits.commit({"noise": noise(1, 9000)}, gits.line()[-1], message=b"Much\n"))
    with pytest.raises(StorageLimit):
        await bring(small, ada, book, gits)
