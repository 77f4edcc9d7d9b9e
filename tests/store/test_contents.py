"""A file of any size becomes objects and comes back, a piece at a time."""

import io
import random
import subprocess
import sys

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from store import contents
from store.digest import digest_of
from store.errors import Absent, BadManifest, TooLarge
from store.records import Kind, opened

MIB = 1 << 20


def noise(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)


def stored(raw: bytes):
    records = list(contents.records_of(io.BytesIO(raw), len(raw)))
    return records, {record.digest: opened(record) for record in records}


@pytest.mark.parametrize("size", [0, 1, 1000, contents.BLOB_MAX])
def test_a_file_of_up_to_four_mebibytes_is_one_blob(size):
    raw = noise(size)
    records, held = stored(raw)
    assert [record.kind for record in records] == [Kind.BLOB]
    assert records[-1].digest == digest_of(raw)
    assert b"".join(contents.read(records[-1].digest, size, held.__getitem__)) == raw
    assert contents.parts(records[-1].digest, size, held.__getitem__) == [records[-1].digest]


@pytest.mark.slow
@pytest.mark.parametrize("size", [contents.BLOB_MAX + 1, 9 * MIB + 7])
def test_a_larger_file_is_chunks_under_a_manifest(size):
    raw = noise(size)
    records, held = stored(raw)
    assert records[-1].kind is Kind.MANIFEST
    assert all(record.raw_length <= contents.LARGEST for record in records[:-1])
    assert b"".join(contents.read(records[-1].digest, size, held.__getitem__)) == raw
    assert set(contents.parts(records[-1].digest, size, held.__getitem__)) == set(held)


@pytest.mark.slow
def test_an_insertion_changes_only_the_chunks_around_it():
    raw = noise(12 * MIB)
    _, before = stored(raw)
    _, after = stored(raw[: 5 * MIB] + b"inserted" + raw[5 * MIB :])
    assert len(after.keys() - before.keys()) <= 4


def test_equal_chunks_are_named_once_among_the_parts():
    raw = bytes(6 * MIB)
    records, held = stored(raw)
    assert len(contents.parts(records[-1].digest, len(raw), held.__getitem__)) == len(held)


class OneByteAtATime(io.BytesIO):
    def read(self, size=-1):
        return super().read(min(size, 700_001))


@pytest.mark.slow
def test_where_chunks_end_does_not_depend_on_how_the_file_is_read():
    raw = noise(6 * MIB)
    slowly = list(contents.records_of(OneByteAtATime(raw), len(raw)))
    assert [r.digest for r in slowly] == [r.digest for r in stored(raw)[0]]


@pytest.mark.parametrize(
    ("size", "said"), [(10, 9), (10, 11), (5 * MIB, 5 * MIB + 1), (3, 5 * MIB)]
)
def test_a_file_that_changes_while_it_is_read_is_refused(size, said):
    with pytest.raises(BadManifest, match="no longer"):
        list(contents.records_of(io.BytesIO(bytes(size)), said))


BIG = 5 * MIB
PART = [MIB, bytes(32)]


@pytest.mark.parametrize(
    "value",
    [
        [2, BIG, [PART] * 5],
        [1, BIG, [PART] * 4],
        [1, BIG + 1, [PART] * 5],
        [1, BIG, [[BIG, bytes(32)]]],
        [1, BIG, [*[PART] * 5, [0, bytes(32)]]],
        [1, BIG, [*[PART] * 6, [-MIB, bytes(32)]]],
        [1, BIG, [*[PART] * 4, [MIB, bytes(31)]]],
        [1, BIG],
        "manifest",
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_manifest_that_nobody_would_write_is_refused(value):
    with pytest.raises(BadManifest):
        contents.decode(msgspec.msgpack.encode(value), BIG)


def test_a_manifest_of_a_small_file_is_refused():
    with pytest.raises(BadManifest):
        contents.decode(contents.encode([(10, bytes(32))]), 10)


@given(
    st.lists(
        st.tuples(st.integers(1, contents.BLOB_MAX), st.binary(min_size=32, max_size=32)),
        min_size=5,
    )
)
def test_a_manifest_decodes_to_what_was_encoded(parts):
    total = sum(length for length, _ in parts)
    if total > contents.BLOB_MAX:
        assert contents.decode(contents.encode(parts), total) == parts


@given(st.binary(max_size=100), st.integers(0, 1 << 40))
def test_noise_is_no_manifest(data, size):
    with pytest.raises(BadManifest):
        contents.decode(data, size)


def test_a_piece_of_another_length_is_refused():
    with pytest.raises(BadManifest, match="piece"):
        list(contents.read(digest_of(b"a"), 2, lambda _: b"a"))


STREAMED = """
import io, re
from pathlib import Path
from store import contents
from store.records import opened

class Noise(io.RawIOBase):
    left = 1 << 30
    def read(self, size=-1):
        import random
        take = min(size, self.left)
        self.left -= take
        return random.Random(self.left).randbytes(take)

count = 0
for record in contents.records_of(Noise(), 1 << 30):
    count += len(opened(record)) if record.kind == 1 else 0
assert count == 1 << 30
# Not ru_maxrss: a new program inherits that from whoever started it.
print(int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) // 1024)
"""


@pytest.mark.slow
def test_a_gibibyte_goes_through_in_less_than_two_hundred_mebibytes():
    run = subprocess.run(
        [sys.executable, "-c", STREAMED], capture_output=True, check=True, text=True
    )
    assert int(run.stdout) < 200


@given(st.integers(0, 6 * MIB))
@settings(max_examples=8, deadline=None)
def test_what_is_carried_is_the_content_that_was_cut(size):
    raw = noise(size)
    _, held = stored(raw)
    *parts, whole = held.values()
    assert b"".join(contents.carried([whole, *parts], size)) == raw


def test_what_is_carried_is_bounded_whatever_a_manifest_says():
    chunk = noise(MIB)
    often = contents.encode([(MIB, digest_of(chunk))] * 50_000)
    with pytest.raises(TooLarge):
        contents.carried([often, chunk], 64 * MIB)
    with pytest.raises(TooLarge):
        contents.carried([chunk], MIB - 1)


def test_what_is_carried_must_be_there():
    (*parts, whole), held = stored(noise(6 * MIB))
    raw = [held[whole.digest], *(held[one.digest] for one in parts[1:])]
    with pytest.raises(Absent):
        list(contents.carried(raw, 6 * MIB))
    with pytest.raises(BadManifest):
        contents.carried([], MIB)
