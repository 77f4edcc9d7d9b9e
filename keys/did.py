"""The two names of one Ed25519 key: `did:key` for statements, peer id for libp2p.

Both are plain encodings of the 32 public bytes (did:key method; libp2p peer ids, identity
multihash of the protobuf key), so each key has exactly one of each.
"""

import functools
import re

from keys.ed25519 import PublicKey
from keys.errors import BadKey
from keys.multikey import base58, did_of_raw, from_base58, multibase58, raw_of_did

__all__ = ["did_of", "did_of_peer", "multibase58", "peer_id", "public_key"]

_PEER_ID = re.compile(r"12D3KooW[1-9A-HJ-NP-Za-km-z]{44}")
_PEER_PREFIX = b"\x00\x24\x08\x01\x12\x20"


def did_of(key: PublicKey) -> str:
    """Return `did:key:z6Mk…` of `key`."""
    return did_of_raw(key.raw)


@functools.lru_cache(maxsize=4096)
def public_key(did: str) -> PublicKey:
    """Return the key that `did` names; raises `BadKey`. Remembers recent ones."""
    return PublicKey(raw_of_did(did))


def peer_id(key: PublicKey) -> str:
    """Return the libp2p peer id of `key`: `12D3KooW…`."""
    return base58(_PEER_PREFIX + key.raw)


def did_of_peer(name: str) -> str:
    """Return the did of a libp2p peer id; raises `BadKey` for one of no Ed25519 key."""
    data = b"" if _PEER_ID.fullmatch(name) is None else from_base58(name)
    if data.startswith(_PEER_PREFIX):
        did = did_of_raw(data.removeprefix(_PEER_PREFIX))
        if peer_id(public_key(did)) == name:
            return did
    raise BadKey(f"{name[:100]!r} is not the peer id of an Ed25519 key.")
