"""A change list means one thing, or it is refused."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import changes
from store.changes import Change
from store.digest import digest_of
from store.errors import BadChanges, BadPath
from store.tree import EMPTY, Entry, Mode

A = Entry(Mode.FILE, digest_of(b"a"), 1)
B = Entry(Mode.LINK, digest_of(b"bb"), 2)
ROW = [1, bytes(32), 0]
OTHER = [1, bytes(32), 1]

entries = st.none() | st.builds(
    Entry,
    st.sampled_from([Mode.FILE, Mode.EXECUTABLE, Mode.LINK]),
    st.binary(min_size=32, max_size=32),
    st.integers(0, (1 << 63) - 1),
)
paths = st.text("abé.", min_size=3, max_size=6).filter(lambda path: path.strip("."))


@given(st.dictionaries(paths, st.tuples(entries, entries)))
def test_what_is_encoded_in_any_order_decodes_sorted(rows):
    listed = [Change(path, old, new) for path, (old, new) in rows.items() if old != new]
    decoded = changes.decode(changes.encode(listed))
    assert decoded == tuple(sorted(listed, key=lambda change: change.path.encode()))


@pytest.mark.parametrize(
    "rows",
    [
        [["b", None, ROW], ["a", None, ROW]],
        [["a", None, ROW], ["a", ROW, None]],
        [["a", None, None]],
        [["a", ROW, ROW]],
        [["a", None, [4, bytes(32), 0]]],
        [["a", None, [0, bytes(32), 0]]],
        [["a", None, [1, bytes(31), 0]]],
        [["a", None, [1, bytes(32), -1]]],
        [["a", None, [1, bytes(32), 1 << 63]]],
        [["a", None, ROW], ["a/b", None, ROW]],
        [["a", None, ROW], ["a.c", None, ROW], ["a/b/c", None, ROW]],
        [["a", None]],
        [[1, None, ROW]],
        "rows",
    ],
    ids=str,
)
def test_a_list_that_no_landing_can_mean_is_refused(rows):
    with pytest.raises(BadChanges):
        changes.decode(msgspec.msgpack.encode([1, rows]))


@pytest.mark.parametrize("path", ["", "/a", "../a", "a\0", ".mic/x", "a\\b"])
def test_an_unsafe_path_is_refused(path):
    with pytest.raises(BadPath):
        changes.decode(msgspec.msgpack.encode([1, [[path, None, ROW]]]))
    with pytest.raises(BadPath):
        changes.encode([Change(path, None, A)])


def test_a_file_may_become_a_directory():
    listed = (Change("a", A, None), Change("a/b", None, A))
    assert changes.decode(changes.encode(listed)) == listed


def test_a_directory_is_no_file():
    with pytest.raises(BadChanges, match="directory"):
        changes.encode([Change("a", None, Entry(Mode.DIRECTORY, EMPTY, 0))])


def test_other_versions_and_longer_forms_are_refused():
    data = changes.encode([Change("a", A, B)])
    with pytest.raises(BadChanges, match="version 2"):
        changes.decode(data[:1] + b"\x02" + data[2:])
    with pytest.raises(BadChanges, match="shortest"):
        changes.decode(data[:1] + b"\xcc\x01" + data[2:])
    with pytest.raises(BadChanges):
        changes.decode(data + b"\0")


@given(st.binary(max_size=200))
def test_noise_is_no_change_list(data):
    try:
        decoded = changes.decode(data)
    except (BadChanges, BadPath):
        return
    assert changes.encode(decoded) == data
