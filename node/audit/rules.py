"""How the rows of the audit log hang together."""

import hashlib
from collections.abc import Iterable

import msgspec

from node.audit.model import AuditRow

FIRST = bytes(32)


def chained(before: bytes, row: AuditRow) -> bytes:
    """Return the hash that `row` must carry behind a row whose hash is `before`."""
    fields = [getattr(row, name) for name in AuditRow.__dataclass_fields__ if name != "hash"]
    return hashlib.sha256(before + msgspec.json.encode(fields, order="sorted")).digest()


def first_broken(rows: Iterable[AuditRow], count: int) -> int | None:
    """Return the number of the first row that is not as it was written, None if all are.

    `count` is how many rows were ever written: without it a log that lost its end looks whole.
    """
    before, seen = FIRST, 0
    for row in rows:
        if row.seq != seen + 1 or row.hash != chained(before, row):
            return seen + 1
        before, seen = row.hash, row.seq
    return None if seen == count else seen + 1
