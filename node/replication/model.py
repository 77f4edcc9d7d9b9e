"""Peers, seeds, holders and copies as values."""

from dataclasses import dataclass
from typing import Final

from node.kernel.errors import Conflict, Exhausted, Invalid, Missing
from store.digest import Digest

OPERATOR, ACTOR, SEED, MET = "operator", "actor", "seed", "met"
"""How a peer came to be known; those who look for peers add their own words."""

CHOSEN = (OPERATOR, ACTOR)
"""The peers that the operator wants to be known: by their addresses, or by following them."""

_KNOWN_BY = {OPERATOR: "named here", ACTOR: "followed", SEED: "named by a home", MET: "met"}

WAITING: Final = "waiting"
FETCHING: Final = "fetching"
VERIFIED: Final = "verified"
FAILED: Final = "failed"
FULL: Final = "full"
DROPPED: Final = "dropped"
WITHDRAWN: Final = "withdrawn"


@dataclass(frozen=True, slots=True)
class Peer:
    """Another node. `score` is what it was at `scored_at`: see `rules.score`; times are Unix ms.

    `url_proven`: who is at `url` has shown that it has the key of `did`. Else it is a hint, where
    there is a did, and all that is known where there is none.
    """

    key: int
    did: str | None
    url: str | None
    name: str
    source: str
    is_allowed: bool
    score: int
    scored_at: int
    banned_until: int | None
    reason: str | None
    added_at: int
    seen_at: int | None
    addresses: tuple[str, ...] = ()
    near: frozenset[str] = frozenset()
    """Those of its addresses, the URL too, that may lead into this node's own network."""

    url_proven: bool = False

    @property
    def says_url(self) -> bool:
        """Whether its URL is nothing but its own word."""
        return self.url is not None and self.did is not None and not self.url_proven

    @property
    def title(self) -> str:
        """What people call it: its name, its address or its key."""
        return self.name or self.url or self.did or ""

    @property
    def known_by(self) -> str:
        """How it came to be known, for people."""
        return _KNOWN_BY.get(self.source, f"heard of by {self.source}")


@dataclass(frozen=True, slots=True)
class Met:
    """What was learned of a peer: of these at least `did` or `url`.

    `is_near`: the operator says it, or somebody in this node's own network, so addresses may lead
    there. `is_proven`: who has `did` says that it is at `url`, and who is there says so too.
    """

    did: str | None = None
    url: str | None = None
    name: str = ""
    addresses: tuple[str, ...] = ()
    is_near: bool = False
    is_proven: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A project as somebody names it: by its id, or by a name at some node.

    `node` is a URL or a multiaddr; `account` and `handle` are empty where the id says it all.
    """

    text: str
    node: str = ""
    account: str = ""
    handle: str = ""
    id: str | None = None

    @property
    def is_url(self) -> bool:
        """Whether the node is reached over HTTP."""
        return not self.node.startswith("/")


@dataclass(frozen=True, slots=True)
class Wish:
    """A seed that somebody asks for."""

    place: Place
    depth: int | None = None
    quota: int | None = None
    is_pinned: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Seed:
    """A project of another node that is held here: up to `position`, all of it verified.

    As far as `told` its home has signed, as others have shown. Times are Unix milliseconds.
    """

    key: int
    address: str
    id: str | None
    depth: int | None
    quota: int | None
    is_pinned: bool
    reason: str
    state: str
    told: int
    bytes: int
    contents_from: int
    error: str | None
    code: str | None
    failures: int
    added_at: int
    verified_at: int | None
    used_at: int
    due_at: int
    project: int | None
    """Key of the mirror, once there is one."""
    name: str
    """`account/project` here, empty before there is a mirror."""
    position: int

    @property
    def lag(self) -> int:
        """How many landings were signed that are not here; nobody gives what is withdrawn."""
        return 0 if self.state == WITHDRAWN else max(0, self.told - self.position)


@dataclass(frozen=True, slots=True)
class Copy:
    """What another node holds of a project of ours, as it signed and proved."""

    project: int
    holder: str
    position: int
    record: Digest
    contents_from: int
    received_at: int
    proven_at: int | None
    failures: int
    origin: str = ""
    """The network that the receipt came from."""

    @property
    def is_verified(self) -> bool:
        """Whether it met the last challenge."""
        return self.proven_at is not None and not self.failures


class BadAddress(Invalid):
    """Not the address of a project or of a peer."""

    def __init__(self, text: str, wanted: str) -> None:
        super().__init__(
            "replication.bad-address", f"{text[:200]!r} is not {wanted}.", address=text[:200]
        )


class NoSeed(Missing):
    """Nothing of that name is held for others."""

    def __init__(self, text: str) -> None:
        super().__init__(
            "seed.missing", f"{text[:200]} is not seeded here. `micelio seeds` lists what is."
        )


class SeededAlready(Conflict):
    """The project is held under another address, and goes on as that seed."""

    def __init__(self, project_id: str, address: str) -> None:
        self.project_id = project_id
        super().__init__("seed.exists", f"This project is seeded already, from {address}.")


class OwnProject(Conflict):
    """A node holds its own projects anyway."""

    def __init__(self, address: str) -> None:
        super().__init__("seed.own", f"{address} is a project of this node: it holds it anyway.")


class NoPeer(Missing):
    """No such peer is known."""

    def __init__(self, text: str) -> None:
        super().__init__(
            "peer.missing", f"There is no peer {text[:200]}. `micelio peers` lists those known."
        )


class Unproven(Conflict):
    """A peer says that a URL is its own, and nobody has asked there yet."""

    def __init__(self, url: str, did: str) -> None:
        super().__init__(
            "peer.unproven",
            f"Only its own word says that {url[:200]} is the node {did}. Name it by its did; or"
            f" `micelio peer add {url[:200]}`, and this node asks there who it is.",
            url=url[:200],
            did=did,
        )


class OwnAddress(Conflict):
    """A node is no peer of itself."""

    def __init__(self, address: str) -> None:
        super().__init__("peer.own", f"{address} is this node itself.", address=address)


class BadReceipt(Invalid):
    """A receipt that does not say what a receipt must."""

    def __init__(self, reason: str) -> None:
        super().__init__("receipt.bad", f"The receipt is refused: {reason}.")


class TooManyCopies(Exhausted):
    """More nodes of one network say to hold a project, and have yet to prove it, than are heard."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "receipt.too-many",
            f"{limit} nodes of your network say to hold this project and have not proven it yet.",
            limit=limit,
        )
