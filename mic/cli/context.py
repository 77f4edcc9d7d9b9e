"""What a command may touch: where it runs, what the user keeps, whom it talks to.

Built once in `main` from the environment, and passed down: nothing below reads the environment or
the clock of its own accord.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from mic.cli.console import Console
from mic.client.addresses import BUNDLE, FILE, Address, is_path, is_peer, node_url, parse
from mic.client.home import Home
from mic.errors import Denied, Invalid

if TYPE_CHECKING:
    from mic.cli.holders import Connect
    from mic.client.connection import Connection
    from mic.client.home import Token
    from mic.client.remote import Remote


def read_stdin(most: int) -> bytes:
    """Return what comes in on standard input, at most so many bytes; nothing if it is closed."""
    return sys.stdin.buffer.read(most) if sys.stdin else b""


def now_ms() -> int:
    """Return the time in Unix milliseconds."""
    return time.time_ns() // 1_000_000


class Context(NamedTuple):
    """One run of `mic`. `node` and `token` are what the environment says, if it says anything."""

    console: Console
    home: Home
    cwd: Path
    node: str | None = None
    token: str | None = None
    editor: str = "vi"
    epoch_batch: str | None = None
    now: Callable[[], int] = now_ms
    stdin: Callable[[int], bytes] = read_stdin

    def address(self, text: str) -> Address:
        """Read an address as typed, or an alias of one, or the path of a bundle."""
        text = self.home.config().aliases.get(text, text)
        if is_path(text):
            file = Path(os.path.abspath(self.cwd / text))  # noqa: PTH100  # links stay as they are
            if file.is_file() or file.suffix == BUNDLE:
                return Address(f"{FILE}{file}", "", file.stem)
        return parse(text)

    def default_node(self) -> str:
        """Return the URL of the node that is meant where none is named."""
        url = self.node or self.home.config().default_url
        if url is None:
            raise Invalid(
                "No node is named, and there is no default one.",
                code="node.none",
                hint="Start one with `micelio up`, name one in MIC_NODE, "
                "or remember one with `mic server add NAME URL`.",
            )
        return self.node_url(url)

    def node_url(self, text: str) -> str:
        """Return the URL of a node, named by it or by what we call the node."""
        known = self.home.config().servers.get(text)
        return known.url if known else node_url(text)

    def token_for(self, url: str) -> str | None:
        """Return the token for a node: the environment's for the environment's node, else ours.

        A peer is whoever says to hold a project: it gets the environment's only if that names it.
        """
        is_meant = not is_peer(url) if self.node is None else self.node_url(self.node) == url
        if self.token and is_meant:
            return self.token
        kept = self.home.token(url)
        if kept is not None and kept.expires_at is not None:
            kept = self._renewed(url, kept)
        return kept.access_token if kept else None

    def _renewed(self, url: str, kept: "Token") -> "Token | None":
        from mic.client import refreshing

        return (
            refreshing.fresh(self.home, url, self.now)
            if refreshing.is_due(kept, self.now())
            else kept
        )

    def connect(self, url: str | None = None, project_id: str | None = None) -> "Connection":
        """Return a connection to a node, the default one if none is named."""
        from mic.client.connection import Connection

        where = url or self.default_node()
        if where.startswith(FILE):
            from mic.cli import bundles

            return bundles.connection(self.cwd, where, project_id)
        return Connection(where, self.token_for(where), project_id=project_id)

    def remote(self, address: Address, project_id: str | None = None) -> "Remote":
        """Return the project at `address`; with an id, no other one that is there by now."""
        from mic.client.remote import Remote

        if address.id:
            from mic.cli import holders

            return holders.find(*self.asking(address.node), address.id)
        connection = self.connect(address.node, project_id)
        if project_id and is_peer(connection.url):
            from mic.workspace import holding

            return holding.remote(connection, address.account, address.project, project_id)
        return Remote(connection, address.account, address.project)

    def asking(self, named: str | None) -> "tuple[list[str], Connect]":
        """Return whom to ask for a project by its id, and how: who is named, or all we know.

        The environment's token is for the first of them alone.
        """
        default = named or self.node or self.home.config().default_url
        known = [] if named else [server.url for server in self.home.config().servers.values()]
        nodes = list(dict.fromkeys([self.node_url(default), *known] if default else known))
        others = self._replace(token=None)

        def connect(url: str | None, project_id: str | None) -> "Connection":
            return (self if url == nodes[0] else others).connect(url, project_id)

        return nodes, connect

    def need_token(self, connection: "Connection") -> None:
        """Raise `Denied` before work is done that needs a token which we do not have."""
        if not connection.has_token:
            raise Denied(
                f"You are not signed in to {connection.url}.",
                code="auth.required",
                hint=f"Run `mic auth login {connection.url}`, or set MIC_TOKEN.",
                node=connection.url,
            )
