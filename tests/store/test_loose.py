"""Envelopes are kept without their wrapping and come out as they were."""

import json

import pytest

from keys.ed25519 import PrivateKey
from keys.envelope import seal
from store import loose
from store.digest import digest_of
from store.errors import BadRecord, Corrupt
from store.records import (
    Codec,
    Decoder,
    Kind,
    Record,
    encode,
    make_loosened,
    opened,
)

KEY = PrivateKey.from_seed(bytes(32))


def envelope(payload: bytes) -> bytes:
    return seal(payload, "application/vnd.in-toto+json", KEY)


@pytest.mark.parametrize(
    "payload", [b"", b"{}", b'{"goal":"\\u00e9"}', bytes(range(256)), b"x" * 9999]
)
def test_an_envelope_comes_out_as_it_went_in(payload):
    raw = envelope(payload)
    inside = loose.loosened(raw)
    assert payload in inside
    assert len(inside) < len(raw)
    assert loose.tightened(inside) == raw


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"text",
        b'{"payload":"',
        b'{"payload":"!!","payloadType":"t","signatures":[{"keyid":"k","sig":"AA=="}]}',
        json.dumps(json.loads(envelope(b"{}"))).encode(),
        envelope(b"{}") + b" ",
        envelope(b"{}").replace(b'"sig"', b'"xsig"'),
        envelope(b"{}").replace(b"vnd.in", b"vnd\\nin"),
    ],
)
def test_what_has_another_spelling_stays_as_it_is(raw):
    assert loose.loosened(raw) == raw


def test_bytes_that_look_loose_are_never_mistaken():
    raw = loose.MARK + b"a\nb\n" + bytes(80)
    record = make_loosened(Kind.DOCUMENT, raw, b"")
    with pytest.raises(Corrupt):
        opened(record, b"")


@pytest.mark.parametrize(
    "junk", [b"", b"a", b"a\n", b"a\nb\n", b"a\nb\n" + bytes(10), b"\xff\n\xff\n"]
)
def test_junk_behind_the_mark_raises_nothing(junk):
    assert isinstance(loose.tightened(loose.MARK + junk), bytes)


def test_a_loosened_record_opens_with_its_base_and_is_proven():
    base, raw = (
        envelope(b'{"goal":"one thing","n":1}' * 9),
        envelope(b'{"goal":"one thing","n":2}' * 9),
    )
    record = make_loosened(Kind.DOCUMENT, raw, base)
    assert record.codec is Codec.LOOSENED
    assert record.base == digest_of(base)
    assert len(record.stored) < 32 + 64 + 60
    assert opened(record, base) == raw
    [again] = Decoder().feed(encode(record))
    assert again == record
    with pytest.raises(BadRecord):
        opened(record)
    with pytest.raises(Corrupt):
        opened(record, envelope(b"another"))


def test_a_record_that_claims_less_than_it_holds_is_refused():
    raw = envelope(b"x" * 5000)
    true = make_loosened(Kind.DOCUMENT, raw, b"")
    short = Record(true.kind, true.codec, 100, true.digest, true.stored)
    with pytest.raises((BadRecord, Corrupt)):
        opened(short, b"")
