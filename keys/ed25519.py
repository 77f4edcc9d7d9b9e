"""Ed25519 keys over libsodium (RFC 8032).

libsodium refuses small-order keys and signatures whose scalar is not reduced, so that a signature
cannot be altered into another valid one by somebody without the key.
"""

from typing import Self

from nacl import bindings
from nacl.exceptions import BadSignatureError, CryptoError

from keys import multikey as names
from keys.errors import BadKey, BadSignature

SEED_BYTES = 32
SIGNATURE_BYTES = 64


class PublicKey:
    """A public key: 32 bytes, compared and hashed by value."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        if len(raw) != names.KEY_BYTES:
            raise BadKey(f"An Ed25519 public key has 32 bytes, not {len(raw)}.")
        self.raw = bytes(raw)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PublicKey) and other.raw == self.raw

    def __hash__(self) -> int:
        return hash(self.raw)

    def __repr__(self) -> str:
        return f"PublicKey({names.did_of_raw(self.raw)})"

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return if `signature` over `message` is by this key; else raise `BadSignature`."""
        if len(signature) != SIGNATURE_BYTES:
            raise BadSignature(f"A signature has 64 bytes, not {len(signature)}.")
        try:
            bindings.crypto_sign_open(signature + message, self.raw)
        except (BadSignatureError, CryptoError) as fault:
            raise BadSignature("The signature is not by the key that is named.") from fault


class PrivateKey:
    """A private key; it never shows its seed in a repr, and is not picklable by accident."""

    __slots__ = ("_secret", "did", "public", "seed")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != SEED_BYTES:
            raise BadKey(f"An Ed25519 seed has 32 bytes, not {len(seed)}.")
        raw, self._secret = bindings.crypto_sign_seed_keypair(bytes(seed))
        self.seed = bytes(seed)
        self.public = PublicKey(raw)
        self.did = names.did_of_raw(raw)

    @classmethod
    def generate(cls) -> Self:
        """Make a new key from the system's randomness."""
        return cls(bindings.randombytes(SEED_BYTES))

    @classmethod
    def from_seed(cls, seed: bytes) -> Self:
        """Make the key of a 32-byte `seed`; raises `BadKey` for another length."""
        return cls(seed)

    def __repr__(self) -> str:
        return f"PrivateKey(of {self.did})"

    def __reduce__(self) -> str:
        raise TypeError("A private key is not pickled.")

    def sign(self, message: bytes) -> bytes:
        """Return the 64-byte signature of `message`."""
        return bindings.crypto_sign(message, self._secret)[:SIGNATURE_BYTES]
