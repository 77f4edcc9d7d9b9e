"""Followed nodes, and what their actor documents say, as values."""

from dataclasses import dataclass

from node.kernel.errors import Conflict, Invalid


@dataclass(frozen=True, slots=True)
class Follow:
    """A node that the operator follows; times are Unix ms.

    `did` is the key that its document named when it was first read; `url` is where that was.
    """

    key: int
    address: str
    did: str | None
    url: str | None
    added_at: int
    read_at: int | None
    due_at: int
    failures: int
    code: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Described:
    """What a node says of itself in its actor document, signed with the key that `did` names.

    `home` is where its pages are, if that is where the document was. `is_near`: it was got in this
    node's own network, so addresses may lead there.
    """

    url: str
    did: str
    name: str
    home: str | None
    addresses: tuple[str, ...]
    is_near: bool = False


class BadActor(Invalid):
    """Not the address of an actor."""

    def __init__(self, text: str) -> None:
        super().__init__(
            "actor.bad-address",
            f"{text[:200]!r} is not the address of an actor: @node@host or https://host/ap/actor.",
            address=text[:200],
        )


class OtherKey(Conflict):
    """The document names another key than it did: another node, or somebody in its place."""

    def __init__(self, address: str, before: str, now: str) -> None:
        super().__init__(
            "actor.other-key",
            f"{address} names the key {now} now, and it was {before}. It is not believed."
            f" If that is right: `micelio peer remove {address}`, and add it again.",
            address=address,
            before=before,
            now=now,
        )


class OwnActor(Conflict):
    """A node does not follow itself."""

    def __init__(self, address: str) -> None:
        super().__init__("actor.own", f"{address} is this node itself.", address=address)
