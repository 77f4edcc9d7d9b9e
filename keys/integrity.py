"""Proofs in plain JSON documents: the cryptosuite eddsa-jcs-2022 of W3C Data Integrity (FEP-8b32).

What is signed is the hash of the proof's own fields and the hash of the document without it, each
as canonical JSON (RFC 8785). So the fields of a document may come in any order, and nothing of it
can change. It is for what others than Micelio read; our own statements are envelopes.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from keys.ed25519 import PrivateKey, PublicKey
from keys.errors import BadStatement
from keys.multikey import from_base58, multibase58
from keys.statements.canonical import encode_any

TYPE = "DataIntegrityProof"
SUITE = "eddsa-jcs-2022"
PURPOSE = "assertionMethod"
CONTEXT = "@context"
LONGEST_VALUE = 100
"""Characters of a signature in multibase: 64 bytes are at most 89."""

Document = Mapping[str, Any]


def prove(document: Document, key: PrivateKey, method: str, created: str) -> dict[str, Any]:
    """Return `document` with a proof by `key`, which is known by the URI `method`.

    `created` is a time as XML Schema spells it, in UTC. Raises `BadStatement` for a document that
    has no canonical JSON.
    """
    options = {
        "type": TYPE,
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": method,
        "proofPurpose": PURPOSE,
    }
    if CONTEXT in document:
        options[CONTEXT] = document[CONTEXT]
    value = multibase58(key.sign(_signed(document, options)))
    return {**document, "proof": {**options, "proofValue": value}}


def method_of(document: Document) -> str:
    """Return the URI of the key that a proof says to be by; raises `BadStatement`."""
    method = _proof(document).get("verificationMethod")
    if not isinstance(method, str):
        raise BadStatement("The proof names no key.")
    return method


def check(document: Document, key: PublicKey, now: int) -> None:
    """Return if the proof in `document` is by `key` and has not ended at `now`, in Unix ms.

    Raises `BadSignature` for one that does not hold, another `KeysFault` for one of another kind.
    Whose key the proof's `verificationMethod` is, the caller has found out.
    """
    proof = dict(_proof(document))
    signature = _signature(proof.pop("proofValue", None))
    said = (proof.get("type"), proof.get("cryptosuite"), proof.get("proofPurpose"))
    if said != (TYPE, SUITE, PURPOSE):
        raise BadStatement(f"The proof is no {TYPE} of {SUITE} for {PURPOSE}.")
    if CONTEXT in proof and proof[CONTEXT] != document.get(CONTEXT):
        raise BadStatement("The proof has another context than the document.")
    if "expires" in proof and _time(proof["expires"]) <= now:
        raise BadStatement("The proof has ended.")
    bare = {name: value for name, value in document.items() if name != "proof"}
    key.verify(signature, _signed(bare, proof))


def _signed(document: Document, options: Document) -> bytes:
    return b"".join(hashlib.sha256(encode_any(one)).digest() for one in (options, document))


def _proof(document: Document) -> Document:
    proof = document.get("proof")
    if not isinstance(proof, dict):
        raise BadStatement("The document has no proof, or more than one.")
    return proof


def _signature(value: object) -> bytes:
    if not isinstance(value, str) or len(value) > LONGEST_VALUE or not value.startswith("z"):
        raise BadStatement("The value of the proof is no signature in multibase.")
    return from_base58(value[1:])


def _time(value: object) -> float:
    """Return a time in Unix ms; one that says no zone is refused."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as fault:
        raise BadStatement("The proof ends at no time that can be read.") from fault
    if found.tzinfo is None:
        raise BadStatement("The proof ends at a time of no zone.")
    return found.timestamp() * 1000
