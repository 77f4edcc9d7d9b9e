"""A node is believed only as far as what it signed: nothing is written on its word alone."""

from dataclasses import dataclass, replace

import pytest

from keys.ed25519 import PrivateKey
from keys.statements.landing import LandingRecord, seal_landing
from keys.statements.project import Origin, ProjectDocument, genesis_id, seal_project
from mic.cli import keeping, trust
from mic.errors import Missing, Unreachable
from mic.wire.messages import Head
from store.digest import digest_of
from store.errors import StoreFault
from store.records import Kind, make
from store.tree import EMPTY

PROJECT = "mic:zJ5Rtf6kCvBtFe26DwZDzLWii26AtDrdhvV9RNi3igY2Z"
TREE = digest_of(b"a tree")


@dataclass
class Liar:
    """Somebody else's node, which says what the test wants."""

    said: Head
    chain: tuple = ()

    def head(self):
        return self.said

    def documents(self):
        return list(self.chain)


def a_record(**changed):
    facts = {
        "project": PROJECT,
        "position": 3,
        "previous": digest_of(b"2"),
        "tree": TREE,
        "previous_tree": EMPTY,
        "session": "A" * 22,
        "contribution": None,
        "author": "ada",
        "author_did": None,
        "goal": "why",
        "clock": "1.0@1",
        "landed_at": 1,
    }
    return seal_landing(LandingRecord(**facts | changed), PrivateKey.generate())


def a_head(record, tree=TREE):
    return Liar(Head(position=3, tree=tree.hex(), id="0" * 64, record=record))


def test_a_head_with_its_record_is_believed():
    record = a_record()
    assert trust.held(a_head(record), PROJECT) == trust.Held(3, TREE, record)


def test_an_empty_project_needs_no_record():
    said = Liar(Head(position=0, tree=EMPTY.hex()))
    assert trust.held(said, PROJECT) == trust.Held(0, EMPTY, None)


@pytest.mark.parametrize(
    "said",
    [
        a_head(None),
        a_head(b"{}"),
        a_head(a_record()[:-20]),
        a_head(a_record(project="mic:zCtB5Wxdq1JXcVXyYzcAUvfSmV3n28RJ5hEvj1gwtvzVL")),
        a_head(a_record(position=2)),
        a_head(a_record(), tree=digest_of(b"another tree")),
    ],
    ids=["unsigned", "no-envelope", "torn", "another-project", "another-position", "another-tree"],
)
def test_a_head_without_a_record_of_it_is_refused(said):
    with pytest.raises(Unreachable) as refused:
        trust.held(said, PROJECT)
    assert refused.value.code == "landing.record-mismatch"


KEY = PrivateKey.from_seed(b"k" * 32)


def a_fork(after):
    """The documents of a fork that goes on after a position, the ids of its origin and of it."""
    said = ProjectDocument(
        name="book", owner=KEY.did, home=KEY.did, visibility="public", nonce="n" * 16, created_at=1
    )
    first = seal_project(said, KEY)
    origin = Origin(genesis_id(first), after, b"r" * 32)
    second = seal_project(replace(said, nonce="m" * 16, origin=origin), KEY)
    return (first, second), genesis_id(first), genesis_id(second)


def test_what_a_fork_inherited_is_believed_and_nothing_behind_it():
    chain, origin, fork = a_fork(after=3)
    record = a_record(project=origin)
    there = replace(a_head(record), chain=chain)
    assert trust.held(there, fork) == trust.Held(3, TREE, record)
    chain, _, fork = a_fork(after=2)
    for documents, asked in ((chain, fork), (chain[:1], fork), ((), fork), (chain, PROJECT)):
        with pytest.raises(Unreachable):
            trust.held(replace(there, chain=documents), asked)


def records(*texts):
    return [make(Kind.DOCUMENT, text) for text in texts]


@pytest.fixture
def log(tmp_path):
    (tmp_path / ".mic").mkdir()
    kept = keeping.Log(tmp_path)
    kept.keep_documents([b"genesis"])
    return kept


def test_a_log_is_kept_in_segments_and_read_in_order(log):
    log.keep(1, 2, records(b"1", b"2"))
    log.keep(3, 3, records(b"3"))
    assert log.last == 3
    assert list(log.objects()) == [b"1", b"2", b"3"]
    assert log.documents() == [b"genesis"]


def test_a_segment_behind_a_gap_does_not_count(log):
    log.keep(1, 2, records(b"1", b"2"))
    log.keep(4, 5, records(b"4", b"5"))
    assert log.last == 2
    assert list(log.objects()) == [b"1", b"2"]


def test_a_segment_that_breaks_off_is_not_kept(log):
    def broken():
        yield from records(b"1")
        raise Unreachable("gone")

    with pytest.raises(Unreachable):
        log.keep(1, 2, broken())
    assert log.last == 0


def test_a_damaged_segment_is_never_believed(log):
    log.keep(1, 1, records(b"some text that is kept"))
    file = next(log._folder.glob("*.records"))
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(StoreFault):
        list(log.objects())


def test_what_was_never_kept_is_missing(tmp_path):
    with pytest.raises(Missing):
        keeping.Log(tmp_path).documents()


def test_what_was_refused_is_asked_for_again_and_stays_as_evidence(log):
    log.keep(1, 2, records(b"1", b"2"))
    log.keep(3, 4, records(b"3", b"no record"))
    log.set_aside(2)
    assert log.last == 2
    assert list(log.objects()) == [b"1", b"2"]
    assert len(list(log._folder.glob("*.refused"))) == 1
