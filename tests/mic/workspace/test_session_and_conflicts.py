"""What a workspace remembers between commands is kept whole, limited, and told when damaged."""

import pytest

from keys.statements import transcript as transcripts
from keys.statements.transcript import Decision, Message
from mic.errors import Conflict, Exhausted, Invalid, Missing
from mic.workspace import conflicts, session
from mic.workspace.conflicts import Unresolved
from mic.workspace.session import LocalSession
from store.digest import digest_of
from store.tree import Entry, Mode

ENTRY = Entry(Mode.FILE, digest_of(b"x"), 1)


def a_session(**facts):
    known = {
        "id": session.new_id(),
        "goal": "grow",
        "server": "http://node",
        "account": "ada",
        "project": "garden",
        "base": 3,
        "started_at": 10,
    }
    return LocalSession(**{**known, **facts})


def test_a_session_is_started_told_and_ended(root):
    begun = a_session(origin="ai-assisted", model="acme/one")
    session.start(root, begun)
    assert session.load(root) == begun
    session.note(root, "human", "why?", 11)
    session.note(root, "agent", "because", 12)
    session.decide(root, "an oak", "it lasts", 13)
    told = session.load(root)
    assert told.conversation == (Message("human", "why?", 11), Message("agent", "because", 12))
    assert told.decisions == (Decision("an oak", "it lasts", 13),)
    assert transcripts.decode(session.transcript_of(told)).conversation == told.conversation
    session.end(root)
    session.end(root)
    assert session.find(root) is None


def test_the_id_of_a_session_is_16_random_bytes():
    assert len(session.new_id()) == 22
    assert session.new_id() != session.new_id()


def test_one_session_is_active_at_most(root):
    session.start(root, a_session())
    with pytest.raises(Conflict) as refused:
        session.start(root, a_session())
    assert refused.value.code == "session.active"


def test_without_a_session_nothing_is_noted(root):
    for act in (
        lambda: session.load(root),
        lambda: session.note(root, "human", "x", 1),
        lambda: session.decide(root, "x", "y", 1),
    ):
        with pytest.raises(Missing) as refused:
            act()
        assert refused.value.code == "session.none"


@pytest.mark.parametrize(
    "act",
    [
        lambda root: session.note(root, "robot", "x", 1),
        lambda root: session.note(root, "human", "", 1),
        lambda root: session.note(root, "human", "x" * 65_537, 1),
        lambda root: session.note(root, "human", "\ud800", 1),
        lambda root: session.decide(root, "x", " ", 1),
        lambda root: session.decide(root, "x" * 65_537, "y", 1),
    ],
)
def test_what_means_nothing_is_not_noted(root, act):
    session.start(root, a_session())
    before = session.load(root)
    with pytest.raises(Invalid):
        act(root)
    assert session.load(root) == before


@pytest.mark.parametrize("facts", [{"goal": ""}, {"goal": "x" * 65_536}, {"origin": "robot"}])
def test_a_session_without_meaning_is_not_started(root, facts):
    with pytest.raises(Invalid):
        session.start(root, a_session(**facts))
    assert session.find(root) is None


def test_a_session_has_a_limit(root, monkeypatch):
    session.start(root, a_session())
    monkeypatch.setattr(session, "SESSION_MAX", 1000)
    with pytest.raises(Exhausted):
        session.note(root, "human", "x" * 1000, 1)
    assert session.load(root).conversation == ()


@pytest.mark.parametrize("data", [b"", b"{", b'{"version":2,"session":null}', b"\xff"])
def test_a_damaged_session_is_told(root, data):
    (root / ".mic/session.json").write_bytes(data)
    with pytest.raises(Invalid) as refused:
        session.load(root)
    assert refused.value.code == "session.corrupt"


def test_conflicts_are_remembered_and_cleared(root):
    found = [
        Unresolved(path="a", base=ENTRY, head=None, local=ENTRY, reason="removed there"),
        Unresolved(
            path="b", base=None, head=ENTRY, local=ENTRY, reason="", is_marked=True,
            kept=conflicts.keep(root, b"mine"),
        ),
    ]  # fmt: skip
    conflicts.save(root, found)
    assert conflicts.load(root) == tuple(found)
    assert conflicts.kept(root, found[1].kept) == b"mine"
    conflicts.clear(root)
    assert conflicts.load(root) == ()
    conflicts.clear(root)


def test_a_marked_conflict_is_over_when_its_markers_are_gone(root):
    marked = Unresolved(path="b", base=None, head=ENTRY, local=ENTRY, reason="", is_marked=True)
    other = Unresolved(path="a", base=ENTRY, head=None, local=ENTRY, reason="removed there")
    conflicts.save(root, [marked, other])
    (root / "b").write_bytes(b"x\n<<<<<<< here\n1\n=======\n2\n>>>>>>> @7\n")
    assert conflicts.open_ones(root) == (marked, other)
    (root / "b").write_bytes(b"x\n1\n")
    assert conflicts.open_ones(root) == (other,)
    (root / "b").unlink()
    assert conflicts.open_ones(root) == (other,)


@pytest.mark.parametrize(
    ("data", "is_marked"),
    [
        (b"<<<<<<< here\n", True),
        (b"a\n>>>>>>> @3", True),
        (b"a\n<<<<<<<\r\n", True),
        (b"=======\n", False),
        (b"Title\n=======\n", False),
        (b" <<<<<<< here\n", False),
        (b"<<<<<<<<<<\n", False),
    ],
)
def test_markers_are_recognized(data, is_marked):
    assert conflicts.has_marker(data) is is_marked


def test_damaged_conflicts_are_told(root):
    (root / ".mic/conflicts.json").write_bytes(b'{"conflicts":[{}]}')
    with pytest.raises(Invalid):
        conflicts.load(root)
