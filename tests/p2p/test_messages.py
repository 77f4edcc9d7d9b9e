"""Announcements: what comes back, what is refused and by which name."""

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mic.wire.heads import SignedHead, spelled_id
from p2p import messages
from p2p.messages import Announcement, Malformed, NewerVersion, OlderVersion, TooLong

VECTORS = Path(__file__).parent / "vectors"
PROJECT = spelled_id(bytes(range(32)))

numbers = st.integers(1, (1 << 53) - 1)


def head(**told) -> SignedHead:
    return SignedHead(**{"project": PROJECT, "epoch": 1, "position": 7, "record": b"{}"} | told)


@given(st.binary(min_size=32, max_size=32), numbers, numbers, numbers, st.binary(max_size=2000))
def test_an_announcement_comes_back(raw, number, epoch, position, record):
    told = head(project=spelled_id(raw), epoch=epoch, position=position, record=record)
    said = messages.announced(messages.announce(told, number))
    assert (said.v, said.n) == (1, number)
    assert (said.project, said.epoch, said.position) == (told.project, epoch, position)
    assert said.record == record


@pytest.mark.parametrize("length", [40_000, 48_900, 60_000, 1 << 20])
def test_an_announcement_always_fits_and_leaves_the_record_out_where_it_does_not(length):
    data = messages.announce(head(record=bytes(length)), 1)
    assert len(data) <= messages.ANNOUNCEMENT
    assert (messages.announced(data).record is None) == (length > 48_900)


def told(**fields) -> bytes:
    return json.dumps(
        {"v": 1, "n": 1, "project": PROJECT, "epoch": 1, "position": 7} | fields
    ).encode()


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b" " * (messages.ANNOUNCEMENT + 1), TooLong),
        (told(v=2), NewerVersion),
        (told(v=2, position="elsewhere"), NewerVersion),
        (told(v=0), OlderVersion),
        (told(v=-1), OlderVersion),
        (told(v="1"), Malformed),
        (told(epoch=0), Malformed),
        (told(epoch=1 << 53), Malformed),
        (told(position=-1), Malformed),
        (told(position=1.5), Malformed),
        (told(n=0), Malformed),
        (told(project="mic:zz"), Malformed),
        (told(project="../etc"), Malformed),
        (told(record="not base64!"), Malformed),
        (told(record=7), Malformed),
        (b"", Malformed),
        (b"null", Malformed),
        (b"\xff\xfe", Malformed),
        (b"[" * 60_000, Malformed),
    ],
)
def test_what_is_none_is_refused_by_its_name(data, refusal):
    with pytest.raises(Malformed) as raised:
        messages.announced(data)
    assert type(raised.value) is refusal


def test_unknown_fields_are_ignored():
    assert messages.announced(told(later={"a": [1]})).position == 7


@given(st.binary(max_size=500))
def test_noise_is_refused(data):
    with pytest.raises(Malformed):
        messages.announced(data)


@given(st.recursive(st.none() | st.integers() | st.text(max_size=9), lambda inner:
       st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(
           ["v", "n", "project", "epoch", "position", "record"]), inner, max_size=6)))  # fmt: skip
def test_json_of_another_shape_is_refused(value):
    with pytest.raises(Malformed):
        messages.announced(msgspec.json.encode(value))


def test_a_topic_is_of_one_project():
    assert messages.project_of(messages.topic(PROJECT)) == PROJECT
    assert messages.project_of("micelio/2/x") is None


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.json")), ids=lambda path: path.stem)
def test_vectors(path):
    """What stands in the files is said by this version for ever."""
    data = path.read_bytes().rstrip(b"\n")
    said = messages.announced(data)
    assert isinstance(said, Announcement)
    told = SignedHead(
        project=said.project, epoch=said.epoch, position=said.position, record=said.record
    )
    assert messages.announce(told, said.n) == data
