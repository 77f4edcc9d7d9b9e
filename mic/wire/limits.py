"""The bounds of `/mic/v1`: what either side may refuse before it parses anything.

Both sides import these, so that a client can say what is wrong before it sends, and a node never
trusts that it did.
"""

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB
GIB: Final = 1024 * MIB

JSON_BODY: Final = 1 * MIB
"""Bytes of any JSON request body."""

ANSWER: Final = 256 * MIB
"""Bytes of any answer but for files and streams: 200,000 paths of a kilobyte each, and more."""

LAND_REQUEST: Final = 6 * MIB
"""Bytes of the JSON head of a landing: a transcript of `TRANSCRIPT` bytes in base64, and more."""

WANTED: Final = 200_000
"""Ids in one want-list."""

RESIDUE: Final = 5_000
"""Contents of a residue, and commits of pushes, in one answer."""

ID: Final = 32
"""Bytes of one id in a want-list."""

OBJECT: Final = 4 * MIB
"""Raw bytes of one record."""

LANDED_PATHS: Final = 200_000
"""Paths in one landing."""

GOAL: Final = 65_535
"""UTF-8 bytes of a goal; at least one."""

NOTE: Final = 64 * KIB
"""UTF-8 bytes of one message or decision."""

TRANSCRIPT: Final = 4 * MIB
"""Bytes of an encoded transcript."""

STATEMENT: Final = 1 * MIB
"""Bytes of a signed envelope."""

FILE: Final = 16 * GIB
"""Bytes of one file."""

PAGE: Final = 200
"""Landings or sessions in one answer."""

CHOSEN: Final = 10_000
"""Paths for which a sync of a fork is told which side is to stand."""

UPLOAD_BATCH: Final = 32 * MIB
"""Bytes of records that a client puts into one upload: what a dropped connection can cost."""

INLINE_LANDING: Final = 8 * MIB
"""Bytes of new objects that a client sends along with a landing, in the same request."""
