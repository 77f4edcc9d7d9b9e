"""What the network tells."""

from dataclasses import dataclass

from p2p.transport.addresses import Address


@dataclass(frozen=True, slots=True)
class Gossip:
    """A message on a topic; `sender_did` signed it, whoever handed it on."""

    topic: str
    data: bytes
    sender_did: str


@dataclass(frozen=True, slots=True)
class Connected:
    """A peer that is connected: `direction` is `in` where it dialled us, else `out`."""

    did: str
    address: str
    direction: str


@dataclass(frozen=True, slots=True)
class Offence:
    """What a peer did that the transport refuses: `streams`, `messages`."""

    did: str
    what: str


@dataclass(frozen=True, slots=True)
class State:
    """Whether libp2p runs, how often it was started again, and why the last time."""

    is_up: bool
    restarts: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """What a host listens on, ports included, and where others reach it."""

    listens_on: tuple[Address, ...]
    addresses: tuple[str, ...]
