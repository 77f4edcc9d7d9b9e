"""What the policy wants done; whoever drives it does it and says how it went."""

from dataclasses import dataclass

from p2p.scores import Mark, Offence


@dataclass(frozen=True, slots=True)
class Ask:
    """Compare heads with `peer`; answered by `answered` or `unanswered`."""

    peer: str


@dataclass(frozen=True, slots=True)
class Fetch:
    """Bring `project` to where `peers` say that they are, the best first; answered by `fetched`.

    That far they are by their word alone; to `proven` the project's home has signed.
    """

    project: str
    peers: tuple[str, ...]
    epoch: int
    position: int
    proven: int = 0


@dataclass(frozen=True, slots=True)
class Announce:
    """Tell by gossip where `project` stands here."""

    project: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Listen to what is announced of `project`, or stop to."""

    project: str
    listen: bool = True


@dataclass(frozen=True, slots=True)
class Compare:
    """Hold `record` against the one that is held at `position`; if they contradict, keep both.

    A contradiction is told to `contradicted`.
    """

    project: str
    position: int
    record: bytes
    peer: str


@dataclass(frozen=True, slots=True)
class Recover:
    """Sign nothing for `project`, which this node orders, until what `peer` has shown is here.

    `peer` stands at `position`, which this node's key has signed and this node does not remember.
    """

    project: str
    position: int
    peer: str


@dataclass(frozen=True, slots=True)
class Scored:
    """Write down what `peer` did and what that makes its mark; if it is banned, hang up."""

    peer: str
    offence: Offence
    mark: Mark


Output = Ask | Fetch | Announce | Subscribe | Compare | Recover | Scored
