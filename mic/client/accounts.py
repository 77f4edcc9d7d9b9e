"""Who is asking, the keys that sign for them, and the projects of an account."""

from urllib.parse import quote

from keys.ed25519 import PrivateKey
from mic.client.connection import Connection
from mic.wire import framing
from mic.wire.imports import Import, NewImport
from mic.wire.messages import Done, NewKey, NewProject, NodeInfo, Project, Projects, Whoami


def node(connection: Connection) -> NodeInfo:
    """Return what the node says of itself."""
    return connection.get("/node", NodeInfo)


def whoami(connection: Connection) -> Whoami:
    """Return whom the node takes us for; raises `Denied` for a token that it does not know."""
    return connection.get("/whoami", Whoami)


def register_key(connection: Connection, key: PrivateKey, handle: str, name: str) -> None:
    """Make `key` one of the device keys of the account `handle`. Safe to repeat."""
    challenge = framing.key_challenge(node(connection).did, handle)
    asked = NewKey(did=key.did, name=name, proof=key.sign(challenge))
    connection.ask("POST", "/keys", Done, asked)


def logout(connection: Connection) -> None:
    """Have the node revoke the token of this connection."""
    connection.ask("POST", "/logout", Done)


def projects(connection: Connection, account: str) -> list[Project]:
    """Return the projects of `account` that we may see, by handle."""
    return connection.get(_projects(account), Projects).projects


def create_project(connection: Connection, account: str, project: NewProject) -> Project:
    """Make a project; raises `Conflict` where the name is taken."""
    return connection.ask("POST", _projects(account), Project, project, again=False)


def start_import(connection: Connection, account: str, new: NewImport) -> Import:
    """Ask the node to import a repository from a URL; raises `Conflict` where the name is taken."""
    return connection.ask("POST", _imports(account), Import, new, again=False)


def an_import(connection: Connection, account: str, name: str) -> Import:
    """Return how an import stands."""
    return connection.get(f"{_imports(account)}/{quote(name, safe='')}", Import)


def _imports(account: str) -> str:
    return f"/accounts/{quote(account, safe='')}/imports"


def _projects(account: str) -> str:
    return f"/accounts/{quote(account, safe='')}/projects"
