"""DSSE envelopes: payload, type of payload, one signature (secure-systems-lab/dsse v1).

The signature covers the received payload bytes, never a re-serialised form. An envelope has one
accepted spelling, `keys.spelling`'s; any DSSE verifier still accepts it. The key id is the signer's
did. Whether that signer may say what it says is the caller's question.
"""

from dataclasses import dataclass

from keys.did import public_key
from keys.ed25519 import PrivateKey, PublicKey
from keys.errors import BadEnvelope, BadKey
from keys.spelling import ENVELOPE_MAX, Parts, parts_of, spelled


@dataclass(frozen=True, slots=True)
class Opened:
    """What an envelope holds, after its signature was verified."""

    payload: bytes
    payload_type: str
    signer: str


def pae(payload: bytes, payload_type: str) -> bytes:
    """Return the pre-authentication encoding: the bytes that are signed."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal(payload: bytes, payload_type: str, key: PrivateKey) -> bytes:
    """Return the envelope of `payload`, signed by `key`; raises `BadEnvelope` above 1 MiB."""
    signature = key.sign(pae(payload, payload_type))
    data = spelled(Parts(payload, payload_type, key.did, signature))
    if len(data) > ENVELOPE_MAX:
        raise BadEnvelope(f"An envelope is at most {ENVELOPE_MAX} bytes, not {len(data)}.")
    return data


def open_envelope(data: bytes) -> Opened:
    """Return what `data` holds once its one signature is verified.

    Raises `BadEnvelope` for anything that `seal` would not have written, `BadSignature` if the
    key that it names did not sign it.
    """
    parts = parts_of(data)
    _key(parts.keyid).verify(parts.signature, pae(parts.payload, parts.payload_type))
    return Opened(parts.payload, parts.payload_type, parts.keyid)


def _key(did: str) -> PublicKey:
    try:
        return public_key(did)
    except BadKey as fault:
        raise BadEnvelope("The key id of the envelope is not a did:key.") from fault
