"""The name of every object: the SHA-256 of its raw bytes.

The same digest names the same bytes as a CIDv1 raw block, an OCI layer or an in-toto subject.
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, NewType

from store.errors import BadDigest

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

Digest = NewType("Digest", bytes)
LENGTH = 32


def digest_of(raw: bytes | bytearray | memoryview) -> Digest:
    """Return the digest of `raw`."""
    return Digest(_sha256()(raw).digest())


@functools.cache
def _sha256() -> "Callable[[bytes | bytearray | memoryview], Hash]":
    """Return the hash, which is slow to load and which `mic status` seldom needs."""
    from hashlib import sha256  # noqa: PLC0415

    return sha256


def parse_digest(text: str) -> Digest:
    """Return the digest written as 64 hex digits; raises `BadDigest`."""
    try:
        raw = bytes.fromhex(text)
    except ValueError as fault:
        raise BadDigest(f"not a digest: {text[:80]!r}") from fault
    if len(raw) != LENGTH or len(text) != 2 * LENGTH:
        raise BadDigest(f"a digest has {2 * LENGTH} hex digits: {text[:80]!r}")
    return Digest(raw)
