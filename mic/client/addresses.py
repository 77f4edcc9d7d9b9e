"""What a person types to name a project.

    account/project                         on the default node
    http(s)://node/account/project          on that node
    /ip4/…/tcp/…/p2p/ID/account/project     on that peer
    mic:z…                                  by its id, from whoever has it
    mic:z…@NODE                             by its id, from that node: a URL, or a peer's address
    /ip4/…/tcp/…/p2p/ID/mic:z…              the same

What comes under an id is checked against it, whoever sends it.
"""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from mic.errors import Invalid

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_PROJECT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}")
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}(@[1-9A-HJ-NP-Za-km-z]{8,64})?")
"""A handle; that of somebody of another node goes on with the end of their key."""

_ID = re.compile(r"mic:z[1-9A-HJ-NP-Za-km-z]{32,64}")
_PEER = re.compile(r"/(ip4|ip6|dns|dns4|dns6|p2p)/")
_NO_HOST = re.compile(r"[^\w.:@\[\]-]")
_SHAPES = (
    "Write account/project, http(s)://node/account/project, mic:z… or mic:z…@NODE,"
    " where a NODE is a URL or /ip4/ADDRESS/tcp/PORT/p2p/ID"
)

FILE = "file://"
"""What the place of a bundle begins with, where that of a node has its URL."""

BUNDLE = ".bundle"


class Address(NamedTuple):
    """A project, by its name or its id, and the URL or peer's address of its node.

    Without a node, the default one is meant.
    """

    node: str | None
    account: str
    project: str
    id: str | None = None

    def __str__(self) -> str:
        """Return the address as it is typed."""
        if self.id:
            return f"{self.id}@{self.node}" if self.node else self.id
        if self.node and self.node.startswith(FILE):
            return self.node.removeprefix(FILE)
        name = f"{self.account}/{self.project}"
        return f"{self.node}/{name}" if self.node else name


def parse(text: str, aliases: Mapping[str, str] | None = None) -> Address:
    """Read an address, or an alias of one; raises `Invalid`."""
    text = (aliases or {}).get(text, text)
    if text.startswith("mic:"):
        return _by_id(text)
    if is_peer(text):
        return _at_peer(text)
    if "://" in text:
        return _from_url(text)
    return Address(None, *_names(text, text))


def is_peer(text: str) -> bool:
    """Tell whether `text` begins as the address of a peer does."""
    return _PEER.match(text) is not None


def is_path(text: str) -> bool:
    """Tell whether `text` may be the path of a file: no name in an address has a dot."""
    if "://" in text or text.startswith("mic:") or is_peer(text):
        return False
    return "." in text or text.startswith("/")


def names_project(text: str) -> bool:
    """Tell whether `text`, by its form alone, can only mean a project, or a bundle of one."""
    return (
        "://" in text or text.startswith("mic:") or is_peer(text) or text.lower().endswith(BUNDLE)
    )


def node_url(text: str) -> str:
    """Return the canonical form of a node's URL, scheme and host, or of a peer's address."""
    if is_peer(text):
        node, rest = _peer(text)
        if rest:
            raise _no_node(text, "/ip4/127.0.0.1/tcp/4001/p2p/ID")
        return node
    parts = _split(text)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise _no_node(text, "http://127.0.0.1:7171")
    return _origin(text)


def _no_node(text: str, like: str) -> Invalid:
    return Invalid(
        f"{text} is not the address of a node: it names a page.",
        code="address.invalid",
        hint=f"Leave out everything behind the host, as in {like}",
    )


def _by_id(text: str) -> Address:
    name, at, node = text.partition("@")
    if not _ID.fullmatch(name):
        raise _bad(text, "a project's id is mic:z and the letters that `mic share` printed")
    if at and not node:
        raise _bad(text, "behind the @ stands a node")
    return Address(node_url(node) if at else None, "", "", name)


def _at_peer(text: str) -> Address:
    node, rest = _peer(text)
    if rest.startswith("mic:"):
        return _by_id(f"{rest}@{node}")
    if not rest:
        raise _bad(text, "it names a peer, and no project behind it")
    return Address(node, *_names(rest, text))


def _peer(text: str) -> tuple[str, str]:
    """Return the address of the peer with which `text` begins, and what is behind it."""
    from p2p.transport import addresses, errors  # noqa: PLC0415  # for peers only

    try:
        peer, rest = addresses.split(text)
        return str(addresses.of_peer(str(peer))), rest.removeprefix("/").rstrip("/")
    except errors.BadAddress as fault:
        raise _bad(text, str(fault).rstrip(".")) from fault


def _from_url(text: str) -> Address:
    parts = _split(text)
    if parts.query or parts.fragment:
        raise _bad(text, "a query or fragment names no project")
    return Address(_origin(text), *_names(parts.path.strip("/"), text))


def _split(text: str) -> "SplitResult":
    from urllib.parse import urlsplit  # noqa: PLC0415  # `mic status` splits no URL

    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as problem:
        raise _bad(text, str(problem)) from problem
    if parts.scheme not in {"http", "https"}:
        raise _bad(text, f"{parts.scheme}:// is not spoken here")
    if _NO_HOST.search(parts.netloc):
        raise _bad(text, "no host is called so")
    if not parts.hostname or parts.username is not None:
        raise _bad(
            text, "it has no host" if not parts.hostname else "a password has no place in it"
        )
    return parts


def _origin(text: str) -> str:
    parts = _split(text)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def are_names(account: str, project: str) -> bool:
    """Tell whether these can be typed as an address: what a stranger says may be anything."""
    return bool(_ACCOUNT.fullmatch(account) and _PROJECT.fullmatch(project))


def _names(path: str, text: str) -> tuple[str, str]:
    names = path.split("/")
    if len(names) != 2:
        raise _bad(text, "an address has an account and a project")
    for name, form in zip(names, (_ACCOUNT, _PROJECT), strict=True):
        if not form.fullmatch(name):
            raise _bad(text, f"{name!r} is not a name")
    return names[0], names[1]


def _bad(text: str, why: str) -> Invalid:
    return Invalid(
        f"{text} is not an address: {why}.", code="address.invalid", hint=f"{_SHAPES}", given=text
    )
