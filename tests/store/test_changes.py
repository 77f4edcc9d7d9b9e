"""A change list means one thing, or it is refused."""

import tracemalloc

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
    encoded = changes.encode(listed)
    decoded = changes.decode(encoded)
    assert changes.count(encoded) == len(decoded)
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


LONG = [pytest.param(number, marks=pytest.mark.slow) for number in (65_535, 65_536)]


@pytest.mark.parametrize("number", [0, 1, 15, 16, 4095, 4096, 4097, *LONG])
def test_a_list_of_any_length_says_first_how_long_it_is(number):
    listed = tuple(Change(f"{n:05d}", None, A) for n in range(number))
    encoded = changes.encode(listed)
    assert changes.count(encoded) == number
    assert changes.decode(encoded) == listed
    assert len(encoded) >= number * changes.LEAST


def longer(header: bytes, rows: bytes) -> bytes:
    return b"\x92\x01" + header + rows


@pytest.mark.parametrize("header", [b"\xdc\x00\x01", b"\xdd\x00\x00\x00\x01"])
def test_a_list_that_is_longer_than_it_need_be_is_refused(header):
    row = changes.encode([Change("a", A, B)])[3:]
    assert changes.decode(longer(b"\x91", row))
    with pytest.raises(BadChanges):
        changes.decode(longer(header, row))


def test_entries_that_are_too_small_to_be_any_are_not_looked_at():
    number = 1 << 20
    data = longer(b"\xdd" + number.to_bytes(4, "big"), b"\x93\xa0\xc0\xc0" * number)
    tracemalloc.start()
    try:
        with pytest.raises(BadChanges, match="more changes than fit"):
            changes.decode(data)
        assert tracemalloc.get_traced_memory()[1] < 64 << 10
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=200))
def test_noise_is_no_change_list(data):
    try:
        decoded = changes.decode(data)
    except (BadChanges, BadPath):
        return
    assert changes.encode(decoded) == data
