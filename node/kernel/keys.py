"""The private keys that a node holds: its own, and one per person who has an account here.

A file each, mode 0600, named by the public key, so that a backup of the directory is complete.
"""

from pathlib import Path

from keys.ed25519 import PrivateKey
from keys.ring import keep, load, load_or_make
from node.kernel.errors import Missing

NODE_KEY = "node.key"


class KeyStore:
    """Keys under one directory: `node.key` and `accounts/<did>.key`."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._persons: dict[str, PrivateKey] = {}

    def node(self) -> PrivateKey:
        """Return the node's key, made at the first call."""
        return load_or_make(self._directory / NODE_KEY)

    def make_person(self) -> PrivateKey:
        """Make and keep the key of a new person."""
        fresh = PrivateKey.generate()
        keep(self._file(fresh.did), fresh)
        return fresh

    def person(self, did: str) -> PrivateKey:
        """Return the key of a person of this node; raises `Missing`."""
        if did not in self._persons:
            try:
                self._persons[did] = load(self._file(did))
            except FileNotFoundError as gone:
                message = f"This node does not hold the key of {did}."
                raise Missing("key.missing", message, did=did) from gone
        return self._persons[did]

    def destroy(self, did: str) -> None:
        """Remove the key of a person for good; one that is gone already stays so."""
        self._persons.pop(did, None)
        self._file(did).unlink(missing_ok=True)

    def _file(self, did: str) -> Path:
        return self._directory / "accounts" / f"{did.rpartition(':')[2]}.key"
