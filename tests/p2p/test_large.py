"""What a home imported is mirrored and verified, also where one commit brought very many files."""

import pytest

from keys.statements import transcript as transcripts
from keys.statements.landing import Imported
from keys.statements.transcript import Transcript
from mic.sync import changed
from mic.wire import limits
from mic.workspace import evidence
from mic.workspace.verify import Verifier
from node.landings import bulk, reading
from node.landings.bulk import Line, Told
from node.landings.model import BadDraft
from p2p import contents, fetch
from store import changes
from store.changes import Change
from store.nodes import Entry, Mode
from store.records import Decoder, Kind, make, opened
from tests.support.followers import documents_of
from tests.support.forges import a_forge
from tests.support.mirrors import a_home, pulled, seeded

pytestmark = pytest.mark.slow

FILE = make(Kind.BLOB, b"the same in each\n")
PATHS = 16_000
"""With long names, enough for a list in several pieces."""


def commit(number: int, paths: int) -> Told:
    """A commit that brings this many files."""
    entry = Entry(Mode.FILE, FILE.digest, FILE.raw_length)
    listed = tuple(
        Change(f"{number}/{n // 500:03d}/{n:06d}{'x' * 240}", None, entry) for n in range(paths)
    )
    session = f"{number:032x}"
    said = transcripts.encode(Transcript(session, "Import", (), ()))
    was = Imported(f"{number:040x}", "Ada", "ada@example.org", 0)
    return Told(session, "Import", was, listed, said)


async def imported(home, *told: Told) -> None:
    """Bring commits to the home as an import does."""
    forge, who, project = home.forge, home.ada.party, home.project

    def prepare(tx):
        line = Line(reading.head_of(tx, project))
        return bulk.prepare(forge, tx, who, project, line, told, [FILE])

    await bulk.land(forge, who, project, await forge.db.read(prepare), lambda _: None)


async def test_a_commit_of_very_many_files_is_mirrored_and_verified(tmp_path):
    async with a_home(tmp_path / "home") as home, a_forge(tmp_path / "holder") as holder:
        await imported(home, commit(1, PATHS), commit(2, 1))
        seed = await pulled(holder, await seeded(holder, home.address))
        assert (seed.state, seed.error, seed.position) == ("verified", None, 2)
        path = f"/projects/{home.project.address}/records?from=1&to=2"
        log = [opened(one) for one in Decoder().feed((await home.door.get(path)).body)]
        documents = await documents_of(home.forge, home.project)
    first, second = evidence.grouped(log)
    assert len(first) > 4
    verifier = Verifier(documents)
    for raw in log:
        verifier.accept(raw)
    assert verifier.finish().position == 2
    assert [len(evidence.read(one).changes) for one in (first, second)] == [PATHS, 1]


def test_what_a_portion_of_a_log_brought_can_be_asked_for_at_once():
    small = fetch.PORTION_BYTES // changes.LEAST
    assert small + changes.MOST <= changed.MOST_CHANGES
    ids = [bytes(32)] * changes.MOST
    runs = contents._portions(ids, 1)
    assert len(runs) <= contents.REQUESTS
    assert max(map(len, runs)) <= limits.WANTED


async def test_a_home_imports_no_commit_that_no_mirror_would_take(tmp_path, monkeypatch):
    async with a_home(tmp_path / "home") as home:
        monkeypatch.setattr(changes, "MOST", 9)
        with pytest.raises(BadDraft, match="changes 10 paths") as refused:
            await imported(home, commit(1, 10))
        assert refused.value.code == "landing.too-many-paths"
        monkeypatch.setattr(changes, "MOST_BYTES", 1000)
        with pytest.raises(BadDraft, match="long names"):
            await imported(home, commit(1, 9))
        monkeypatch.undo()
        await imported(home, commit(1, 10))
