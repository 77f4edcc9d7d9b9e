"""A node that signs two records for one position is refused, and the proof of it is kept."""

import base64
import json

import pytest

from keys.ed25519 import PrivateKey
from keys.statements.equivocation import prove
from keys.statements.landing import LandingRecord, seal_landing
from mic.cli.commands import verify
from mic.errors import Conflict
from mic.workspace.verify import Report
from store.tree import EMPTY

HOME = PrivateKey.from_seed(b"h" * 32)


def record(goal):
    return seal_landing(
        LandingRecord(
            project="mic:z" + "1" * 44,
            position=1,
            previous=None,
            tree=EMPTY,
            previous_tree=EMPTY,
            session="s",
            contribution=None,
            author="ada",
            author_did=None,
            goal=goal,
            clock="1.0@1",
            landed_at=1,
        ),
        HOME,
    )


def report(proof):
    return Report(
        project="mic:z1",
        position=1,
        tree=EMPTY,
        id=None,
        origins={},
        signers={},
        equivocation=proof,
    )


def test_the_proof_is_written_and_holds_for_others(tmp_path):
    (tmp_path / ".mic").mkdir()
    proof = prove(record("one"), record("other"))
    with pytest.raises(Conflict) as refused:
        verify._check_equivocation(tmp_path, report(proof).equivocation)
    assert refused.value.code == "verify.equivocation"
    assert refused.value.details["signer"] == HOME.did
    kept = json.loads((tmp_path / ".mic/equivocation-1.json").read_bytes())
    assert prove(*map(base64.b64decode, kept["records"])) == proof


def test_an_honest_log_is_no_equivocation(tmp_path):
    verify._check_equivocation(tmp_path, None)
    assert list(tmp_path.iterdir()) == []
