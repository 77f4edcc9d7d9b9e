"""Housekeeping keeps what any row names, and lets go of the rest."""

from node.daemon import housekeeping
from node.kernel import jobs
from node.kernel.events import Event
from store import collect
from store.records import encode
from tests.support.wire import blob, session_id

ORPHAN = blob(b"nobody names me")


async def seal(forge):
    await forge.db.write(lambda tx: jobs.enqueue(tx, housekeeping.SEAL, {}, 0))
    job = await forge.db.write(lambda tx: jobs.take(tx, forge.now()))
    await housekeeping.FEATURE.jobs[housekeeping.SEAL](forge, job)


async def collect_twice(forge):
    """Once to doubt, once to remove."""
    for _ in range(3):
        await collect.collect(forge.objects, housekeeping.roots, forge.now() // 1000, grace=0)


async def everything_of(world):
    landings = (await world.owner.get(f"{world.path}/records?from=1")).records()
    return landings | (await world.owner.get(f"{world.path}/checkout")).records()


async def test_what_a_project_needs_stays_through_sealing_and_collecting(world):
    changes = world.hand.landing(session_id(8), {"more.txt": b"more\n"}, base=1)
    assert (await world.owner.post(f"{world.path}/landings", changes.body())).status == 201
    before = await everything_of(world)
    await seal(world.forge)
    assert (await world.forge.objects.stats()).small == 0
    await collect_twice(world.forge)
    assert await everything_of(world) == before
    assert len((await world.door.get(f"{world.path}/document")).json["documents"]) == 1


async def test_what_nothing_names_is_let_go(world):
    await world.owner.post(f"{world.path}/objects", encode(ORPHAN))
    await collect_twice(world.forge)
    answer = await world.owner.post(f"{world.path}/objects/missing", ORPHAN.digest)
    assert answer.body == ORPHAN.digest


async def test_sealing_is_owed_after_every_so_many_landings(forge):
    follow = housekeeping.FEATURE.subscribers["housekeeping"]
    for position, owed in ((199, 0), (200, 1), (200, 1)):
        await follow(forge, Event(1, "landing.landed", 1, {"position": position}, 0))
        assert (await forge.db.read(jobs.counts))["waiting"] == owed
