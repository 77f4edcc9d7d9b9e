"""An entry of the address book: where a node says that it is reached, signed by the node itself.

The newest one of a node counts, by its sequence number, until it expires. It is a hint like every
address: what counts is who proves that key when it is dialled.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from keys.ed25519 import PrivateKey
from keys.envelope import open_envelope, seal
from keys.errors import BadStatement
from keys.statements.canonical import Count, Did, decode, encode_struct

PAYLOAD_TYPE = "application/vnd.micelio.addresses+json"
MOST = 16

Address = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressEntry:
    """Multiaddrs and URLs of the node `did`; `expires_at` is Unix milliseconds."""

    did: str
    name: str = ""
    addresses: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    sequence: int
    expires_at: int

    def replaces(self, other: "AddressEntry | None", now: int) -> bool:
        """Return whether this one counts instead of `other`, at the time `now`."""
        if self.expires_at <= now:
            return False
        return other is None or self.sequence > other.sequence or other.expires_at <= now


class _Entry(msgspec.Struct, frozen=True, rename="camel"):
    format: Literal[1]
    did: Did
    name: Annotated[str, msgspec.Meta(max_length=255)]
    addresses: Annotated[tuple[Address, ...], msgspec.Meta(max_length=MOST)]
    urls: Annotated[tuple[Address, ...], msgspec.Meta(max_length=MOST)]
    sequence: Count
    expires_at: Count


_decoder = msgspec.json.Decoder(_Entry)


def seal_addresses(entry: AddressEntry, key: PrivateKey) -> bytes:
    """Return the envelope of `entry`; raises `BadStatement` for what opening refuses."""
    payload = encode_struct(
        _Entry(
            format=1,
            did=entry.did,
            name=entry.name,
            addresses=entry.addresses,
            urls=entry.urls,
            sequence=entry.sequence,
            expires_at=entry.expires_at,
        )
    )
    _read(payload, key.did)
    return seal(payload, PAYLOAD_TYPE, key)


def open_addresses(data: bytes) -> AddressEntry:
    """Return the entry in `data`; raises as `open_envelope`, and unless the node itself signed."""
    opened = open_envelope(data)
    if opened.payload_type != PAYLOAD_TYPE:
        raise BadStatement(f"The payload is {opened.payload_type!r}, not {PAYLOAD_TYPE}.")
    return _read(opened.payload, opened.signer)


def _read(payload: bytes, signer: str) -> AddressEntry:
    said = decode(_decoder, payload)
    if said.did != signer:
        raise BadStatement("The addresses of a node are signed by the node itself.")
    return AddressEntry(
        did=said.did,
        name=said.name,
        addresses=said.addresses,
        urls=said.urls,
        sequence=said.sequence,
        expires_at=said.expires_at,
    )
