"""Who may read what lies on a disk: no mask of the caller's opens a secret or closes a file."""

import stat
import subprocess

import pytest

from node.daemon.building import MIGRATIONS
from store.database import Database
from tests.support.mic import Person
from tests.support.processes import MICELIO, Node, environment

pytestmark = pytest.mark.journey


def masked(mask):
    """What a command is put behind, so that it runs under a mask."""
    return ("sh", "-c", f'umask {mask}; exec "$@"', "sh")


def micelio(mask, *words):
    done = subprocess.run(
        [*masked(mask), *MICELIO, *words], env=environment(), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def open_to_others(root):
    """Every file below `root` that somebody else can get at: themselves open, in open folders."""
    if stat.S_IMODE(root.lstat().st_mode) & 0o077 == 0:
        return set()
    if not root.is_dir() or root.is_symlink():
        return {str(root)}
    return {one for child in root.iterdir() for one in open_to_others(child)}


@pytest.mark.parametrize("there", [False, True], ids=["a new directory", "one that was there"])
def test_under_an_open_mask_no_secret_is_open(tmp_path, there):
    tmp_path.chmod(0o755)
    data, home, kept = tmp_path / "data", tmp_path / "mic", tmp_path / "kept"
    kept.mkdir(mode=0o755)
    if there:
        for folder in (data, home):
            folder.mkdir()
            folder.chmod(0o755)
    open_ = masked("000")
    words = ("--listen", "127.0.0.1:0", "--owner", "ada", "--name", "test")
    with Node(data, *words, through=open_, MIC_HOME=str(home), MICELIO_P2P="yes") as node:
        ada = Person(home, open_)
        work = tmp_path / "work"
        work.mkdir()
        (work / "a").write_text("a")
        ada.json("share", "--name", "secret", "--private", at=work)
        (work / "a").write_text("b")
        ada.json("session", "start", "More", at=work)
        ada.json("session", "note", "A word", at=work)
        ada.json("session", "land", at=work)
        ada.json("token", "create", "ci", at=work)
        ada.json("bundle", str(kept / "it.bundle"), at=work)
        ada.json("clone", "ada/secret", "there", at=tmp_path)
        micelio("000", "backup", "--data", str(data), str(kept / "backup.tar"))
        micelio("000", "export", "ada", str(kept / "export.zip"), "--data", str(data))
        assert open_to_others(data) == set()
        assert open_to_others(home) == set()
        assert open_to_others(kept) == set()
        assert open_to_others(work / ".mic") == set()
        assert open_to_others(tmp_path / "there/.mic") == set()
        micelio(
            "000", "key", "save", str(kept / "ada.key"), "--data", str(data), "--account", "ada"
        )
        assert open_to_others(kept) == set()
        node.stop()
    assert open_to_others(data) == set()
    micelio("000", "restore", str(kept / "backup.tar"), "--data", str(tmp_path / "again"))
    assert open_to_others(tmp_path / "again") == set()


def modes_in(root):
    return {
        str(one.relative_to(root)): stat.S_IMODE(one.lstat().st_mode)
        for one in root.rglob("*")
        if not one.is_symlink() and one.relative_to(root).parts[0] != ".mic"
    }


@pytest.mark.parametrize(
    ("mask", "folder", "file", "program"),
    [("077", 0o700, 0o600, 0o700), ("022", 0o755, 0o644, 0o755), ("000", 0o777, 0o666, 0o777)],
)
def test_files_are_as_open_as_the_mask_says(ada, tmp_path, mask, folder, file, program):
    work = tmp_path / f"work-{mask}"
    (work / "sub").mkdir(parents=True)
    (work / "sub/run").write_text("#!/bin/sh\n")
    (work / "sub/run").chmod(0o755)
    (work / "text").write_text("a")
    person = Person(ada.home, masked(mask))
    person.json("share", "--name", f"modes-{mask}", at=work)
    person.json("bundle", "it.bundle", f"ada/modes-{mask}", at=tmp_path)
    expected = {"sub": folder, "sub/run": program, "text": file}
    for source in (f"ada/modes-{mask}", "it.bundle"):
        there = tmp_path / f"there-{source[-3:]}"
        person.json("clone", source, there.name, at=tmp_path)
        assert modes_in(there) == expected
        assert person.json("status", at=there)["changes"] == []
    (work / "sub/run").write_text("#!/bin/sh\nexit\n")
    (work / "new").write_text("new")
    person.json("land", "More", at=work)
    there = tmp_path / "there-077" if mask == "077" else tmp_path / f"there-{mask}"
    person.json("sync", at=there)
    assert modes_in(there) == expected | {"new": file}
    (there / "text").chmod(0o700)
    told = person.json("status", at=there)["changes"]
    assert [one["path"] for one in told] == ["text"]


async def test_an_open_database_is_closed_when_it_is_opened(tmp_path):
    path = tmp_path / "node.db"
    path.touch()
    path.chmod(0o664)
    db = await Database.open(path, MIGRATIONS)
    try:
        found = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
    finally:
        await db.close()
    assert set(found.values()) == {0o600}
