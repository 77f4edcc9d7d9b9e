"""Bodies of `/mic/v1` come apart as they were put together, and nothing else comes apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mic.wire import framing, limits
from mic.wire.messages import Descriptor, LandRequest, SessionDraft

ids = st.lists(st.binary(min_size=32, max_size=32), max_size=20)


def a_request(**changed):
    said = {
        "base": 1,
        "session": SessionDraft(id="A" * 22, goal="why", started_at=1, finished_at=2),
        "changes": Descriptor("0" * 64, 3),
        "transcript": b"said",
    }
    return LandRequest(**said | changed)


@given(ids)
def test_a_want_list_names_the_ids_it_was_made_of(some):
    assert list(framing.wanted(framing.want_list(some))) == some


@given(st.binary(min_size=1, max_size=31))
def test_a_torn_want_list_is_refused(rest):
    with pytest.raises(framing.BadFrame):
        framing.wanted(bytes(32) + rest)


def test_an_endless_want_list_is_refused():
    with pytest.raises(framing.BadFrame):
        framing.wanted(bytes((limits.WANTED + 1) * limits.ID))


def test_a_landing_comes_apart_as_it_was_put_together():
    request = a_request(statement=b"signed")
    head = framing.land_head(request)
    length = framing.land_head_length(head[: framing.LENGTH_SIZE])
    assert length == len(head) - framing.LENGTH_SIZE
    assert framing.land_request(head[framing.LENGTH_SIZE :]) == request


@pytest.mark.parametrize("prefix", [b"", b"\1\0\0", bytes(4), b"\xff\xff\xff\xff"])
def test_an_impossible_length_is_refused_before_anything_is_read(prefix):
    with pytest.raises(framing.BadFrame):
        framing.land_head_length(prefix)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"base": 1}',
        framing.land_head(a_request())[4:].replace(b'"base":1', b'"base":-1'),
        framing.land_head(a_request())[4:].replace(b'"base":1', b'"base":"1"'),
        framing.land_head(a_request())[4:].replace(b"0" * 64, b"0" * 63),
    ],
)
def test_a_head_that_is_no_land_request_is_refused(body):
    with pytest.raises(framing.BadFrame):
        framing.land_request(body)


def test_unknown_fields_of_a_newer_peer_are_ignored():
    body = framing.land_head(a_request())[4:].replace(b'"base":1', b'"base":1,"new":[1]')
    assert framing.land_request(body) == a_request()
