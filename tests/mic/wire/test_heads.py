"""Heads are compared in as many words as they differ, and nothing a stranger sends breaks it."""

import hashlib
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mic.wire import heads as wire
from mic.wire.heads import BadHeads, Heads, HeadsAsked, SignedHead, Stand

VECTORS = Path(__file__).parent / "vectors"

ids = st.binary(min_size=32, max_size=32)
numbers = st.integers(0, (1 << 53) - 1)
stands = st.builds(Stand, ids, numbers, numbers, ids)


def stand(number: int, position: int = 7) -> Stand:
    raw = hashlib.sha256(b"%d" % number).digest()
    return Stand(raw, 1, position, hashlib.sha256(raw + b"%d" % position).digest())


@given(st.lists(stands))
def test_stands_come_back_from_their_bytes(some):
    assert wire.unpack(wire.pack(some)) == some


@given(st.lists(stands, unique=True))
def test_a_fingerprint_is_of_what_is_there_and_not_of_its_order(some):
    assert wire.fingerprint(some) == wire.fingerprint(reversed(some))
    if some:
        assert wire.fingerprint(some) != wire.fingerprint(some[1:])


@given(st.sets(ids), st.data())
def test_a_bitmap_says_who_is_held(all_ids, data):
    ordered = sorted(all_ids)
    held = frozenset(data.draw(st.sets(st.sampled_from(ordered)))) if ordered else frozenset()
    assert wire.of_bitmap(ordered, wire.bitmap(ordered, held)) == held


@given(ids)
def test_an_id_has_one_spelling(raw):
    assert wire.raw_id(wire.spelled_id(raw)) == raw


@given(st.text(max_size=100))
def test_other_texts_are_no_ids(text):
    with pytest.raises(BadHeads):
        wire.raw_id("mic:" + text)


@pytest.mark.parametrize("count", [0, 1, 16, 17, 512, 513, 3000])
def test_only_the_buckets_that_differ_are_looked_into(count):
    ours = [stand(number) for number in range(count)]
    theirs = [*ours[1:], stand(0, 8)] if ours else []
    bits = wire.bits_for(count)
    found = wire.differing(ours, bits, wire.bucket_prints(theirs, bits))
    assert {one.project for one in found} >= {one.project for one in ours[:1]}
    assert len(found) <= max(count >> bits, 1) * 3


def test_the_same_stands_are_one_word():
    held = {one.project: one for one in map(stand, range(5000))}
    asked = HeadsAsked(set=wire.set_digest(held), fingerprint=wire.fingerprint(held.values()))
    assert len(msgspec.json.encode(asked)) < 200
    answer = wire.compared(asked, sorted(held), held)
    assert msgspec.json.encode(answer) == b'{"answer":"same"}'


@pytest.mark.parametrize("packed", [b"x", bytes(33), bytes(64), bytes([1] * 32 + [0] * 32)])
def test_ids_are_whole_and_ascending(packed):
    with pytest.raises(BadHeads):
        wire.split_ids(packed)


@pytest.mark.parametrize("bits", range(9))
def test_prints_are_one_for_each_bucket(bits):
    with pytest.raises(BadHeads):
        wire.differing([], bits, bytes((wire.PRINT << bits) - 1))


@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_noise_is_refused_by_name(data):
    for shape in (HeadsAsked, Heads, SignedHead):
        try:
            msgspec.json.decode(data, type=shape)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue


@pytest.mark.parametrize(
    "told",
    [
        {"ids": "A" * (wire.SET * 32 * 4 // 3 + 8)},
        {"stands": "A" * (wire.STANDS * 80 * 4 // 3 + 8)},
        {"v": 0},
        {"set": "00"},
        {"set": 7},
    ],
)
def test_what_is_too_long_or_of_another_type_is_refused(told):
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json.dumps(told), type=HeadsAsked)


def test_unknown_fields_are_ignored():
    data = b'{"answer":"same","later":{"a":[1]},"v":1}'
    assert msgspec.json.decode(data, type=Heads) == Heads(answer="same")


@pytest.mark.parametrize("path", sorted(VECTORS.glob("*.json")), ids=lambda path: path.stem)
def test_vectors(path):
    """What stands in the files is what every other implementation must come to."""
    vector = json.loads(path.read_bytes())
    told = [Stand(bytes.fromhex(p), e, n, bytes.fromhex(r)) for p, e, n, r in vector["stands"]]
    assert wire.pack(sorted(told)).hex() == vector["packed"]
    assert wire.set_digest(one.project for one in told) == vector["set"]
    assert wire.fingerprint(told) == vector["fingerprint"]
    assert [wire.spelled_id(one.project) for one in sorted(told)] == vector["ids"]
    assert wire.bucket_prints(told, vector["bits"]).hex() == vector["buckets"]
    asked = HeadsAsked(set=vector["set"], fingerprint=vector["fingerprint"])
    assert msgspec.json.encode(asked).decode() == vector["asked"]
