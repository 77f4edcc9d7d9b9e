"""What was sent to a project is held by it: over restarts, until it is collected or forgotten."""

import io
import random

import pytest

from keys.statements import transcript as transcripts
from keys.statements.descriptor import Descriptor
from keys.statements.transcript import Transcript
from node.access.model import NoProject
from node.daemon import housekeeping
from node.daemon.features import FEATURES
from node.holdings import verbs as holdings
from node.kernel import jobs
from node.landings import jobs as landing_jobs
from node.landings import verbs as landings
from node.landings.model import Draft, SessionDraft
from node.projects import verbs as projects
from store import changes as change_lists
from store import contents
from store.changes import Change
from store.collect import GRACE, collect
from store.digest import digest_of
from store.records import Kind, make
from store.tree import Entry, Mode
from tests.support.drafts import a_landing
from tests.support.forges import a_forge, a_project, an_account
from tests.support.sending import upload

RECORDS = [make(Kind.BLOB, b"%d" % n) for n in range(3)]
IDS = [record.digest for record in RECORDS]
WORKERS = {kind: worker for feature in FEATURES for kind, worker in feature.jobs.items()}


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def book(forge, ada):
    return await a_project(forge, ada)


async def missing(forge, ada, project, ids=IDS):
    return await holdings.missing(forge, ada.party, project, ids)


def counted(tx):
    return dict(tx.execute("select project, count(*) from holdings group by project"))


async def collect_all(forge, clock):
    """Collect as the node does, often enough to doubt and to remove."""
    for _ in range(4):
        await WORKERS[housekeeping.COLLECT](forge, None)
        clock.move((GRACE + 1) * 1000)


async def test_what_was_sent_to_a_project_is_missing_in_every_other(forge, ada, book):
    other = await a_project(forge, ada, "other")
    await upload(forge, ada, book, RECORDS[:2])
    assert await missing(forge, ada, book) == IDS[2:]
    assert await missing(forge, ada, other) == IDS


async def test_the_missing_are_named_once_and_in_the_order_asked(forge, ada, book):
    await upload(forge, ada, book, RECORDS[1:2])
    assert await missing(forge, ada, book, [*IDS[::-1], *IDS]) == [IDS[2], IDS[0]]


async def test_many_are_asked_for_at_once(forge, ada, book):
    records = [make(Kind.BLOB, b"%d" % n) for n in range(1500)]
    await upload(forge, ada, book, records)
    unknown = [digest_of(b"unknown %d" % n) for n in range(1500)]
    asked = [one for pair in zip((r.digest for r in records), unknown, strict=True) for one in pair]
    assert await missing(forge, ada, book, asked) == unknown


async def test_a_restart_forgets_nothing(tmp_path):
    async with a_forge(tmp_path) as forge:
        ada = await an_account(forge)
        book = await a_project(forge, ada)
        await upload(forge, ada, book, RECORDS)
    async with a_forge(tmp_path) as forge:
        assert await missing(forge, ada, book) == []


async def test_a_project_that_is_forgotten_takes_its_holdings_along(forge, ada, book):
    kept = await a_project(forge, ada, "kept")
    for project in (book, kept):
        await upload(forge, ada, project, RECORDS)
    await projects.delete(forge, ada.party, "ada", "book")
    with pytest.raises(NoProject):
        await upload(forge, ada, book, RECORDS)
    await forge.db.write(lambda tx: tx.execute("delete from projects where key = ?", (book.key,)))
    assert await forge.db.read(counted) == {kept.key: 3}


async def test_a_project_of_the_same_name_inherits_nothing(forge, ada, book):
    await upload(forge, ada, book, RECORDS)
    await projects.delete(forge, ada.party, "ada", "book")
    assert await missing(forge, ada, await a_project(forge, ada)) == IDS


async def test_what_is_collected_is_held_by_nobody(forge, clock, ada, book):
    other = await a_project(forge, ada, "other")
    await a_landing(forge, ada, book, {"kept": b"0"})
    for project in (book, other):
        await upload(forge, ada, project, RECORDS)
    await collect_all(forge, clock)
    # The landing's content and its change list; of what was sent, what the landing names.
    assert await forge.db.read(counted) == {book.key: 2, other.key: 1}
    assert await missing(forge, ada, book) == IDS[1:]
    await upload(forge, ada, book, RECORDS)
    assert await missing(forge, ada, book) == []
    assert await missing(forge, ada, other) == IDS[1:]


async def test_what_is_doubted_is_missing_until_it_is_sent_again_to_any_project(forge, ada, book):
    other = await a_project(forge, ada, "other")
    for project in (book, other):
        await upload(forge, ada, project, RECORDS)
    await collect(forge.objects, housekeeping.roots, 1, grace=0)
    await collect(forge.objects, housekeeping.roots, 2, grace=10)
    assert await missing(forge, ada, book) == IDS
    await upload(forge, ada, other, RECORDS)
    assert await missing(forge, ada, book) == []


# A data directory of before


def older(tx):
    """Make of a database what a node without holdings would have left."""
    tx.execute("drop table holdings")
    tx.execute("delete from migrations where number = 32")


async def work(forge):
    """Do the jobs that are owed."""
    while job := await forge.db.write(lambda tx: jobs.take(tx, forge.now())):
        await WORKERS[job.kind](forge, job)
        await forge.db.write(lambda tx, done=job: jobs.finish(tx, done))


async def land_large(forge, ada, book):
    """Land a file of several chunks; return the ids of all its objects."""
    data = random.Random(1).randbytes(5 << 20)
    records = list(contents.records_of(io.BytesIO(data), len(data)))
    await upload(forge, ada, book, records)
    entry = Entry(Mode.FILE, records[-1].digest, len(data))
    encoded = change_lists.encode([Change("large", None, entry)])
    session = SessionDraft(forge.ids.session(), "large", 1, 1)
    said = transcripts.encode(Transcript(session.id, "large", (), ()))
    listed = make(Kind.BLOB, encoded)
    described = Descriptor(listed.digest, len(encoded))
    draft = Draft(0, session, described, said, None, {listed.digest: (listed, encoded)})
    await landings.land(forge, ada.party, book, draft)
    return [listed.digest, *(record.digest for record in records)]


async def test_an_older_data_directory_comes_to_hold_what_landed(tmp_path):
    async with a_forge(tmp_path) as forge:
        ada = await an_account(forge)
        book, other = await a_project(forge, ada), await a_project(forge, ada, "other")
        empty = await a_project(forge, ada, "empty")
        for n in range(120):
            await a_landing(forge, ada, book, {f"{n}": b"%d" % n})
        parts = await land_large(forge, ada, other)
        await forge.db.write(older)
    async with a_forge(tmp_path) as forge:
        named = [digest_of(b"%d" % n) for n in range(120)]
        assert await missing(forge, ada, book, named) == named
        # It works before the job has run: what is named and missing is sent again.
        await a_landing(forge, ada, book, {"0": b"1"})
        await work(forge)
        assert await missing(forge, ada, book, named) == []
        assert await missing(forge, ada, other, [*named, *parts]) == named
        assert await missing(forge, ada, empty, named) == named
        before = await forge.db.read(counted)
        await landing_jobs.fill(forge, jobs.Job(1, landing_jobs.FILL, {"project": book.key}, 0, 0))
        assert await forge.db.read(counted) == before


async def test_a_project_that_is_gone_is_not_filled(forge):
    await landing_jobs.fill(forge, jobs.Job(1, landing_jobs.FILL, {"project": 999}, 0, 0))
    assert await forge.db.read(counted) == {}


async def test_a_new_node_owes_nothing(forge):
    assert (await forge.db.read(jobs.counts))["waiting"] == 0
