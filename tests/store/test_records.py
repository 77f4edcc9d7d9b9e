"""A record is what it says or it is refused, and it is refused before it costs anything."""

import struct

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from store.digest import digest_of
from store.errors import BadRecord, Corrupt, StoreFault, TooLarge, Truncated
from store.records import (
    HEADER,
    MAX_OBJECT,
    Codec,
    Decoder,
    Kind,
    Record,
    encode,
    make,
    make_all,
    make_prefixed,
    opened,
    parse_header,
)

kinds = st.sampled_from(Kind)
raws = st.one_of(st.binary(max_size=300), st.binary(max_size=20).map(lambda piece: piece * 400))


def header(magic=b"MICO", kind=1, codec=0, flags=0, raw=3, stored=3, digest=bytes(32)) -> bytes:
    return struct.pack("<4sBBHII32s", magic, kind, codec, flags, raw, stored, digest)


def decoded(data: bytes, step: int = 1 << 20) -> list[Record]:
    decoder = Decoder()
    found = [
        record
        for start in range(0, len(data), step)
        for record in decoder.feed(data[start : start + step])
    ]
    decoder.finish()
    return found


@given(kinds, raws, st.integers(1, 60))
def test_what_is_made_is_decoded_in_pieces_of_any_size_and_opens_to_the_same(kind, raw, step):
    record = make(kind, raw)
    assert decoded(encode(record) * 2, step) == [record, record]
    assert opened(record) == raw
    assert record.digest == digest_of(raw)


@given(kinds, st.lists(raws, max_size=8))
def test_many_are_made_as_one_is(kind, some):
    assert make_all(kind, some) == [make(kind, raw) for raw in some]


def test_many_with_one_too_large_are_refused():
    with pytest.raises(TooLarge):
        make_all(Kind.BLOB, [b"a" * 100, bytes(MAX_OBJECT + 1)])


@given(raws, raws)
def test_a_difference_opens_with_its_base_and_only_with_it(raw, base):
    record = make_prefixed(Kind.BLOB, raw, base)
    assert opened(record, base) == raw
    assert record.base == digest_of(base)
    with pytest.raises(BadRecord, match="stand alone"):
        opened(record)


def test_compression_is_used_only_where_it_saves():
    assert make(Kind.BLOB, b"a" * 1000).codec is Codec.ZSTD
    assert make(Kind.BLOB, bytes(range(256))).codec is Codec.RAW
    assert make(Kind.BLOB, b"").codec is Codec.RAW


def test_an_object_of_the_largest_size_passes_and_one_more_byte_does_not():
    assert opened(make(Kind.BLOB, bytes(MAX_OBJECT))) == bytes(MAX_OBJECT)
    with pytest.raises(TooLarge):
        make(Kind.BLOB, bytes(MAX_OBJECT + 1))


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"magic": b"PACK"}, BadRecord),
        ({"kind": 0}, BadRecord),
        ({"kind": 3}, BadRecord),
        ({"kind": 6}, BadRecord),
        ({"codec": 3}, BadRecord),
        ({"flags": 1}, BadRecord),
        ({"raw": MAX_OBJECT + 1, "stored": MAX_OBJECT + 1}, TooLarge),
        ({"raw": 0xFFFFFFFF, "stored": 3}, TooLarge),
        ({"stored": 4}, BadRecord),
        ({"stored": 0xFFFFFFFF}, BadRecord),
        ({"codec": 1, "stored": 4}, BadRecord),
        ({"codec": 1, "stored": 0}, BadRecord),
        ({"codec": 2, "stored": 32}, BadRecord),
        ({"codec": 2, "raw": 0, "stored": 200}, BadRecord),
    ],
    ids=str,
)
def test_a_header_that_cannot_be_is_refused_before_anything_is_buffered(wrong, fault):
    with pytest.raises(fault):
        list(Decoder().feed(header(**wrong)))


@pytest.mark.parametrize("cut", range(1, HEADER + 3))
def test_a_stream_that_ends_anywhere_within_a_record_is_named(cut):
    data = encode(make(Kind.BLOB, b"abc"))
    with pytest.raises(Truncated):
        decoded(data + data[:cut])


def test_other_bytes_under_a_digest_are_refused():
    good = make(Kind.BLOB, b"abc")
    with pytest.raises(Corrupt):
        opened(Record(Kind.BLOB, Codec.RAW, 3, good.digest, b"abd"))


def test_a_frame_that_announces_more_than_its_record_is_never_opened():
    bomb = zstandard.ZstdCompressor().compress(bytes(64 << 20))
    with pytest.raises(BadRecord, match="announces"):
        opened(Record(Kind.BLOB, Codec.ZSTD, MAX_OBJECT, digest_of(b""), bomb))


def test_a_frame_that_announces_nothing_is_refused():
    frame = zstandard.ZstdCompressor(write_content_size=False).compress(b"a" * 500)
    with pytest.raises(BadRecord, match="announces"):
        opened(Record(Kind.BLOB, Codec.ZSTD, 500, digest_of(b"a" * 500), frame))


def test_bytes_behind_a_frame_are_refused():
    raw = b"a" * 500
    frame = zstandard.ZstdCompressor().compress(raw) + b"x"
    with pytest.raises(StoreFault):
        opened(Record(Kind.BLOB, Codec.ZSTD, 500, digest_of(raw), frame))


@given(st.binary(max_size=200))
def test_noise_is_refused_or_waits_for_more_but_breaks_nothing(data):
    try:
        records = decoded(data)
    except BadRecord:
        return
    for record in records:
        opened(record)


@given(raws, st.data())
def test_one_changed_byte_is_always_noticed(raw, data):
    encoded = bytearray(encode(make(Kind.BLOB, raw)))
    at = data.draw(st.integers(0, len(encoded) - 1))
    encoded[at] ^= data.draw(st.integers(1, 255))
    try:
        records = decoded(bytes(encoded))
        assert [opened(record) for record in records] == [raw]
    except StoreFault:
        return
    # Only the advisory kind and a zstd header's free bits can change without changing the object.
    assert at == 4 or records[0].codec is Codec.ZSTD


def test_a_header_is_read_at_an_offset():
    data = b"xx" + encode(make(Kind.TREE, b"abc"))
    assert parse_header(data, 2).kind is Kind.TREE
