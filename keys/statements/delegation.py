"""The delegation: a person's key lets a device's or an agent's key speak for it, for a time.

Signed by the person. It grants at most what `scope` names; `expires_at` is never absent.
"""

from dataclasses import dataclass
from typing import Annotated

import msgspec

from keys.did import public_key
from keys.ed25519 import PrivateKey
from keys.errors import BadKey, BadStatement
from keys.statements import intoto
from keys.statements.canonical import Count, Did, Name

PREDICATE_TYPE = "https://micelio.dev/attestation/delegation/v1"
SUBJECT = "micelio:key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegation:
    """`sponsor` lets `device` do what `scope` names until `expires_at` (Unix milliseconds)."""

    sponsor: str
    device: str
    name: str
    scope: tuple[str, ...]
    issued_at: int
    expires_at: int

    def allows(self, action: str, at: int) -> bool:
        """Return whether the device may do `action` at `at`, in Unix milliseconds."""
        return action in self.scope and self.issued_at <= at < self.expires_at


class _Predicate(msgspec.Struct, frozen=True, rename="camel"):
    sponsor: Did
    device: Did
    name: Name
    scope: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=32)]
    issued_at: Count
    expires_at: Count


_decoder = msgspec.json.Decoder(intoto.Statement[_Predicate])


def seal_delegation(delegation: Delegation, key: PrivateKey) -> bytes:
    """Return the envelope of `delegation`; raises `BadStatement` unless `key` is the sponsor's."""
    said = _Predicate(
        delegation.sponsor,
        delegation.device,
        delegation.name,
        delegation.scope,
        delegation.issued_at,
        delegation.expires_at,
    )
    payload = intoto.payload_of(SUBJECT, _raw(delegation.device), PREDICATE_TYPE, said)
    _read(payload, key.did)
    return intoto.seal_payload(payload, key)


def open_delegation(data: bytes) -> Delegation:
    """Return the delegation in `data`; raises `BadStatement` unless the sponsor signed it."""
    return _read(*intoto.open_payload(data))


def _read(payload: bytes, signer: str) -> Delegation:
    statement = intoto.read(_decoder, payload, PREDICATE_TYPE, SUBJECT)
    said = statement.predicate
    if bytes.fromhex(statement.subject[0].digest.sha256) != _raw(said.device):
        raise BadStatement("The subject is not the key of the device.")
    if said.sponsor != signer:
        raise BadStatement("A delegation is signed by its sponsor.")
    if said.expires_at <= said.issued_at:
        raise BadStatement("A delegation ends after it begins.")
    return Delegation(
        sponsor=said.sponsor,
        device=said.device,
        name=said.name,
        scope=said.scope,
        issued_at=said.issued_at,
        expires_at=said.expires_at,
    )


def _raw(did: str) -> bytes:
    try:
        return public_key(did).raw
    except BadKey as fault:
        raise BadStatement("A delegation names a device by its did:key.") from fault
