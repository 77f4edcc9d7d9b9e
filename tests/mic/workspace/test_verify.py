"""A history verifies exactly if every step of it is signed, chained, once, and computed."""

import hashlib
from dataclasses import replace

import pytest

from keys.ed25519 import PrivateKey
from keys.statements import transcript as transcripts
from keys.statements.contribution import Contribution, SessionFacts, seal_contribution
from keys.statements.descriptor import Descriptor
from keys.statements.landing import LandingRecord, open_landing, seal_landing
from keys.statements.project import (
    After,
    ProjectDocument,
    genesis_id,
    open_project,
    seal_project,
)
from keys.statements.transcript import Transcript
from mic.errors import Exhausted
from mic.workspace.verify import Unverified, Verifier
from store import changes, tree
from store.changes import Change
from store.digest import digest_of
from store.tree import EMPTY, Entry, Mode

ADA = PrivateKey.from_seed(b"a" * 32)
EVE = PrivateKey.from_seed(b"e" * 32)
HOME = PrivateKey.from_seed(b"h" * 32)
GENESIS = seal_project(
    ProjectDocument(
        name="garden",
        owner=ADA.did,
        home=HOME.did,
        visibility="public",
        nonce="n" * 16,
        created_at=1,
    ),
    ADA,
)
OTHER = seal_project(replace(open_project(GENESIS)[0], nonce="o" * 16), ADA)


def text(data):
    return Entry(Mode.FILE, digest_of(data.encode()), len(data))


class History:
    """A project that lands; `landed` holds each position's objects in the order of the wire."""

    def __init__(self, documents=(GENESIS,)):
        self.documents = list(documents)
        self.project = genesis_id(self.documents[0])
        self.nodes, self.trees, self.landed = {}, [EMPTY], []
        self.files = {}

    def sink(self, raw, _replaced):
        self.nodes[digest_of(raw)] = raw
        return digest_of(raw)

    def apply(self, lines):
        news = {line.path: line.new for line in lines}
        return tree.apply(self.trees[-1], news, self.nodes.__getitem__, self.sink)

    def land(
        self, files, *, contribution=(), record=(), lines=None, key=HOME, author=ADA, signed=True
    ):
        """Land `files`: path -> text or None. The other arguments are what a forger changes."""
        position = len(self.trees)
        news = {path: None if data is None else text(data) for path, data in files.items()}
        if lines is None:
            lines = [Change(p, self.files.get(p), n) for p, n in sorted(news.items())]
        listed = changes.encode(lines)
        session, goal = f"session-{position}", f"goal {position}"
        told = transcripts.encode(Transcript(session, goal, (), ()))
        said = Contribution(
            project=self.project,
            base_position=position - 1,
            base_tree=self.trees[-1],
            changes=Descriptor(digest_of(listed), len(listed)),
            session=SessionFacts(
                id=session,
                goal=goal,
                started_at=1,
                finished_at=2,
                transcript=transcripts.descriptor(told),
            ),
            origin="human",
            model=None,
            tool="mic/1",
            contributor=author.did,
        )
        statement = seal_contribution(replace(said, **dict(contribution)), author)
        root = self.apply(lines)
        known = LandingRecord(
            project=self.project,
            position=position,
            previous=digest_of(self.landed[-1][0]) if self.landed else None,
            tree=root,
            previous_tree=self.trees[-1],
            session=session,
            contribution=digest_of(statement) if signed else None,
            author="ada",
            author_did=author.did if signed else None,
            goal=goal,
            clock="1.0@1",
            landed_at=position,
        )
        envelope = seal_landing(replace(known, **dict(record)), key)
        self.trees.append(root)
        self.files |= news
        self.landed.append([envelope, *([statement] if signed else []), listed, told])
        return self

    def verify(self, *, project_id=None, witnessed=None, landed=None):
        verifier = Verifier(self.documents, project_id, witnessed)
        for objects in self.landed if landed is None else landed:
            for raw in objects:
                verifier.accept(raw)
        return verifier.finish()


def a_history():
    return History().land({"a": "1", "d/b": "1"}).land({"a": "2"}).land({"d/b": None, "c": "3"})


def refused(history, **arguments):
    with pytest.raises(Unverified) as fault:
        history.verify(**arguments)
    return fault.value.position, fault.value.reason


def test_an_honest_history_verifies():
    history = a_history()
    report = history.verify(project_id=history.project, witnessed=history.landed[1][0])
    assert report.project == history.project
    assert (report.position, report.tree) == (3, history.trees[-1])
    assert report.id == digest_of(history.landed[-1][0])
    assert report.origins == {"human": 3}
    assert report.signers == {ADA.did: 3}
    assert report.equivocation is None


def test_an_empty_history_verifies():
    report = History().verify()
    assert (report.position, report.tree, report.id) == (0, EMPTY, None)


def test_a_landing_without_a_statement_is_of_unknown_origin():
    history = a_history().land({"x": "y"}, signed=False)
    assert history.verify().origins == {"human": 3, "unknown": 1}


def test_the_same_change_may_land_again():
    history = History().land({"a": "1"}).land({"a": "2"}).land({"a": "1"}).land({"a": "2"})
    assert history.verify().position == 4


def test_a_file_may_give_way_to_a_directory_and_back():
    history = History().land({"a": "1"}).land({"a": None, "a/b": "2"}).land({"a/b": None, "a": "3"})
    assert history.verify().position == 3


def test_a_gap_is_refused():
    history = a_history()
    assert refused(history, landed=[history.landed[0], history.landed[2]])[0] == 2
    assert refused(history, landed=history.landed[1:])[0] == 1


def test_a_record_of_another_project_is_refused():
    grafted = History().land({"a": "1"}, record={"project": genesis_id(OTHER)})
    assert "another project" in refused(grafted)[1]
    assert refused(a_history(), project_id=genesis_id(OTHER))[0] == 0
    copied = History([OTHER])
    assert "another project" in refused(copied, landed=a_history().landed)[1]


def test_a_contribution_to_another_project_is_refused():
    history = History().land({"a": "1"}, contribution={"project": genesis_id(OTHER)})
    assert "another project" in refused(history)[1]


def test_a_replayed_record_is_refused():
    history = a_history()
    assert refused(history, landed=[*history.landed, history.landed[1]])[0] == 4


def test_a_replayed_contribution_is_refused():
    history = History().land({"a": "1"})
    envelope, statement, listed, told = history.landed[0]
    record = open_landing(envelope)[0]
    again = replace(record, position=2, previous=digest_of(envelope), previous_tree=record.tree)
    history.landed.append([seal_landing(again, HOME), statement, listed, told])
    assert "landed before" in refused(history)[1]


def test_an_old_head_offered_as_new_is_refused():
    history = a_history()
    position, reason = refused(history, landed=history.landed[:2], witnessed=history.landed[2][0])
    assert position == 3
    assert "hides" in reason


def test_a_rewritten_history_is_proof_of_equivocation():
    honest = a_history()
    other = History().land({"a": "1", "d/b": "1"}).land({"a": "other"})
    report = other.verify(witnessed=honest.landed[1][0])
    assert report.equivocation.position == 2
    assert report.equivocation.signer == HOME.did
    assert set(report.equivocation.records) == {honest.landed[1][0], other.landed[1][0]}


def test_a_record_by_another_key_is_refused():
    assert "home" in refused(History().land({"a": "1"}, key=EVE))[1]


def test_a_record_that_does_not_follow_is_refused():
    history = History().land({"a": "1"}).land({"a": "2"}, record={"previous": b"x" * 32})
    assert refused(history) == (2, "the record does not follow the one before it")
    history = History().land({"a": "1"}).land({"a": "2"}, record={"previous_tree": b"x" * 32})
    assert refused(history)[0] == 2


def test_a_tree_with_anything_else_in_it_is_refused():
    history = History()
    smuggled = tree.build([("a", text("1")), ("evil", text("x"))], history.sink)
    assert "its change applied" in refused(history.land({"a": "1"}, record={"tree": smuggled}))[1]


def test_a_change_that_the_author_did_not_sign_is_refused():
    history = a_history()
    listed = changes.encode([Change("evil", None, text("x"))])
    history.landed[0][2] = listed
    assert refused(history)[0] == 1


def test_a_change_from_something_else_is_refused():
    lines = [Change("a", text("not there"), text("2"))]
    assert "something else before" in refused(History().land({"a": "2"}, lines=lines))[1]


@pytest.mark.parametrize(
    "change",
    [
        {"base_position": 1},
        {"base_position": 2},
        {"base_tree": b"x" * 32},
        {"session": SessionFacts(id="other", goal="goal 1", started_at=1, finished_at=2, transcript=Descriptor(b"t" * 32, 1))},
    ],
)  # fmt: skip
def test_a_contribution_that_does_not_fit_its_record_is_refused(change):
    assert refused(History().land({"a": "1"}, contribution=change))[0] == 1


def test_a_record_of_another_session_or_position_than_it_should_be_is_refused():
    for change, words in (
        ({"session": "other"}, "another session"),
        ({"goal": "other"}, "another session"),
        ({"position": 5}, "position 5"),
    ):
        history = History().land({"a": "1"}).land({"a": "2"}, record=change)
        position, reason = refused(history)
        assert position == 2
        assert words in reason


def test_a_transcript_of_another_session_is_refused():
    told = transcripts.encode(Transcript("other", "goal 1", (), ()))
    facts = SessionFacts(
        id="session-1",
        goal="goal 1",
        started_at=1,
        finished_at=2,
        transcript=transcripts.descriptor(told),
    )
    history = History().land({"a": "1"}, contribution={"session": facts})
    history.landed[0][3] = told
    assert "transcript" in refused(history)[1]


def test_a_history_begins_with_a_record():
    with pytest.raises(Unverified, match="begin"):
        Verifier([GENESIS]).accept(b"anything")


def test_another_record_than_the_one_seen_is_refused_even_without_proof():
    honest, forged = a_history(), History().land({"a": "1"}, key=EVE)
    assert "seen before" in refused(honest, witnessed=forged.landed[0][0])[1]


def test_a_position_does_not_grow_without_end(monkeypatch):
    monkeypatch.setattr("mic.workspace.verify.GROUP_MAX", 1500)
    with pytest.raises(Exhausted):
        a_history().verify()


def test_objects_that_lack_or_are_altered_are_refused():
    for place in range(4):
        history = a_history()
        del history.landed[1][place]
        assert refused(history)[0] in {1, 2, 3}
        history = a_history()
        history.landed[1][place] = history.landed[1][place][:-1] + b"!"
        assert refused(history)[0] in {2, 3}


def test_every_other_byte_of_a_record_matters():
    history = a_history()
    envelope = history.landed[2][0]
    for place in range(0, len(envelope), 7):
        altered = bytearray(envelope)
        altered[place] ^= 1
        history.landed[2][0] = bytes(altered)
        assert refused(history)[0] in {2, 3}


def test_without_a_statement_the_tree_is_still_computed():
    history = History()
    smuggled = tree.build([("a", text("1")), ("evil", text("x"))], history.sink)
    history.land({"a": "1"}, record={"tree": smuggled}, signed=False)
    assert "no change list" in refused(history)[1]


def moved(history, home, position, record=None):
    """Let ada name another home, which goes on from `position`."""
    last = history.landed[position - 1][0] if position else None
    document = replace(
        open_project(history.documents[-1])[0],
        home=home.did,
        previous=hashlib.sha256(history.documents[-1]).digest(),
        after=After(position, record or (digest_of(last) if last else None)),
    )
    history.documents.append(seal_project(document, ADA))
    return history


def test_a_project_may_move_to_another_home():
    history = moved(History().land({"a": "1"}), EVE, 1).land({"a": "2"}, key=EVE)
    assert history.verify().position == 2
    assert moved(History(), EVE, 0).land({"a": "1"}, key=EVE).verify().position == 1


def test_an_old_home_orders_nothing_behind_its_tenure_and_a_new_one_nothing_before_its_own():
    late = moved(History().land({"a": "1"}), EVE, 1).land({"a": "2"})
    assert refused(late) == (2, "the record is signed by a home that the project had left by then")
    early = moved(History().land({"a": "1"}, key=EVE), EVE, 1)
    assert refused(early) == (1, "the record is not signed by a home of the project")
    other = moved(History().land({"a": "1"}), EVE, 1, record=b"x" * 32)
    assert refused(other)[0] == 1


def test_what_an_old_home_once_showed_is_proof_against_it():
    seen = History().land({"a": "1"}).land({"a": "late"}).land({"a": "later"})
    now = moved(History().land({"a": "1"}), EVE, 1).land({"a": "2"}, key=EVE)
    for position in (2, 3):
        proof = now.verify(witnessed=seen.landed[position - 1][0]).equivocation
        assert (proof.position, proof.signer) == (position, HOME.did)
        assert proof.documents == tuple(now.documents)
    assert proof.records == (seen.landed[2][0],)
    assert now.verify(witnessed=seen.landed[0][0]).equivocation is None
    hidden = moved(History().land({"a": "1"}), EVE, 1).land({"a": "2"}, key=EVE)
    assert refused(hidden, landed=hidden.landed[:1], witnessed=hidden.landed[1][0])[0] == 2


def test_an_author_who_did_not_sign_is_refused():
    for record in ({"author_did": EVE.did}, {"author_did": None}):
        assert "somebody else" in refused(History().land({"a": "1"}, record=record))[1]
    named = History().land({"a": "1"}, record={"author_did": ADA.did}, signed=False)
    assert "did not sign" in refused(named)[1]


def test_documents_that_do_not_hold_are_refused():
    assert refused(History([GENESIS, OTHER]))[0] == 0
    with pytest.raises(Unverified):
        Verifier([])
    with pytest.raises(Unverified):
        Verifier([GENESIS], witnessed=b"{}")


@pytest.mark.slow
def test_a_long_history_does_not_pile_up(monkeypatch):
    monkeypatch.setattr("mic.workspace.verify._SPARE_NODES", 50)
    history = History()
    for number in range(300):
        history.land({f"d{number % 7}/f{number % 31}": str(number)})
    verifier = Verifier(history.documents)
    for objects in history.landed:
        for raw in objects:
            verifier.accept(raw)
    assert verifier.finish().position == 300
    assert len(verifier._nodes) < 200
