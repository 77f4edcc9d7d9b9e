"""What signs in for us: devices, and access tokens of ours or for one project."""

from mic.client.connection import Connection
from mic.client.remote import Remote
from mic.wire.credentials import Device, Devices, MadeToken, NewToken, Token, Tokens
from mic.wire.messages import Done

_DEVICES = "/account/devices"
_TOKENS = "/account/tokens"


def devices(connection: Connection) -> list[Device]:
    """Return the devices that are signed in, seen last first."""
    return connection.get(_DEVICES, Devices).devices


def revoke_device(connection: Connection, key: int) -> None:
    """Sign a device out."""
    connection.ask("DELETE", f"{_DEVICES}/{key}", Done, again=False)


def tokens(connection: Connection) -> list[Token]:
    """Return our personal tokens, newest first."""
    return connection.get(_TOKENS, Tokens).tokens


def create(connection: Connection, new: NewToken) -> MadeToken:
    """Make a personal token."""
    return connection.ask("POST", _TOKENS, MadeToken, new, again=False)


def revoke(connection: Connection, key: int) -> None:
    """Revoke a personal token."""
    connection.ask("DELETE", f"{_TOKENS}/{key}", Done, again=False)


def tokens_for(remote: Remote) -> list[Token]:
    """Return the tokens for a project, newest first."""
    return remote.connection.get(f"{remote.path}/tokens", Tokens).tokens


def create_for(remote: Remote, new: NewToken) -> MadeToken:
    """Make a token for a project."""
    return remote.connection.ask("POST", f"{remote.path}/tokens", MadeToken, new, again=False)


def revoke_for(remote: Remote, key: int) -> None:
    """Revoke a token for a project."""
    remote.connection.ask("DELETE", f"{remote.path}/tokens/{key}", Done, again=False)
