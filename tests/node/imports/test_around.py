"""What else follows landings knows imported ones, and what git needs is not collected."""

import shutil
from dataclasses import replace

import pytest

from node.daemon import housekeeping
from node.imports import cache
from node.imports import verbs as imports
from node.kernel import events, jobs
from node.landings import verbs as landings
from node.rollups import verbs as rollups
from store.collect import collect
from tests.node.imports.test_importing import bring, fsck
from tests.support.forges import a_project, an_account
from tests.support.gits import Gits, long, odd

pytestmark = pytest.mark.slow


async def test_the_collector_keeps_what_git_needs(forge, tmp_path):
    ada = await an_account(forge)
    project = await a_project(forge, ada)
    gits = odd(tmp_path / "odd.git")
    await bring(forge, ada, project, gits)
    now = forge.now() // 1000
    for later in range(3):
        done = await collect(forge.objects, housekeeping.roots, now + later, grace=0)
    assert done.reachable
    shutil.rmtree(forge.cache)
    async with imports.repository(forge, ada.party, project) as path:
        again = Gits.__new__(Gits)
        again.path = path
        assert again.objects() == gits.objects()
        assert fsck(path) == []


async def test_rollups_are_built_of_an_imported_line(forge, tmp_path):
    ada = await an_account(forge)
    project = await a_project(forge, ada)
    await bring(forge, ada, project, long(tmp_path / "a.git", 210))
    for event in await forge.db.read(lambda tx: events.after(tx, 0)):
        for told in rollups.FEATURE.subscribers.values():
            await told(forge, event)
    job = await forge.db.write(lambda tx: jobs.take(tx, forge.now(), {"rollups.build"}))
    await rollups.FEATURE.jobs["rollups.build"](forge, job)
    found = await rollups.published(forge, ada.party, project)
    assert [(one.level, one.start) for one in found] == [(1, 1), (1, 101)]


async def test_a_batch_of_landings_is_told_once(forge, tmp_path):
    ada = await an_account(forge)
    project = await a_project(forge, ada)
    await bring(forge, ada, project, long(tmp_path / "a.git", 300))
    told = await forge.db.read(lambda tx: events.after(tx, 0))
    spans = [dict(one.data) for one in told if one.kind == "landing.imported"]
    assert spans == [{"first": 1, "last": 250}, {"first": 251, "last": 300}]


async def test_repositories_that_nobody_has_open_give_way(forge, tmp_path):
    ada = await an_account(forge)
    one, two = await a_project(forge, ada, "one"), await a_project(forge, ada, "two")
    gits = long(tmp_path / "a.git", 3)
    await bring(forge, ada, one, gits)
    await bring(forge, ada, two, gits)
    assert {path.name for path in (forge.cache / "git").iterdir()} == {
        f"{one.key}.git", f"{two.key}.git",
    }  # fmt: skip
    small = replace(forge, limits=replace(forge.limits, git_cache=0))
    async with imports.repository(small, ada.party, two) as kept:
        assert await cache.evict(small) == 1
        assert kept.exists()
    assert not cache.path_of(forge, one.key).exists()
    async with imports.repository(forge, ada.party, one) as path:
        assert fsck(path) == []
    assert (await landings.head(forge, ada.party, one)).position == 3
