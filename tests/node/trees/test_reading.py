"""A project reads back byte for byte at every position, in pieces when it is large."""

import io
import random

import pytest

from keys.statements import transcript as transcripts
from keys.statements.descriptor import Descriptor
from keys.statements.transcript import Decision, Transcript
from node.kernel.errors import Missing
from node.kernel.parties import ANONYMOUS
from node.landings import verbs as landings
from node.landings.model import BadDraft, Draft, NoSuchPosition, SessionDraft
from node.trees import verbs as trees
from node.trees.model import BinaryFile, FileTooLarge, NoSuchPath, NotAFile
from store import changes as change_lists
from store import contents
from store.changes import Change
from store.digest import digest_of
from store.records import Kind, make, opened
from store.tree import Entry, Mode
from tests.support.drafts import a_landing
from tests.support.forges import a_project, an_account
from tests.support.sending import upload


@pytest.fixture
async def ada(forge):
    return await an_account(forge, "ada")


@pytest.fixture
async def book(forge, ada):
    return await a_project(forge, ada)


async def test_every_position_keeps_its_own_content(forge, ada, book):
    for n in range(5):
        await a_landing(forge, ada, book, {"d/a": b"%d" % n})
    read = [await trees.read(forge, ANONYMOUS, book, n, "d/a") for n in range(1, 6)]
    assert read == [b"0", b"1", b"2", b"3", b"4"]
    assert await trees.listing(forge, ANONYMOUS, book, 0) == []


async def test_what_is_not_there_is_named(forge, ada, book):
    await a_landing(forge, ada, book, {"d/a": b"1"})
    with pytest.raises(NoSuchPath):
        await trees.entry(forge, ANONYMOUS, book, None, "d/b")
    with pytest.raises(NoSuchPosition):
        await trees.entry(forge, ANONYMOUS, book, 2, "d/a")
    with pytest.raises(NotAFile):
        await trees.read(forge, ANONYMOUS, book, None, "d")
    with pytest.raises(NotAFile):
        await trees.listing(forge, ANONYMOUS, book, None, "d/a")


async def test_a_private_project_is_missing_for_strangers(forge, ada):
    secret = await a_project(forge, ada, "secret", visibility="private")
    await a_landing(forge, ada, secret, {"a": b"1"})
    with pytest.raises(Missing):
        await trees.read(forge, ANONYMOUS, secret, None, "a")


async def a_large_file(forge, ada, book, data):
    records = list(contents.records_of(io.BytesIO(data), len(data)))
    await upload(forge, ada, book, records)
    await land_large(forge, ada, book, Entry(Mode.FILE, records[-1].digest, len(data)))


async def land_large(forge, ada, book, entry):
    encoded = change_lists.encode([Change("large", None, entry)])
    session = SessionDraft(forge.ids.session(), "large", 1, 1)
    said = transcripts.encode(Transcript(session.id, "large", (), ()))
    listed = make(Kind.BLOB, encoded)
    changes = Descriptor(digest_of(encoded), len(encoded))
    draft = Draft(0, session, changes, said, None, {listed.digest: (listed, encoded)})
    await landings.land(forge, ada.party, book, draft)


@pytest.mark.slow
async def test_a_large_file_streams_from_any_offset(forge, ada, book):
    data = random.Random(1).randbytes(9 << 20)
    await a_large_file(forge, ada, book, data)
    for begin, end in [(0, None), (5 << 20, None), (100, 6 << 20), (len(data) - 1, None)]:
        pieces = [p async for p in trees.stream(forge, ANONYMOUS, book, None, "large", begin, end)]
        assert b"".join(pieces) == data[begin:end]
        assert max(map(len, pieces)) <= 4 << 20
    with pytest.raises(FileTooLarge):
        await trees.read(forge, ANONYMOUS, book, None, "large")


@pytest.mark.slow
async def test_a_manifest_that_lies_about_its_chunks_is_refused(forge, ada, book):
    data = random.Random(1).randbytes(9 << 20)
    *chunks, manifest = contents.records_of(io.BytesIO(data), len(data))
    parts = contents.decode(opened(manifest), len(data))
    (first, one), (second, two), *rest = parts
    lie = make(Kind.MANIFEST, contents.encode([(first + 1, one), (second - 1, two), *rest]))
    await upload(forge, ada, book, [*chunks, lie])
    with pytest.raises(BadDraft) as refused:
        await land_large(forge, ada, book, Entry(Mode.FILE, lie.digest, len(data)))
    assert refused.value.code == "landing.wrong-size"


async def test_a_diff_names_what_came_went_and_changed(forge, ada, book):
    await a_landing(forge, ada, book, {"same": b"1", "gone": b"1", "changed": b"1"})
    await a_landing(forge, ada, book, {"gone": None, "changed": b"2", "d/new": b"3"})
    made = await trees.diff(forge, ANONYMOUS, book, 1, None)
    signs = {c.path: (c.old is not None, c.new is not None) for c in made}
    assert signs == {"changed": (True, True), "d/new": (False, True), "gone": (True, False)}


async def test_blame_names_the_landing_of_each_line(forge, ada, book):
    for text in [b"a\nb\nc\n", b"a\nB\nc\n", b"new\na\nB\nc\n"]:
        await a_landing(forge, ada, book, {"f": text}, goal=text.decode())
    lines = await trees.blame(forge, ANONYMOUS, book, None, "f")
    assert [(x.number, x.text, x.reason.position) for x in lines] == [
        (1, "new", 3),
        (2, "a", 1),
        (3, "B", 2),
        (4, "c", 1),
    ]
    then = await trees.blame(forge, ANONYMOUS, book, 1, "f")
    assert {x.reason.position for x in then} == {1}


async def test_blame_starts_anew_after_a_removal(forge, ada, book):
    for text in [b"a\n", None, b"a\n"]:
        await a_landing(forge, ada, book, {"f": text, "g": b"%a" % text})
    (line,) = await trees.blame(forge, ANONYMOUS, book, None, "f")
    assert line.reason.position == 3
    assert line.reason.before is None


async def test_a_binary_file_has_no_blame(forge, ada, book):
    await a_landing(forge, ada, book, {"f": b"\x00\x01"})
    with pytest.raises(BinaryFile):
        await trees.blame(forge, ANONYMOUS, book, None, "f")


async def test_a_file_without_a_last_line_end_and_an_empty_one(forge, ada, book):
    await a_landing(forge, ada, book, {"f": b"a\nb", "e": b""})
    await a_landing(forge, ada, book, {"f": b"a\nb\n"})
    lines = await trees.blame(forge, ANONYMOUS, book, None, "f")
    assert [(x.text, x.reason.position) for x in lines] == [("a", 1), ("b", 2)]
    assert await trees.blame(forge, ANONYMOUS, book, None, "e") == []


async def test_a_line_says_what_was_decided_for_it(forge, ada, book):
    taken = Decision("Count from one", "People do.", 1)
    await a_landing(forge, ada, book, {"f": b"a\nb\n"}, goal="Begin", decisions=(taken,))
    await a_landing(forge, ada, book, {"f": b"a\nB\n"}, goal="Shout")
    kept, shouted = await trees.blame(forge, ANONYMOUS, book, None, "f")
    assert (kept.reason.goal, kept.reason.decisions) == ("Begin", (taken,))
    assert (shouted.reason.goal, shouted.reason.decisions) == ("Shout", ())
    assert (kept.reason.before, shouted.reason.before) == (None, "f")


async def test_of_many_decisions_the_first_are_told_and_that_there_are_more(forge, ada, book):
    taken = tuple(Decision(f"No. {n}", "", n) for n in range(30))
    await a_landing(forge, ada, book, {"f": b"a\n"}, decisions=taken)
    (line,) = await trees.blame(forge, ANONYMOUS, book, None, "f")
    assert line.reason.decisions == taken[:20]
    assert not line.reason.is_whole


async def test_what_has_no_lines_is_no_file_to_blame_before(forge, ada, book):
    for data in [b"\x00\x01", b"a\n", None, b"b\n"]:
        await a_landing(forge, ada, book, {"f": data, "g": b"%a" % data})
    for position in (2, 4):
        (line,) = await trees.blame(forge, ANONYMOUS, book, position, "f")
        assert (line.reason.position, line.reason.before) == (position, None)
