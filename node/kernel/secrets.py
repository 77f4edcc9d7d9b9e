"""What is kept of a secret: its hash, and nothing else.

A secret has 256 random bits, so a plain SHA-256 of it cannot be turned round: the slow hashes that
passwords need would only slow down each request.
"""

import hashlib
import hmac


def hashed(secret: str) -> bytes:
    """Return what is kept of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def same(one: bytes, other: bytes) -> bool:
    """Compare two hashes in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)
