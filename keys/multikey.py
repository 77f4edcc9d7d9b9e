"""Base58, and the did:key spelling of 32 public bytes (multicodec ed25519-pub).

A did that decodes but does not encode back to itself is refused: two spellings of one signer
would let one signer count twice.
"""

import functools

from keys.errors import BadKey

KEY_BYTES = 32
DID_MAX = 64
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)}
DID_SCHEME = "did:key:"
_SCHEME = DID_SCHEME + "z"
_ED25519_PUB = b"\xed\x01"


def base58(data: bytes) -> str:
    """Return `data` in base58 (the Bitcoin alphabet): a leading zero byte becomes a `1`."""
    number = int.from_bytes(data, "big")
    letters: list[str] = []
    while number:
        number, digit = divmod(number, 58)
        letters.append(_ALPHABET[digit])
    zeros = len(data) - len(data.lstrip(b"\0"))
    return "1" * zeros + "".join(reversed(letters))


def from_base58(text: str) -> bytes:
    """Return the bytes that `text` encodes; raises `BadKey` for a letter outside base58.

    The cost is quadratic: the caller bounds the length.
    """
    number = 0
    for letter in text:
        value = _VALUES.get(letter)
        if value is None:
            raise BadKey(f"{letter!r} is not a letter of base58.")
        number = number * 58 + value
    zeros = len(text) - len(text.lstrip("1"))
    return bytes(zeros) + number.to_bytes((number.bit_length() + 7) // 8, "big")


def multibase58(data: bytes) -> str:
    """Return `data` as multibase base58btc, which starts with `z`."""
    return "z" + base58(data)


@functools.lru_cache(maxsize=4096)
def did_of_raw(raw: bytes) -> str:
    """Return the did of 32 public bytes."""
    return _SCHEME + base58(_ED25519_PUB + raw)


def raw_of_did(did: str) -> bytes:
    """Return the 32 public bytes that `did` names; raises `BadKey`."""
    if len(did) > DID_MAX or not did.startswith(_SCHEME):
        raise BadKey("This is not the did:key of an Ed25519 key.")
    data = from_base58(did[len(_SCHEME) :])
    raw = data.removeprefix(_ED25519_PUB)
    if len(raw) != KEY_BYTES or did_of_raw(raw) != did:
        raise BadKey("This is not the did:key of an Ed25519 key.")
    return raw
