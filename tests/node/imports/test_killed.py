"""An import that is killed is taken up, and nothing is lost or doubled."""

import signal
import subprocess
import sys

import pytest

from node.imports import verbs as imports
from node.landings import reading
from node.projects import verbs as projects
from store import check, contents, tree
from tests.support.forges import a_forge, an_account
from tests.support.gits import long

ENDS = ("history:1", "contents:300", "contents:600", "landings:250", "landings:500", "landings:750")


def run(directory, gits, tip, end):
    line = [sys.executable, "-m", "tests.support.importer", directory, gits.path, tip, end]
    return subprocess.run(line, check=False, timeout=120).returncode


@pytest.mark.slow
async def test_an_import_killed_again_and_again_ends_as_if_it_never_was(tmp_path):
    gits = long(tmp_path / "a.git", 800)
    tip = gits.git("rev-parse", "main").decode().strip()
    data = tmp_path / "data"
    data.mkdir()
    for end in ENDS:
        assert run(data, gits, tip, end) == -signal.SIGKILL
    assert run(data, gits, tip, "never:0") == 0
    async with a_forge(data) as forge:
        ada = await an_account(forge)
        project = await projects.get(forge, ada.party, "ada", "book")
        found = await forge.db.read(lambda tx: reading.between(tx, project.key, 1, 10_000))
        assert [one.imported.commit for one in reversed(found)] == gits.line()

        def last(tx):
            source = lambda digest: forge.objects.get(tx, digest)  # noqa: E731
            return {
                path: b"".join(contents.read(entry.id, entry.size, source))
                for path, entry in tree.walk(found[0].tree, source)
            }

        files = {path: data for path, (_, data) in gits.version("main").items()}
        assert await forge.db.read(last) == files
        report = await check.check(forge.objects)
        assert report.is_clean
        async with imports.repository(forge, ada.party, project) as path:
            assert (path / "HEAD").read_text() == "ref: refs/heads/main\n"


@pytest.mark.slow
async def test_another_history_after_a_broken_import_begins_anew(tmp_path):
    gits = long(tmp_path / "a.git", 600)
    tip = gits.git("rev-parse", "main").decode().strip()
    data = tmp_path / "data"
    data.mkdir()
    assert run(data, gits, tip, "landings:250") == -signal.SIGKILL
    amended = gits.commit({"other": b"1"}, gits.line()[10], message=b"Amended\n")
    assert run(data, gits, gits.main(amended), "never:0") == 0
    async with a_forge(data) as forge:
        ada = await an_account(forge)
        project = await projects.get(forge, ada.party, "ada", "book")
        found = await forge.db.read(lambda tx: reading.between(tx, project.key, 1, 10_000))
        assert [one.imported.commit for one in reversed(found)] == gits.line()
