"""Works that wait together share one transaction, and one that fails falls out alone."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from store.database import Database, Tx, named
from store.errors import DatabaseDamaged, DatabaseUnusable, DiskFull


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
    with pytest.raises(DatabaseUnusable, match="readonly"):
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


def an_error_of_sqlite(code):
    fault = sqlite3.OperationalError("as SQLite says it")
    fault.sqlite_errorcode = code
    return fault


@pytest.mark.parametrize("damage", [b"not a database " * 300, bytes(8192), b"SQLite format 3\0"])
async def test_a_file_that_is_no_database_is_named(tmp_path, migrations, damage):
    path = tmp_path / "node.db"
    path.write_bytes(damage)
    with pytest.raises(DatabaseDamaged, match=r"node\.db is .*\. Restore .* from a backup\."):
        await Database.open(path, migrations)
    assert path.read_bytes() == damage


async def test_a_page_that_is_damaged_is_named_by_who_reads_it(tmp_path, migrations):
    path = tmp_path / "node.db"
    db = await Database.open(path, migrations)
    await db.write(lambda tx: [note(n, "x" * 500)(tx) for n in range(200)])
    await db.close()
    with path.open("r+b") as file:
        file.seek(4 * 4096)
        file.write(b"\xff" * 4096 * 10)
    db = await Database.open(path, migrations)
    with pytest.raises(DatabaseDamaged, match=r"node\.db is damaged: .* malformed"):
        await db.read(lambda tx: tx.execute("select text from notes").fetchall())
    with pytest.raises(DatabaseDamaged, match="Restore the data directory from a backup"):
        await db.write(lambda tx: tx.execute("delete from notes where text <> ''"))
    await db.close()


async def test_a_file_that_cannot_be_opened_is_named(tmp_path, migrations):
    (tmp_path / "node.db").mkdir()
    with pytest.raises(DatabaseUnusable, match=r"node\.db cannot be opened"):
        await Database.open(tmp_path / "node.db", migrations)


async def test_a_database_that_another_process_holds_is_named(db, tmp_path):
    other = sqlite3.connect(tmp_path / "node.db", isolation_level=None)
    other.execute("begin exclusive")
    await db._writer.run(lambda tx: tx.execute("pragma busy_timeout = 1").fetchall())
    with pytest.raises(DatabaseUnusable, match=r"node\.db is in use by another process"):
        await db.write(note(1))
    other.execute("rollback")
    other.close()
    assert await db.write(note(1)) == 1


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (sqlite3.SQLITE_FULL, DiskFull, "no room"),
        (sqlite3.SQLITE_IOERR_READ, DatabaseUnusable, "though there is room"),
        (sqlite3.SQLITE_IOERR_WRITE, DatabaseUnusable, "though there is room"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, DatabaseUnusable, "may not be written to"),
        (sqlite3.SQLITE_CORRUPT_INDEX, DatabaseDamaged, "is damaged"),
    ],
)
def test_only_a_full_disk_is_called_one(tmp_path, code, kind, said):
    told = named(an_error_of_sqlite(code), tmp_path / "node.db")
    assert type(told) is kind
    assert said in str(told)
    assert isinstance(told.__cause__, sqlite3.OperationalError)


def test_an_error_in_a_statement_stays_what_it_is(tmp_path):
    for fault in (an_error_of_sqlite(sqlite3.SQLITE_ERROR), ValueError("no")):
        assert named(fault, tmp_path / "node.db") is fault


async def test_a_database_of_a_newer_program_is_left_alone(tmp_path):
    migrations = tmp_path / "migrations"
    migrations.mkdir()
    (migrations / "0001_first.sql").write_text("create table first (n integer) strict;")
    (migrations / "0002_later.sql").write_text("create table later (n integer) strict;")
    await (await Database.open(tmp_path / "node.db", migrations)).close()
    (migrations / "0002_later.sql").unlink()
    (migrations / "0003_other.sql").write_text("create table other (n integer) strict;")
    with pytest.raises(DatabaseUnusable, match="newer version"):
        await Database.open(tmp_path / "node.db", migrations)
    with closing(sqlite3.connect(tmp_path / "node.db")) as tx:
        assert not tx.execute("select 1 from sqlite_schema where name = 'other'").fetchone()


async def test_its_version_changes_with_each_commit_and_with_nothing_else(db, tmp_path):
    first = db.version()
    await db.read(count)
    assert db.version() == first
    await db.write(note(1))
    second = db.version()
    assert second != first
    with pytest.raises(sqlite3.IntegrityError):
        await db.write(note(1))
    assert db.version() == second
    with closing(sqlite3.connect(tmp_path / "node.db", isolation_level=None)) as other:
        other.execute("insert into notes values (2, 'b')")
    assert db.version() != second
