"""The audit log as values."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One deed; `at` is Unix milliseconds, `metadata` plain JSON values without secrets."""

    seq: int
    account: int | None
    handle: str | None
    token: int | None
    project: int | None
    action: str
    metadata: Mapping[str, object]
    at: int
    hash: bytes
