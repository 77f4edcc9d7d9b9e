"""Languages as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a project is written in a language, in bytes and in parts of a thousand."""

    language: str
    bytes: int
    permille: int
