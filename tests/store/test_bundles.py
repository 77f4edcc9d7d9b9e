"""A bundle is read as it was written, or refused: no byte of it counts that nobody vouches for."""

import json
import os
import struct
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keys.envelope import seal
from keys.statements.bundle import PAYLOAD_TYPE, open_bundle, seal_bundle
from store.bundles import HEAD, Bundle, Writer
from store.digest import digest_of
from store.errors import Absent, BadBundle, StoreFault
from store.records import Codec, Kind, Record, encode, make, make_prefixed
from tests.support.bundling import MAKER, a_bundle

VECTORS = Path(__file__).parent / "vectors" / "bundles"
DOCUMENTS = [b'{"payload":"first"}', b'{"payload":"second"}']
LOG = [make(Kind.DOCUMENT, b"landing"), make(Kind.BLOB, b"changes" * 100)]
CONTENTS = [make(Kind.BLOB, b"one"), make(Kind.BLOB, b"two" * 1000), make(Kind.BLOB, b"")]


@pytest.fixture
def path(tmp_path):
    return a_bundle(tmp_path / "a.bundle", DOCUMENTS, LOG, CONTENTS)


def read(path):
    """Read all of a bundle, as whoever checks it does."""
    with Bundle.open(path) as bundle:
        return (
            bundle.documents(),
            [raw for _, raw in bundle.log()],
            [raw for _, raw in bundle.contents()],
        )


def refused(path, data):
    path.write_bytes(data)
    with pytest.raises(BadBundle):
        read(path)


def test_what_was_written_is_read(path):
    assert read(path) == (
        DOCUMENTS,
        [b"landing", b"changes" * 100],
        [b"one", b"two" * 1000, b""],
    )


def test_an_empty_project_is_a_bundle_too(tmp_path):
    path = a_bundle(tmp_path / "empty", DOCUMENTS[:1], [], [], last=0, record=None)
    assert read(path) == (DOCUMENTS[:1], [], [])


def test_an_object_is_found_by_its_id(tmp_path):
    blobs = [make(Kind.BLOB, str(number).encode() * 50) for number in range(300)]
    bundle = Bundle.open(a_bundle(tmp_path / "many", DOCUMENTS, LOG, blobs))
    for number, blob in enumerate(blobs):
        assert bundle.get(blob.digest) == str(number).encode() * 50
    for absent in (bytes(32), b"\xff" * 32, digest_of(b"nowhere")):
        with pytest.raises(Absent):
            bundle.get(absent)
    bundle.close()


def test_an_object_that_comes_again_is_written_once(tmp_path):
    path = a_bundle(tmp_path / "a", DOCUMENTS, LOG, [*CONTENTS, *CONTENTS])
    assert len(read(path)[2]) == 3


def test_the_maker_is_known(path):
    with Bundle.open(path) as bundle:
        assert bundle.signer == MAKER.did


@pytest.mark.slow
def test_a_bundle_that_is_torn_anywhere_is_refused(path, tmp_path):
    data = path.read_bytes()
    for length in range(len(data)):
        refused(tmp_path / "torn", data[:length])


@pytest.mark.slow
def test_every_single_byte_matters(path, tmp_path):
    data = path.read_bytes()
    for place in range(len(data)):
        altered = bytearray(data)
        altered[place] ^= 1
        refused(tmp_path / "altered", bytes(altered))


def test_bytes_between_or_behind_the_parts_are_refused(path, tmp_path):
    data = path.read_bytes()
    refused(tmp_path / "behind", data + b"\0")
    refused(tmp_path / "before", b"\0" + data)
    refused(tmp_path / "between", data[:16] + b"\0" + data[16:])
    refused(tmp_path / "twice", data + data[16:])


def end(index, **changes):
    """The end of a bundle whose index says something else, properly signed."""
    envelope = seal_bundle(replace(index, **changes), MAKER)
    return envelope + struct.pack("<I12s", len(envelope), b"bundle's end")


def test_an_index_that_lies_is_refused(path, tmp_path):
    data = path.read_bytes()
    with Bundle.open(path) as bundle:
        one = bundle.index
    front = data[: one.places.end]
    for changes in (
        {"log": replace(one.log, count=one.log.count + 1)},
        {"contents": replace(one.contents, sha256=bytes(32))},
        {"places": replace(one.places, sha256=bytes(32))},
        {"places": replace(one.places, count=one.places.count + 1)},
        {"documents": replace(one.documents, count=1 << 40)},
    ):
        refused(tmp_path / "lies", front + end(one, **changes))
    refused(tmp_path / "honest-again", front[:-1] + end(one))
    (tmp_path / "honest").write_bytes(front + end(one))
    assert read(tmp_path / "honest") == read(path)


def test_what_is_no_plain_file_is_refused_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.bundle")
    for path in (tmp_path / "pipe.bundle", tmp_path, Path("/dev/zero")):
        with pytest.raises(BadBundle, match="plain file"):
            Bundle.open(path)


def test_places_that_lead_elsewhere_are_refused(path, tmp_path):
    data = bytearray(path.read_bytes())
    with Bundle.open(path) as bundle:
        index = bundle.index
    start = index.places.offset
    for offset in (0, index.log.offset, index.places.offset, 1 << 60):
        data[start + 32 : start + 40] = struct.pack("<Q", offset)
        (tmp_path / "led").write_bytes(data)
        with Bundle.open(tmp_path / "led") as led, pytest.raises(BadBundle):
            led.get(bytes(data[start : start + 32]))


@pytest.mark.parametrize(
    "record",
    [
        replace(make(Kind.BLOB, bytes(1 << 20)), raw_length=4 << 20),
        replace(make(Kind.BLOB, b"a" * 100), digest=digest_of(b"b")),
        Record(Kind.BLOB, Codec.ZSTD, 100, digest_of(b"x"), b"no frame"),
        make_prefixed(Kind.BLOB, b"one more", b"one"),
    ],
    ids=["a bomb", "altered", "no frame", "resting"],
)
def test_an_object_that_is_not_what_it_says_is_refused(tmp_path, record):
    for number in (1, 2):
        parts = [DOCUMENTS, LOG, CONTENTS]
        parts[number] = [*parts[number], record]
        with pytest.raises(StoreFault):
            read(a_bundle(tmp_path / f"bad-{number}", *parts))


def test_a_record_that_announces_more_than_an_object_may_have_is_refused(tmp_path):
    header = bytearray(encode(CONTENTS[0]))
    for length in (4 << 20) + 1, 0xFFFFFFFF:
        header[8:12] = header[12:16] = struct.pack("<I", length)
        path = tmp_path / f"{length}"
        with path.open("xb") as file:
            writer = Writer(file)
            writer.document(DOCUMENTS[0])
            writer._in(1)
            writer._put(bytes(header))
            writer.finish(
                MAKER, project="mic:z" + "1" * 44, first=1, last=1, record=bytes(32), made_at=1
            )
        with pytest.raises(StoreFault, match="at most"):
            read(path)


def test_documents_beyond_the_limit_are_refused_before_they_are_read(tmp_path):
    path = a_bundle(tmp_path / "many", [b"d"] * 10_001, LOG, CONTENTS)
    with pytest.raises(BadBundle, match="too many"):
        read(path)


@pytest.mark.slow
@settings(max_examples=300)
@given(data=st.binary(max_size=400), tail=st.booleans())
def test_any_bytes_are_refused_with_our_own_fault(data, tail, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any"
    data = HEAD + data
    if tail:
        envelope = seal(data[:200], PAYLOAD_TYPE, MAKER)
        data += envelope + struct.pack("<I12s", len(envelope), b"bundle's end")
    refused(path, data)


@pytest.mark.slow
@settings(max_examples=200)
@given(drawn=st.data())
def test_a_bundle_that_is_altered_in_several_places_is_refused(drawn, tmp_path_factory):
    base = tmp_path_factory.getbasetemp()
    whole = base / "whole"
    if not whole.exists():
        a_bundle(whole, DOCUMENTS, LOG, CONTENTS)
    altered = bytearray(whole.read_bytes())
    for _ in range(drawn.draw(st.integers(1, 4))):
        start = drawn.draw(st.integers(0, len(altered) - 1))
        length = drawn.draw(st.integers(0, 20))
        altered[start : start + length] = drawn.draw(st.binary(max_size=20))
    if bytes(altered) != whole.read_bytes():
        refused(base / "mangled", bytes(altered))


@pytest.mark.parametrize("name", ["two-landings", "empty"])
def test_vectors(name):
    path = VECTORS / f"{name}.bundle"
    said = json.loads((VECTORS / f"{name}.json").read_text())
    bundle = Bundle.open(path)
    assert bundle.signer == said["maker"]
    assert bundle.index.project == said["project"]
    assert [bundle.index.first, bundle.index.last] == said["positions"]
    documents, log, contents = read(path)
    assert [digest_of(raw).hex() for raw in documents] == said["documents"]
    assert [digest_of(raw).hex() for raw in log] == said["log"]
    assert [digest_of(raw).hex() for raw in contents] == said["contents"]
    assert {digest: bundle.get(bytes.fromhex(digest)).hex() for digest in said["contents"]} == said[
        "bytes"
    ]
    data = path.read_bytes()
    start = bundle.index.places.end
    assert open_bundle(data[start:-16]) == (bundle.index, bundle.signer)
    assert seal_bundle(bundle.index, MAKER) == data[start:-16]
    bundle.close()
