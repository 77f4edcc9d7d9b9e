"""Content named by digest and length, as a statement refers to it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Descriptor:
    """Some content: `id` is its 32-byte content id, `size` its bytes."""

    id: bytes
    size: int
