"""Bloom filters: which keys a set may contain, in ten bits for each.

A key's bits are `h1 + i * h2` modulo the size, with the two halves of mmh3 x64-128 as h1 and h2,
the latter made odd (Kirsch and Mitzenmacher, "Less Hashing, Same Performance"). There are no false
negatives: keys can be forged so that a filter says "maybe" too often, never so that it says "no"
of a key that is in it.
"""

import math
import struct

import mmh3

from store.errors import BadRecord

SMALLEST_BITS = 64
MOST_BITS = 1 << 30
MOST_HASHES = 64
_HEAD = struct.Struct("<I")


class Bloom:
    """A filter of `8 * len(bits)` bits, the first one the highest of the first byte."""

    __slots__ = ("bits", "hashes")

    def __init__(self, bits: bytearray, hashes: int) -> None:
        self.bits = bits
        self.hashes = hashes

    @classmethod
    def sized(cls, count: int, false_positives: float) -> "Bloom":
        """Return an empty filter in which `count` keys err with that probability."""
        wanted = math.ceil(-max(count, 1) * math.log(false_positives) / math.log(2) ** 2)
        size = (max(wanted, SMALLEST_BITS) + 7) // 8
        if size * 8 > MOST_BITS:
            raise ValueError("too many keys for one filter")
        hashes = math.ceil(size * 8 / max(count, 1) * math.log(2))
        return cls(bytearray(size), min(max(hashes, 1), MOST_HASHES))

    @property
    def size(self) -> int:
        """How many bits there are."""
        return len(self.bits) * 8

    def add(self, key: bytes) -> None:
        """Put `key` into the set."""
        for index in self._indexes(key):
            self.bits[index >> 3] |= 0x80 >> (index & 7)

    def may_contain(self, key: bytes) -> bool:
        """Whether `key` may be in the set; False is certain."""
        bits = self.bits
        return all(bits[index >> 3] & (0x80 >> (index & 7)) for index in self._indexes(key))

    def is_like(self, other: "Bloom") -> bool:
        """Whether two filters have one size and one number of hashes."""
        return (len(self.bits), self.hashes) == (len(other.bits), other.hashes)

    def intersects(self, other: "Bloom") -> bool:
        """Whether the sets may share a key; filters that are not alike always may."""
        # One common bit is enough: the bits of a key may coincide.
        return not self.is_like(other) or self.number & other.number != 0

    def merge(self, other: "Bloom") -> None:
        """Put the other set's keys into this one; raises `ValueError` unless they are alike."""
        self._require_like(other)
        self.bits[:] = (self.number | other.number).to_bytes(len(self.bits), "big")

    def is_subset(self, other: "Bloom") -> bool:
        """Whether this set may lie in the other; raises `ValueError` unless they are alike."""
        self._require_like(other)
        return self.number & ~other.number == 0

    def jaccard(self, other: "Bloom") -> float:
        """Return how alike the sets' bits are, 0 to 1; raises `ValueError` unless comparable."""
        self._require_like(other)
        union = (self.number | other.number).bit_count()
        return (self.number & other.number).bit_count() / union if union else 1.0

    def fill_ratio(self) -> float:
        """Return the share of bits that are set."""
        return self.number.bit_count() / self.size

    def estimated_count(self) -> float:
        """Return about how many keys were added: -(m / k) * ln(1 - x / m); infinite when full."""
        ratio = self.fill_ratio()
        return math.inf if ratio >= 1 else -(self.size / self.hashes) * math.log(1 - ratio)

    def clear(self) -> None:
        """Empty the set."""
        self.bits[:] = bytes(len(self.bits))

    def encode(self) -> bytes:
        """Return the number of hashes as u32, little-endian, and the bits."""
        return _HEAD.pack(self.hashes) + self.bits

    @classmethod
    def decode(cls, data: bytes) -> "Bloom":
        """Return the filter; raises `BadRecord`."""
        size = (len(data) - _HEAD.size) * 8
        if not SMALLEST_BITS <= size <= MOST_BITS:
            raise BadRecord("not a filter: it has no possible size")
        (hashes,) = _HEAD.unpack_from(data)
        if not 1 <= hashes <= MOST_HASHES:
            raise BadRecord(f"not a filter: it has {hashes} hashes")
        return cls(bytearray(data[_HEAD.size :]), hashes)

    @property
    def number(self) -> int:
        """All bits as one number."""
        return int.from_bytes(self.bits, "big")

    def _indexes(self, key: bytes) -> list[int]:
        first, second = mmh3.hash64(key, signed=False)
        second |= 1
        size = self.size
        return [(first + number * second) % size for number in range(self.hashes)]

    def _require_like(self, other: "Bloom") -> None:
        if not self.is_like(other):
            raise ValueError("filters of different size or number of hashes")
