"""What a person types to name a project: `account/project`, or its URL on a node."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from mic.errors import Invalid

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,99}")
_NO_HOST = re.compile(r"[^\w.:@\[\]-]")
_SHAPES = "Write account/project, or http(s)://node/account/project"


FILE = "file://"
"""What the place of a bundle begins with, where that of a node has its URL."""

BUNDLE = ".bundle"


class Address(NamedTuple):
    """A project by name; `node` is the URL of its node, or None for whichever is the default."""

    node: str | None
    account: str
    project: str

    def __str__(self) -> str:
        """Return the address as it is typed."""
        name = f"{self.account}/{self.project}"
        return f"{self.node}/{name}" if self.node else name


def parse(text: str, aliases: Mapping[str, str] | None = None) -> Address:
    """Read an address, or an alias of one; raises `Invalid`."""
    text = (aliases or {}).get(text, text)
    if "://" in text:
        return _from_url(text)
    return Address(None, *_names(text, text))


def is_path(text: str) -> bool:
    """Tell whether `text` may be the path of a file: no name in an address has a dot."""
    return "://" not in text and ("." in text or text.startswith("/"))


def node_url(text: str) -> str:
    """Return the canonical form of a node's URL: scheme and host, nothing behind."""
    parts = _split(text)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise Invalid(
            f"{text} is not the address of a node: it names a page.",
            code="address.invalid",
            hint="Leave out everything behind the host, as in http://127.0.0.1:7171",
        )
    return _origin(text)


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


def _names(path: str, text: str) -> tuple[str, str]:
    names = path.split("/")
    if len(names) != 2:
        raise _bad(text, "an address has an account and a project")
    for name in names:
        if not _SEGMENT.fullmatch(name):
            raise _bad(text, f"{name!r} is not a name")
    return names[0], names[1]


def _bad(text: str, why: str) -> Invalid:
    return Invalid(
        f"{text} is not an address: {why}.", code="address.invalid", hint=f"{_SHAPES}", given=text
    )
