"""Bytes that were once signed stay readable, and are still what we write today.

The vectors are never regenerated: a change that breaks one needs a new format version.
"""

import dataclasses
import hashlib
import json
from pathlib import Path

import pytest

from keys.did import peer_id
from keys.ed25519 import PrivateKey
from keys.statements import (
    addresses,
    bundle,
    contribution,
    delegation,
    descriptor,
    landing,
    notice,
    project,
    receipt,
    transcript,
)

VECTORS = json.loads((Path(__file__).parent / "vectors" / "statements.json").read_text())
KEYS = {each["name"]: PrivateKey.from_seed(bytes.fromhex(each["seed"])) for each in VECTORS["keys"]}
SEAL = {
    "landing": landing.seal_landing,
    "contribution": contribution.seal_contribution,
    "project": project.seal_project,
    "delegation": delegation.seal_delegation,
    "bundle": bundle.seal_bundle,
    "notice": notice.seal_notice,
    "addresses": addresses.seal_addresses,
    "receipt": receipt.seal_receipt,
}
OPEN = {
    "landing": lambda data: landing.open_landing(data)[0],
    "contribution": lambda data: contribution.open_contribution(data)[0],
    "project": lambda data: project.open_project(data)[0],
    "delegation": delegation.open_delegation,
    "bundle": lambda data: bundle.open_bundle(data)[0],
    "notice": lambda data: notice.open_notice(data)[0],
    "addresses": addresses.open_addresses,
    "receipt": lambda data: receipt.open_receipt(data)[0],
}


def plain(value):
    """Return `value` as JSON shows it: digests in hex, dataclasses as objects."""
    if isinstance(value, bytes):
        return value.hex()
    if dataclasses.is_dataclass(value):
        fields = dataclasses.fields(value)
        shown = {field.name: plain(getattr(value, field.name)) for field in fields}
        # What came later and is not said is not written.
        later = {"imported", "after", "account", "handle", "origin", "carried"}
        return {name: at for name, at in shown.items() if name not in later or at is not None}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    return value


@pytest.mark.parametrize("vector", VECTORS["keys"], ids=lambda vector: vector["name"])
def test_keys_have_their_names(vector):
    key = KEYS[vector["name"]]
    assert key.public.raw.hex() == vector["public"]
    assert (key.did, peer_id(key.public)) == (vector["did"], vector["peer_id"])


@pytest.mark.parametrize("vector", VECTORS["statements"], ids=lambda vector: vector["kind"])
def test_statements_open_and_seal_to_the_same_bytes(vector):
    data = vector["envelope"].encode()
    value = OPEN[vector["kind"]](data)
    assert plain(value) == vector["value"]
    assert SEAL[vector["kind"]](value, KEYS[vector["key"]]) == data
    assert hashlib.sha256(data).hexdigest() == vector["id"]


def test_the_project_has_its_id():
    vector = next(each for each in VECTORS["statements"] if each["kind"] == "project")
    assert project.genesis_id(vector["envelope"].encode()) == VECTORS["project_id"]


def test_a_project_that_moved_has_both_homes():
    chain = [one["envelope"].encode() for one in VECTORS["statements"] if one["kind"] == "project"]
    found = project.open_chain(chain)
    assert found.id == VECTORS["project_id"]
    assert [(one.home, one.after.position) for one in found.tenures] == [
        (KEYS["home"].did, 0),
        (KEYS["maker"].did, 2),
    ]


def test_the_transcript_decodes_and_encodes_to_the_same_bytes():
    vector = VECTORS["transcript"]
    data = vector["data"].encode()
    value = transcript.decode(data)
    assert plain(value) == vector["value"]
    assert transcript.encode(value) == data
    assert transcript.descriptor(data) == descriptor.Descriptor(
        bytes.fromhex(vector["id"]), len(data)
    )
