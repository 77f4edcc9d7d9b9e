"""What a session may hold, and what batches of changes come to."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.statements.transcript import Decision, Message
from node.kernel.limits import Limits
from node.sessions import rules
from node.sessions.model import BadSession, NewSession, Status
from store.changes import Change
from store.digest import Digest
from store.tree import Entry, Mode

LIMITS = Limits()


def an_entry(n):
    return None if n is None else Entry(Mode.FILE, Digest(bytes([n]) * 32), n)


STATES = st.dictionaries(st.sampled_from("abcd"), st.integers(0, 3))


def between(before, after):
    return tuple(
        Change(path, an_entry(before.get(path)), an_entry(after.get(path)))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    )


@given(st.lists(STATES, min_size=1, max_size=6))
def test_batches_come_to_the_difference_between_first_and_last_state(states):
    batches = [between(one, two) for one, two in itertools.pairwise(states)]
    assert rules.merged(batches) == between(states[0], states[-1])


@pytest.mark.parametrize(
    "name", ["", "short", "x" * 65, "a/b/c/d/e", "../../etc", "ä" * 10, "a" * 9 + "\n"]
)
def test_an_id_that_is_no_plain_word_is_refused(name):
    with pytest.raises(BadSession):
        rules.check_id(name)


@pytest.mark.parametrize(
    "new",
    [
        NewSession(goal="", id="session-1"),
        NewSession(goal=" \n", id="session-1"),
        NewSession(goal="x" * 65_536, id="session-1"),
        NewSession(goal="\ud800", id="session-1"),
        NewSession(goal="x", id="session-1", base_position=-1),
        NewSession(goal="x", id="session-1", origin="robot"),
        NewSession(goal="x", id="session-1", model=""),
        NewSession(goal="x", id="session-1", model="\ud800"),
        NewSession(goal="x", id="session-1", model="m" * 256),
        NewSession(goal="x", id="session-1", conversation=(Message("boss", "do it", 1),)),
        NewSession(goal="x", id="session-1", conversation=(Message("human", "", 1),)),
    ],
)
def test_a_session_that_cannot_be_is_refused(new):
    with pytest.raises(BadSession):
        rules.check_new(new, LIMITS)


def test_limits_count_bytes_not_characters():
    rules.check_message("human", "ä" * (32 << 10), LIMITS)
    with pytest.raises(BadSession):
        rules.check_message("human", "ä" * (32 << 10) + "x", LIMITS)


def test_all_sessions_or_those_of_one_status_can_be_listed():
    assert rules.statuses("all") == tuple(Status)
    assert rules.statuses("landed") == (Status.LANDED,)
    with pytest.raises(BadSession):
        rules.statuses("lost")


def test_what_was_noted_here_joins_the_landed_transcript_in_order():
    landed = (Message("human", "a", 1), Message("agent", "c", 3))
    noted = (Message("human", "a", 1), Message("human", "b", 2))
    assert [said.text for said in rules.together(landed, noted)] == ["a", "b", "c"]


def test_what_the_transcript_repeats_is_told_once_whatever_the_clocks_say():
    landed = (Decision("a", "why", 7),)
    assert rules.together(landed, (Decision("a", "why", 9),)) == landed
