"""What came of a log before a cut is not fetched again, and is believed no more than before."""

import pytest

from node.replication import peering
from p2p import received
from p2p.client import Way, asking
from p2p.faults import NoAnswer
from p2p.portions import Portions, name
from p2p.received import Received
from tests.support.forges import a_forge
from tests.support.mirrors import a_home, pulled, seeded

LAST = 4


@pytest.fixture
async def home(tmp_path):
    async with a_home(tmp_path / "home") as made:
        for number in range(LAST):
            await made.land(**{f"file{number}": b"%d\n" % number})
        yield made


@pytest.fixture
async def holder(tmp_path):
    async with a_forge(tmp_path / "holder") as forge:
        object.__setattr__(forge, "reach_private", True)
        yield forge


@pytest.fixture
async def log(home, holder):
    """The records of the home's whole log."""
    async with asking(holder, None, Way(home.door.url)) as asked:
        path = f"/projects/{home.project.address}/records"
        return [one async for one in asked.records("GET", path, {"from": 1, "to": LAST})]


async def coming(records):
    for one in records:
        yield one


async def cut_after(records):
    async for one in coming(records):
        yield one
    raise NoAnswer("home", "it broke off")


def positions(found):
    return [group.record.position for group in found]


async def test_what_came_before_a_cut_is_there_but_for_the_position_on_its_way(home, holder, log):
    each = len(log) // LAST
    for count in range(1, len(log)):
        portions = Portions(holder, home.project.id)
        with pytest.raises(NoAnswer):
            await portions.coming(cut_after(log[:count]), "home", 1 << 20, LAST)
        here = await portions.before(1, LAST)
        assert len(here) >= (count - 1) // each
        assert positions(here) == list(range(1, len(here) + 1))
        rest = log[len(here) * each :]
        after = await portions.coming(coming(rest), "home", 1 << 20, LAST)
        assert positions([*here, *after]) == [1, 2, 3, 4]
        assert positions(await portions.before(1, LAST)) == [1, 2, 3, 4]
        await portions.clear()
        assert await portions.before(1, LAST) == []


async def test_a_portion_that_came_whole_is_there_to_its_end_and_no_further(home, holder, log):
    portions = Portions(holder, home.project.id)
    found = await portions.coming(coming(log), "home", 1, LAST)
    assert positions(found) == [1]
    assert positions(await portions.before(1, LAST)) == [1]
    assert positions(await portions.before(2, LAST)) == []


async def test_what_is_cut_off_again_and_again_fills_no_disk(home, holder, log):
    portions = Portions(holder, home.project.id)
    ahead = log[len(log) // LAST :]
    for _ in range(3):
        with pytest.raises(NoAnswer):
            await portions.coming(cut_after(ahead), "home", 1 << 20, LAST)
        assert len(received.left(holder.cache, name(home.project.id))) == 1
        assert await portions.before(1, LAST) == []
        assert received.left(holder.cache, name(home.project.id)) == []


async def left_by_a_kill(forge, project_id, records):
    async with Received(forge.cache, name(project_id), forge.objects.pool) as file:
        for one in records:
            await file.add(one)
        await file.finish(LAST)


async def test_a_pull_asks_for_no_record_that_had_come(home, holder, log, monkeypatch):
    await left_by_a_kill(holder, home.project.id, log)
    monkeypatch.delattr(Portions, "coming")
    seed = await pulled(holder, await seeded(holder, home.address))
    assert (seed.state, seed.position) == ("verified", LAST)
    assert received.left(holder.cache, name(home.project.id)) == []


async def test_what_does_not_hold_is_asked_for_again_and_nobody_is_blamed(home, holder, tmp_path):
    async with a_home(tmp_path / "other") as other:
        for number in range(LAST):
            await other.land(**{f"other{number}": b"%d\n" % number})
        async with asking(holder, None, Way(other.door.url)) as asked:
            path = f"/projects/{other.project.address}/records"
            false = [one async for one in asked.records("GET", path, {"from": 1, "to": LAST})]
    await left_by_a_kill(holder, home.project.id, false)
    seed = await pulled(holder, await seeded(holder, home.address))
    assert (seed.state, seed.position) == ("verified", LAST)
    assert [one.score for one in await peering.peers(holder)] == [0]
    assert received.left(holder.cache, name(home.project.id)) == []
