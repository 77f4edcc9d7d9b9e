"""Bytes that were once stored stay readable, and are still what we write today.

The vectors are never regenerated: a change that breaks one needs a new format version. Compressed
frames are only read back: another release of zstd may write better ones.
"""

import json
from pathlib import Path

import pytest

from store import changes, contents, nodes, tree
from store.bloom import Bloom
from store.changes import Change
from store.digest import Digest, digest_of, parse_digest
from store.errors import BadDigest
from store.records import Codec, Decoder, Kind, encode, make, opened
from store.tree import Entry, Mode


def vectors(name):
    return json.loads((Path(__file__).parent / "vectors" / f"{name}.json").read_text())


@pytest.mark.parametrize("vector", vectors("records"), ids=lambda v: v["name"])
def test_records(vector):
    data, raw = bytes.fromhex(vector["record"]), bytes.fromhex(vector["raw"])
    (record,) = Decoder().feed(data)
    assert record.digest == parse_digest(vector["id"])
    assert (record.kind, record.codec) == (Kind(vector["kind"]), Codec(vector["codec"]))
    base = bytes.fromhex(vector["base"]) if "base" in vector else None
    assert opened(record, base) == raw
    assert encode(record) == data
    if record.codec is Codec.RAW:
        assert make(record.kind, raw) == record


def entry_of(triple):
    return triple and Entry(Mode(triple[0]), parse_digest(triple[1]), triple[2])


@pytest.mark.parametrize("vector", vectors("trees"), ids=lambda v: v["name"])
def test_trees(vector):
    held = {}

    def sink(raw, _replaced):
        held[digest_of(raw)] = raw
        return digest_of(raw)

    if "files" in vector:
        files = {path: entry_of(triple) for path, triple in vector["files"].items()}
    else:
        files = {
            f"d/f{n}": Entry(Mode.FILE, digest_of(b"%d" % n), n) for n in range(vector["count"])
        }
    root = tree.build(files.items(), sink)
    assert root.hex() == vector["root"]
    for digest, raw in vector.get("nodes", {}).items():
        assert held[parse_digest(digest)].hex() == raw
        nodes.decode(bytes.fromhex(raw))
    assert len(held) == vector["written"]


@pytest.mark.parametrize("vector", vectors("changes"), ids=lambda v: v["name"])
def test_change_lists(vector):
    listed = tuple(
        Change(path, entry_of(old), entry_of(new)) for path, old, new in vector["changes"]
    )
    assert changes.encode(listed).hex() == vector["bytes"]
    assert changes.decode(bytes.fromhex(vector["bytes"])) == listed


@pytest.mark.parametrize("vector", vectors("manifests"), ids=lambda v: v["name"])
def test_manifests(vector):
    parts = [(length, bytes.fromhex(digest)) for length, digest in vector["parts"]]
    assert contents.encode(parts).hex() == vector["bytes"]
    assert contents.decode(bytes.fromhex(vector["bytes"]), vector["size"]) == parts


@pytest.mark.parametrize("vector", vectors("chunks"), ids=lambda v: v["name"])
def test_where_files_are_cut(vector):
    import hashlib
    import io

    raw = hashlib.shake_256(vector["seed"].encode()).digest(vector["size"])
    records = list(contents.records_of(io.BytesIO(raw), len(raw)))
    assert [record.raw_length for record in records[:-1]] == vector["lengths"]
    assert records[-1].digest.hex() == vector["id"]


@pytest.mark.parametrize("vector", vectors("filters"), ids=lambda v: v["name"])
def test_filters(vector):
    bloom = Bloom.sized(vector["count"], vector["false_positives"])
    for key in vector["keys"]:
        bloom.add(key.encode())
    assert bloom.encode().hex() == vector["bytes"]
    assert all(
        Bloom.decode(bytes.fromhex(vector["bytes"])).may_contain(k.encode()) for k in vector["keys"]
    )


def test_digests():
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert digest_of(b"").hex() == empty
    assert parse_digest(empty) == digest_of(b"")
    assert Digest(bytes.fromhex(empty)) == digest_of(memoryview(b""))
    for wrong in ("", empty[:-1], empty + "00", "z" * 64, f" {empty[1:]}", f"{empty[:62]}  "):
        with pytest.raises(BadDigest):
            parse_digest(wrong)
