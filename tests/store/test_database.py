"""Works that wait together share one transaction, and one that fails falls out alone."""

import asyncio
import sqlite3

import pytest

from store.database import Database, Tx
from store.errors import DiskFull


@pytest.fixture
def migrations(tmp_path):
    directory = tmp_path / "migrations"
    directory.mkdir()
    (directory / "0001_notes.sql").write_text(
        "-- notes; not more\ncreate table notes (n integer primary key, text text not null) strict;\n"
    )
    return directory


@pytest.fixture
async def db(tmp_path, migrations):
    opened = await Database.open(tmp_path / "node.db", migrations)
    yield opened
    await opened.close()


def note(n: int, text: str = "a"):
    def work(tx: Tx) -> int:
        tx.execute("insert into notes (n, text) values (?, ?)", (n, text))
        return n

    return work


def count(tx: Tx) -> int:
    return tx.execute("select count(*) from notes").fetchone()[0]


async def test_a_write_returns_its_value_and_stays_after_reopening(tmp_path, migrations):
    first = await Database.open(tmp_path / "node.db", migrations)
    assert await first.write(note(1)) == 1
    await first.close()
    again = await Database.open(tmp_path / "node.db", migrations)
    assert await again.read(count) == 1
    await again.close()


async def test_one_failing_work_falls_out_alone(db):
    await db.write(note(7))
    outcomes = await asyncio.gather(
        *(db.write(note(n)) for n in (1, 7, 2, 7, 3)), return_exceptions=True
    )
    kept = [o for o in outcomes if isinstance(o, int)]
    assert kept == [1, 2, 3]
    assert [type(o) for o in outcomes if not isinstance(o, int)] == [sqlite3.IntegrityError] * 2
    assert await db.read(count) == 4


async def test_waiting_works_share_a_transaction(db):
    commits = []
    await db._writer.run(lambda tx: tx.set_trace_callback(commits.append))
    await asyncio.gather(*(db.write(note(n)) for n in range(50)))
    assert commits.count("commit") < 50
    assert await db.read(count) == 50


async def test_a_reader_sees_a_snapshot_and_cannot_write(db):
    await db.write(note(1))
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await db.read(note(2))
    assert await db.read(count) == 1


async def test_a_failed_work_leaves_nothing(db):
    def half(tx: Tx) -> None:
        note(1)(tx)
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await db.write(half)
    assert await db.read(count) == 0


async def test_a_full_disk_is_named_and_earlier_rows_stay(db):
    await db.write(note(1))
    pages = await db.read(lambda tx: tx.execute("pragma page_count").fetchone()[0])
    limit = f"pragma max_page_count = {pages + 2}"
    await db._writer.run(lambda tx: tx.execute(limit).fetchall())
    with pytest.raises(DiskFull):
        await db.write(note(2, "x" * 100_000))
    assert await db.write(note(3)) == 3
    assert await db.read(count) == 2


async def test_more_readers_than_connections_all_answer(db):
    assert await asyncio.gather(*(db.read(count) for _ in range(20))) == [0] * 20


@pytest.mark.usefixtures("db")
async def test_migrations_are_applied_once_and_in_order(tmp_path, migrations):
    (migrations / "0002_more.sql").write_text(
        "alter table notes add column at integer not null default 0;\n"
        "insert into notes (n, text) values (9, 'semicolon; inside');\n"
    )
    for _ in range(2):
        again = await Database.open(tmp_path / "node.db", migrations)
        assert await again.read(count) == 1
        await again.close()


async def test_a_broken_migration_changes_nothing(tmp_path, migrations):
    (migrations / "0002_broken.sql").write_text("create table a (b integer);\ncreate nonsense;\n")
    with pytest.raises(sqlite3.OperationalError, match="nonsense"):
        await Database.open(tmp_path / "b.db", migrations)
    with sqlite3.connect(tmp_path / "b.db") as raw:
        names = {name for (name,) in raw.execute("select name from sqlite_master")}
    raw.close()
    assert "a" not in names
