"""The audit log names who did what, is read by admins, and shows tampering in the database."""

import pytest

from node.access.model import NotAllowed
from node.audit import verbs as audit
from node.kernel.errors import Invalid
from node.kernel.parties import ANONYMOUS, Party
from store.errors import DatabaseUnusable
from tests.support.forges import a_project, an_account, the_keeper


async def deeds(forge, count=5):
    who = Party(account=1, handle="ada", token=3)
    for n in range(count):
        await forge.db.write(lambda tx, n=n: audit.append(tx, who, 7, "tried", {"n": n}, n))


async def test_a_deed_is_listed_with_who_when_and_through_which_token(forge):
    keeper = await the_keeper(forge)
    await deeds(forge, 1)
    row, *_ = await audit.listed(forge, keeper.party)
    assert (row.account, row.handle, row.token, row.project) == (1, "ada", 3, 7)
    assert (row.action, row.metadata, row.at) == ("tried", {"n": 0}, 0)


async def test_the_log_is_for_admins(forge):
    ada = await an_account(forge, "ada")
    with pytest.raises(NotAllowed):
        await audit.listed(forge, ada.party)


async def test_the_log_is_listed_in_pages_newest_first(forge):
    keeper = await the_keeper(forge)
    await deeds(forge)
    first = await audit.listed(forge, keeper.party, limit=2)
    second = await audit.listed(forge, keeper.party, before=first[-1].seq, limit=2)
    assert [row.seq for row in first + second] == [6, 5, 4, 3]
    with pytest.raises(Invalid):
        await audit.listed(forge, keeper.party, limit=-1)


async def test_nobody_in_particular_can_have_done_something(forge):
    await forge.db.write(lambda tx: audit.append(tx, ANONYMOUS, None, "tried", {}, 1))
    assert await audit.first_broken(forge) is None


async def test_a_deed_that_falls_out_of_its_transaction_leaves_no_gap(forge):
    await deeds(forge, 2)

    def fail(tx):
        audit.append(tx, ANONYMOUS, None, "tried", {}, 1)
        raise ValueError

    with pytest.raises(ValueError):
        await forge.db.write(fail)
    await deeds(forge, 1)
    assert await audit.first_broken(forge) is None


TAMPERINGS = {
    "update audit set metadata = '{\"n\":99}' where seq = 3": 3,
    "update audit set handle = 'eve' where seq = 2": 2,
    "update audit set at = at + 1 where seq = 1": 1,
    "update audit set hash = zeroblob(32) where seq = 5": 5,
    "update audit set project = null where seq = 4": 4,
    "delete from audit where seq = 2": 2,
    "delete from audit where seq = 5": 5,
    "delete from audit": 1,
    "insert into audit (action, metadata, at, hash) values ('x', '{}', 0, zeroblob(32))": 6,
}


@pytest.mark.parametrize("statement", TAMPERINGS)
async def test_tampering_in_the_database_is_found_at_its_row(forge, statement):
    await deeds(forge)
    assert await audit.first_broken(forge) is None
    await forge.db.write(lambda tx: tx.execute(statement))
    assert await audit.first_broken(forge) == TAMPERINGS[statement]


async def test_the_log_outlives_the_project_that_it_speaks_of(forge):
    ada = await an_account(forge, "ada")
    project = await a_project(forge, ada)
    await forge.db.write(lambda tx: tx.execute("delete from projects"))
    rows = await forge.db.read(lambda tx: audit.of_project(tx, project.key, None, 50))
    assert [row.action for row in rows] == ["project.created"]


async def test_reading_cannot_write(forge):
    with pytest.raises(DatabaseUnusable, match="readonly"):
        await forge.db.read(lambda tx: audit.append(tx, ANONYMOUS, None, "tried", {}, 1))
