"""Whatever a bundle's parts are, with a sound index over them: it holds, or it is refused as ours."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.errors import KeysFault
from keys.statements.landing import open_landing
from mic.errors import MicFault
from mic.workspace import bundled
from store.errors import StoreFault
from store.records import Kind, make, opened
from tests.support.bundling import rewritten

VECTOR = Path(__file__).parents[2] / "store/vectors/bundles/two-landings.bundle"
REFUSALS = (MicFault, StoreFault, KeysFault)


def checked(path, **known):
    found = bundled.opened(path, **known)
    with found.bundle:
        found.check_contents()
        return found.report


def refused(path, **known):
    with pytest.raises(REFUSALS) as why:
        checked(path, **known)
    return str(why.value)


def changed(tmp_path, change, **said):
    path = tmp_path / "changed.bundle"
    path.unlink(missing_ok=True)
    return rewritten(VECTOR, path, change=change, **said)


def test_the_vector_holds():
    assert checked(VECTOR).position == 2


def test_what_its_index_claims_must_be_so(tmp_path):
    assert "documents are those of" in refused(VECTOR, project_id="mic:z" + "2" * 44)
    for said in ({"project": "mic:z" + "2" * 44}, {"last": 1}, {"last": 3}, {"record": bytes(32)}):
        refused(changed(tmp_path, len, **said))


def test_a_bundle_that_begins_later_needs_what_is_before(tmp_path):
    def later(parts):
        envelopes = [i for i, one in enumerate(parts["log"]) if is_landing(opened(one))]
        parts["log"] = parts["log"][envelopes[1] :]

    path = changed(tmp_path, later, first=2)
    assert "begins at position 2" in refused(path)
    with bundled.opened(VECTOR).bundle as whole:
        before = [raw for _, raw in whole.log()]
    assert checked(path, before=before).position == 2
    assert "begins at position 2" in refused(path, before=[])


def test_a_record_that_was_seen_must_still_be_there(tmp_path):
    with bundled.opened(VECTOR).bundle as whole:
        first, second = [raw for _, raw in whole.log() if is_landing(raw)]

    def older(parts):
        envelopes = [i for i, one in enumerate(parts["log"]) if is_landing(opened(one))]
        parts["log"] = parts["log"][: envelopes[1]]

    path = changed(tmp_path, older, last=1, record=make(Kind.DOCUMENT, first).digest)
    assert checked(path, witnessed=first).position == 1
    assert "hides it now" in refused(path, witnessed=second)


def is_landing(raw):
    try:
        open_landing(raw)
    except KeysFault:
        return False
    return True


def altered(drawn, raw):
    """The bytes with one of them changed."""
    data = bytearray(raw)
    data[drawn.draw(st.integers(0, len(data) - 1))] ^= drawn.draw(st.integers(1, 255))
    return bytes(data)


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(drawn=st.data())
def test_objects_that_were_altered_or_left_out_are_refused(drawn, tmp_path_factory):
    """Every object is named by what is signed: none can be changed, left out or replaced."""

    def change(parts):
        name = drawn.draw(st.sampled_from(["documents", "log", "contents"]))
        part = parts[name]
        place = drawn.draw(st.integers(0, len(part) - 1))
        raw = part[place] if name == "documents" else opened(part[place])
        news = st.sampled_from([None, altered(drawn, raw), drawn.draw(st.binary(max_size=60))])
        new = drawn.draw(news)
        if new is None:
            del part[place]
        else:
            part[place] = new if name == "documents" else make(Kind.DOCUMENT, new)

    refused(changed(tmp_path_factory.getbasetemp(), change))


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(drawn=st.data())
def test_a_log_in_any_other_order_is_refused_or_is_the_same_log(drawn, tmp_path_factory):
    def change(parts):
        parts["log"] = drawn.draw(st.lists(st.sampled_from(parts["log"]), max_size=10))

    path = changed(tmp_path_factory.getbasetemp(), change)
    try:
        report = checked(path)
    except REFUSALS:
        return
    assert (report.position, report.tree) == (2, checked(VECTOR).tree)


def test_the_order_of_the_contents_says_nothing(tmp_path):
    assert checked(changed(tmp_path, lambda parts: parts["contents"].reverse())).position == 2
