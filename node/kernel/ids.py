"""Randomness, handed to the domain so that a test can hold it."""

import base64
import secrets


class Ids:
    """Fresh identifiers and secrets."""

    def session(self) -> str:
        """Return 16 random bytes as base64url without padding: a session id."""
        return base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()

    def secret(self) -> str:
        """Return 32 random bytes as base64url: for links, tokens and cookies."""
        return secrets.token_urlsafe(32)

    def nonce(self) -> str:
        """Return 16 random bytes as hex."""
        return secrets.token_hex(16)
