"""`micelio export`: a whole file for its owner only, or none."""

import asyncio
import json
import zipfile

import pytest

from node.daemon import lock
from node.daemon.main import main
from tests.support.drafts import a_landing
from tests.support.forges import a_forge, a_project, an_account


@pytest.fixture
async def data(tmp_path):
    """The directory of a node that stopped, with one account that has a project."""
    async with a_forge(tmp_path / "data") as forge:
        await a_project(forge, await an_account(forge, "ada"))
    return tmp_path / "data"


def export(data, *more):
    return main(["export", *map(str, more), "--data", str(data), "--json"])


def test_the_file_is_whole_and_closed_to_others(data, tmp_path, capsys):
    file = tmp_path / "ada.zip"
    assert export(data, "ada", file) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == {"ok": True, "account": "ada", "file": str(file), "bytes": file.stat().st_size}
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        assert "projects/book/project.json" in archive.namelist()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["ada.zip", "data"]


def test_a_file_that_exists_is_kept_unless_told(data, tmp_path, capsys):
    file = tmp_path / "ada.zip"
    file.write_text("mine")
    assert export(data, "ada", file) == 5
    assert file.read_text() == "mine"
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "export.exists"
    assert export(data, "ada", file, "--replace") == 0
    assert zipfile.is_zipfile(file)


def test_an_unknown_account_leaves_nothing_behind(data, tmp_path, capsys):
    assert export(data, "nobody", tmp_path / "x.zip") == 3
    assert [one.name for one in tmp_path.iterdir()] == ["data"]
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "account.missing"


def test_a_place_that_cannot_be_written_is_named(data, tmp_path, capsys):
    assert export(data, "ada", tmp_path / "none" / "x.zip") == 4
    assert "none" in json.loads(capsys.readouterr().out)["error"]["message"]


async def test_it_works_beside_a_node_that_holds_its_directory(tmp_path):
    async with a_forge(tmp_path / "data") as forge:
        ada = await an_account(forge, "ada")
        book = await a_project(forge, ada)
        with lock.hold(tmp_path / "data"):
            await a_landing(forge, ada, book, {"a.txt": b"in a small row"})
            await forge.objects.seal()
            await a_landing(forge, ada, book, {"b.txt": b"in a pack, and not"})
            file = tmp_path / "ada.zip"
            assert await asyncio.to_thread(export, tmp_path / "data", "ada", file) == 0
    with zipfile.ZipFile(file) as archive:
        assert archive.read("projects/book/landings.jsonl").count(b"\n") == 2
        assert b"in a small row" in archive.read("projects/book/files.tar")
