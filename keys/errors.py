"""What can be wrong with a key, a signature or a signed statement.

KeysFault
├── BadKey          not an Ed25519 key, or not its canonical name
├── BadSignature    the bytes were not signed by this key
├── BadEnvelope     not a DSSE envelope in the one form that we accept
├── BadStatement    signed, but what is signed has no meaning here
└── KeyFileUnsafe   others can read, or replace, the file of a private key
"""

from pathlib import Path
from typing import ClassVar


class KeysFault(Exception):
    """The root of everything that this package raises on purpose."""

    code: ClassVar[str] = "keys.fault"


class BadKey(KeysFault):
    """These bytes, or this did, do not name an Ed25519 key."""

    code: ClassVar[str] = "keys.bad-key"


class BadSignature(KeysFault):
    """The message was not signed by the key that is named."""

    code: ClassVar[str] = "keys.bad-signature"


class BadEnvelope(KeysFault):
    """The bytes are not an envelope as `keys.envelope.seal` makes them."""

    code: ClassVar[str] = "keys.bad-envelope"


class BadStatement(KeysFault):
    """The signature holds, but the statement is malformed, too new or of another type."""

    code: ClassVar[str] = "keys.bad-statement"


class KeyFileUnsafe(KeysFault):
    """The file of a private key is open to others, or is no plain file of ours."""

    code: ClassVar[str] = "keys.file-unsafe"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"The key file {path} {reason}.")
        self.path = path
        self.reason = reason
