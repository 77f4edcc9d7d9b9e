"""A backup is one moment of a node, whole or not there; a restore gives back what it proves."""

import hashlib
import io
import os
import shutil
import sqlite3
import stat
import tarfile
from contextlib import closing
from functools import partial

import pytest

from keys.errors import KeysFault
from node.daemon import fsck
from node.daemon.backups import archive, placing, restoring, taking
from node.daemon.backups.model import (
    MANIFEST,
    MARK,
    SIGNED,
    BackupDamaged,
    BackupExists,
    BackupRuns,
    NodeDamaged,
    NotEmpty,
)
from node.kernel.errors import Denied
from node.landings import verbs as landings
from node.projects import verbs as projects
from store import collect
from store.errors import DatabaseDamaged, DiskFull
from store.records import encode
from tests.support.forges import a_forge
from tests.support.wire import blob, session_id

LARGE = bytes(range(256)) * 600


@pytest.fixture
def data(world):
    """The node's directory, with settings."""
    found = world.forge.db.path.parent
    (found / "node.toml").write_text('name = "here"\n')
    (found / "cache").mkdir(exist_ok=True)
    (found / "cache" / "derived").write_text("can be made again")
    return found


async def land_from_packs(world, number=8, base=1):
    """Land a file whose content lies in a pack."""
    content = LARGE + bytes([number])
    assert (await world.owner.post(f"{world.path}/objects", encode(blob(content)))).status == 200
    parts = world.hand.landing(session_id(number), {f"large-{number}.bin": content}, base=base)
    assert (await world.owner.post(f"{world.path}/landings", parts.body())).status == 201


def taken(data, tmp_path):
    out = io.BytesIO()
    mark = taking.take(data, out, tmp_path / "scratch.db")
    assert not (tmp_path / "scratch.db").exists()
    return out.getvalue(), mark


def give_back(backup, place):
    with restoring.restored(io.BytesIO(backup), place) as (_, mark):
        pass
    return mark


async def test_what_is_restored_is_the_node(world, data, tmp_path, clock):
    await land_from_packs(world)
    backup, mark = taken(data, tmp_path)
    assert give_back(backup, tmp_path / "again") == mark
    assert {one.id: one.position for one in mark.projects} == {
        world.book.id: 2,
        world.diary.id: 1,
    }
    assert not (tmp_path / "again" / "cache").exists()
    assert (tmp_path / "again" / "node.toml").read_text() == 'name = "here"\n'
    async with a_forge(tmp_path / "again", now=clock) as forge:
        assert forge.node.did == world.forge.node.did == mark.node
        assert (await fsck.run(forge, repair=False)).findings == ()
        book = await projects.get(forge, world.ada.party, "ada", "book")
        head = await landings.head(forge, world.ada.party, book)
        assert (head.position, head.tree) == await world.head()
        assert forge.keys.person(world.ada.did).did == world.ada.did


async def test_nobody_else_can_read_what_was_restored(data, tmp_path):
    backup, _ = taken(data, tmp_path)
    give_back(backup, tmp_path / "again")
    for path in (tmp_path / "again").rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


async def test_any_tar_unpacks_a_node_and_sha256sum_can_check_it(world, data, tmp_path, clock):
    await land_from_packs(world)
    backup, _ = taken(data, tmp_path)
    with tarfile.open(fileobj=io.BytesIO(backup)) as found:
        # Python gained the filter in 3.11.4; Debian 12 has 3.11.2.
        found.extraction_filter = getattr(tarfile, "data_filter", None)
        found.extractall(tmp_path / "by-tar")
        manifest = (tmp_path / "by-tar" / MANIFEST).read_text()
        for line in manifest.splitlines():
            digest, _, name = line.partition("  ")
            content = (tmp_path / "by-tar" / name).read_bytes()
            assert hashlib.sha256(content).hexdigest() == digest
        assert {line.partition("  ")[2] for line in manifest.splitlines()} == {
            member.name for member in found if member.name not in (MANIFEST, SIGNED)
        }
    async with a_forge(tmp_path / "by-tar", now=clock) as forge:
        assert (await fsck.run(forge, repair=False)).findings == ()


async def test_packs_that_the_collector_removes_meanwhile_are_in_it(world, data, tmp_path):
    await land_from_packs(world, 7)
    now = world.forge.now() // 1000
    with taking.snapshot.taken(data, tmp_path / "copy.db") as held:
        for later in (0, 1, 2):
            await collect.collect(world.forge.objects, lambda _tx: iter(()), now + later, grace=0)
        assert not (data / "objects" / "packs" / "000001.pack").exists()
        sizes = [sum(map(len, taking._bytes(pack))) for pack in held]
        with closing(sqlite3.connect(tmp_path / "copy.db")) as tx:
            assert sizes == [n for (n,) in tx.execute("select indexed from packs order by number")]
        assert sum(sizes) > 0


async def test_a_node_that_lacks_part_of_a_pack_is_no_backup(world, data, tmp_path):
    await land_from_packs(world)
    first = data / "objects" / "packs" / "000001.pack"
    away = first.with_name("away")
    first.rename(away)
    with pytest.raises(NodeDamaged, match=r"000001\.pack is gone"):
        taken(data, tmp_path)
    away.rename(first)
    os.truncate(first, first.stat().st_size - 1)
    with pytest.raises(NodeDamaged, match="shorter"):
        taken(data, tmp_path)


async def test_a_damaged_database_is_no_backup(data, tmp_path):
    copy = tmp_path / "copy"
    backup, _ = taken(data, tmp_path)
    give_back(backup, copy)
    with closing(sqlite3.connect(copy / "node.db", isolation_level=None)) as tx:
        tx.execute("pragma journal_mode = delete")
        (page,) = tx.execute(
            "select rootpage from sqlite_schema where name = 'landings'"
        ).fetchone()
        (size,) = tx.execute("pragma page_size").fetchone()
    with (copy / "node.db").open("r+b") as file:
        file.seek((page - 1) * size + 8)
        file.write(b"\xff" * 64)
    with pytest.raises(DatabaseDamaged):
        taken(copy, tmp_path)


async def test_a_backup_cut_off_anywhere_is_refused_and_leaves_nothing(world, data, tmp_path):
    await land_from_packs(world)
    backup, _ = taken(data, tmp_path)
    cuts = {*range(0, len(backup), len(backup) // 40), *range(len(backup) - 3000, len(backup), 97)}
    for cut in sorted(cuts):
        with pytest.raises(BackupDamaged):
            give_back(backup[:cut], tmp_path / "again")
        assert not list(tmp_path.glob("again*")), cut


async def test_a_backup_changed_anywhere_is_refused_and_leaves_nothing(world, data, tmp_path):
    await land_from_packs(world)
    backup, mark = taken(data, tmp_path)
    changed = 0
    for at in range(0, len(backup), len(backup) // 200):
        altered = bytearray(backup)
        altered[at] ^= 1
        try:
            assert give_back(bytes(altered), tmp_path / "again") == mark
        except BackupDamaged:
            changed += 1
        else:
            # What no file rests on may differ: the padding and the times of the tar.
            assert same_files(tmp_path / "again", data)
            shutil.rmtree(tmp_path / "again")
        assert not list(tmp_path.glob("again*")), at
    assert changed > 150


def same_files(one, other):
    return all(
        (one / name).read_bytes() == (other / name).read_bytes()
        for name in ("objects/packs/000001.pack", "keys/node.key", "node.toml")
    )


def repacked(backup, change):
    """The files of a backup as `change` makes them of a dictionary, in a tar."""
    with tarfile.open(fileobj=io.BytesIO(backup)) as found:
        files = {one.name: found.extractfile(one).read() for one in found}
    change(files)
    out = io.BytesIO()
    writer = archive.Writer(out, 0)
    for name, content in files.items():
        writer.add(name, len(content), [content])
    writer.end()
    return out.getvalue()


def hashed_again(files):
    hashes = {n: hashlib.sha256(c).hexdigest() for n, c in files.items()}
    listed = {n: h for n, h in hashes.items() if n not in (MANIFEST, SIGNED)}
    files[MANIFEST] = archive.manifest_of(listed)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda files: files.update({"node.db": files["node.db"][:-1] + b"x"}), "node.db is not"),
        (lambda files: files.update({"node.toml": b"x = 0"}) or hashed_again(files), "it signs"),
        (lambda files: files.pop("node.db") and hashed_again(files), "lacks the database"),
        (lambda files: files.pop(SIGNED), "ends too early"),
        (lambda files: files.pop(MANIFEST), "ends too early"),
        (lambda files: files.update({SIGNED: b"{}"}), "signature"),
        (lambda files: files.pop(MARK), "does not begin with its mark"),
        (lambda files: files.update({"objects/packs/000099.pack": bytes(9)}), "more than its mark"),
        (lambda files: files.update({"../out": b""}), "does not belong"),
        (lambda files: files.update({"/etc/passwd": b""}), "does not belong"),
        (lambda files: files.update({"keys/accounts/../x.key": b""}), "does not belong"),
        (lambda files: files.update({"objects/packs/1.pack\n": b""}), "does not belong"),
        (lambda files: files.update({"keys/accounts/zA.key": bytes(2000)}), "cannot have"),
    ],
)
async def test_an_altered_backup_is_refused(world, data, tmp_path, change, said):
    await land_from_packs(world)
    backup, _ = taken(data, tmp_path)
    with pytest.raises(BackupDamaged, match=said):
        give_back(repacked(backup, change), tmp_path / "again")
    assert not list(tmp_path.glob("again*"))


async def test_a_backup_that_another_key_signed_is_refused(data, tmp_path):
    backup, _ = taken(data, tmp_path)
    async with a_forge(tmp_path / "other"):
        pass
    (tmp_path / "other" / "node.toml").write_text('name = "here"\n')
    other, _ = taken(tmp_path / "other", tmp_path)

    def mixed(files):
        with tarfile.open(fileobj=io.BytesIO(other)) as found:
            files[SIGNED] = found.extractfile(SIGNED).read()

    with pytest.raises(BackupDamaged, match="another key"):
        give_back(repacked(backup, mixed), tmp_path / "again")


@pytest.mark.parametrize(
    "fields",
    [
        {"type": tarfile.SYMTYPE, "linkname": "/etc"},
        {"type": tarfile.LNKTYPE, "linkname": "node.toml"},
        {"type": tarfile.DIRTYPE},
        {"type": tarfile.CHRTYPE},
        {"type": tarfile.FIFOTYPE},
        {"type": tarfile.GNUTYPE_LONGNAME},
        {"type": tarfile.XHDTYPE},
        {"type": tarfile.GNUTYPE_SPARSE},
        {"size": 1 << 60},
    ],
)
async def test_links_and_other_tricks_of_tars_are_refused(data, tmp_path, fields):
    backup, _ = taken(data, tmp_path)
    first = tarfile.TarInfo.frombuf(backup[:512], "utf-8", "strict")
    end = 512 + -(-first.size // 512) * 512
    trick = tarfile.TarInfo("node.db")
    for name, value in fields.items():
        setattr(trick, name, value)
    altered = backup[:end] + trick.tobuf(tarfile.GNU_FORMAT)[-512:] + backup[end:]
    with pytest.raises(BackupDamaged):
        give_back(altered, tmp_path / "again")
    assert not list(tmp_path.glob("again*"))


async def test_the_same_file_twice_is_refused(data, tmp_path):
    backup, _ = taken(data, tmp_path)
    first = tarfile.TarInfo.frombuf(backup[:512], "utf-8", "strict")
    end = 512 + -(-first.size // 512) * 512
    with pytest.raises(BackupDamaged, match="twice"):
        give_back(backup[:end] + backup, tmp_path / "again")


async def test_what_follows_behind_the_end_is_refused(data, tmp_path):
    backup, _ = taken(data, tmp_path)
    with pytest.raises(BackupDamaged, match="behind its end"):
        give_back(backup + b"x", tmp_path / "again")
    assert give_back(backup + bytes(10240), tmp_path / "again")


@pytest.mark.parametrize("junk", [b"", b"x" * 4096, bytes(4096), b"SQLite format 3\0" * 100])
def test_what_is_no_backup_at_all_is_refused(tmp_path, junk):
    with pytest.raises(BackupDamaged):
        give_back(junk, tmp_path / "again")
    assert not list(tmp_path.glob("again*"))


async def test_a_directory_with_anything_in_it_is_left_alone(data, tmp_path):
    backup, _ = taken(data, tmp_path)
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / "mine").touch()
    with pytest.raises(NotEmpty):
        give_back(backup, tmp_path / "again")
    assert [file.name for file in (tmp_path / "again").iterdir()] == ["mine"]
    (tmp_path / "again" / "mine").unlink()
    give_back(backup, tmp_path / "again")
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for taken_place in ("file", "link", "again"):
        with pytest.raises(NotEmpty):
            give_back(backup, tmp_path / taken_place)


async def test_what_a_killed_restore_left_is_removed_and_nothing_else(data, tmp_path):
    backup, _ = taken(data, tmp_path)
    part = tmp_path / "again.part"
    part.mkdir()
    (part / "mine").touch()
    with pytest.raises(NotEmpty, match="in the way"):
        give_back(backup, tmp_path / "again")
    assert (part / "mine").exists()
    (part / restoring._MINE).touch()
    (part / "keys").mkdir()
    give_back(backup, tmp_path / "again")
    assert not part.exists()
    assert not (tmp_path / "again" / "mine").exists()


async def test_a_file_that_is_there_is_kept_unless_it_is_to_be_replaced(data, tmp_path):
    take = partial(taking.take, data)
    file = tmp_path / "backup.tar"
    file.write_bytes(b"a thesis")
    with pytest.raises(BackupExists):
        placing.to_file(file, take, replace=False)
    assert file.read_bytes() == b"a thesis"
    placing.to_file(file, take, replace=True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.glob("backup*")) == ["backup.tar"]
    with file.open("rb") as source, restoring.restored(source, tmp_path / "again"):
        pass


async def test_one_backup_at_a_time_writes_a_file(data, tmp_path):
    take = partial(taking.take, data)
    with placing._alone(tmp_path / "backup.tar.part"), pytest.raises(BackupRuns):
        placing.to_file(tmp_path / "backup.tar", take, replace=False)


async def test_a_backup_to_nowhere_says_so(data, tmp_path):
    take = partial(taking.take, data)
    with pytest.raises(Denied, match="No such file or directory"):
        placing.to_file(tmp_path / "nowhere" / "backup.tar", take, replace=False)


async def test_without_room_for_all_nothing_is_begun(data, tmp_path, monkeypatch):
    backup, _ = taken(data, tmp_path)
    monkeypatch.setattr(restoring, "_SLACK", 1 << 60)
    with pytest.raises(DiskFull):
        give_back(backup, tmp_path / "again")
    assert not list(tmp_path.glob("again*"))


async def test_a_key_that_others_could_read_is_not_copied(data, tmp_path):
    (data / "keys" / "node.key").chmod(0o644)
    with pytest.raises(KeysFault):
        taken(data, tmp_path)
