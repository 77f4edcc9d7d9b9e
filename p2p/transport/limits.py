"""What one peer may use of us, and all of them together; and how the network is set up.

Times are seconds, sizes bytes.
"""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """The transport's limits, with their defaults."""

    connections: int = 128
    connections_per_host: int = 16
    """Connections from one IP address (one /64 of IPv6)."""
    handshakes: int = 32
    """Connections that have not proven a key yet."""
    streams_per_peer: int = 64
    """Streams that a peer has open to us; what it opens beyond is reset."""
    streams: int = 512
    """Streams that all peers have open to us; beyond, new ones are reset, and nobody is blamed."""
    streams_per_host: int = 128
    """Streams from one IP address (one /64 of IPv6), however many keys it has."""
    new_streams_per_second: float = 50.0
    new_streams_burst: float = 200.0
    messages_per_second: float = 40.0
    """Gossip that we look at, by the peer that hands it on."""
    messages_burst: float = 400.0
    handed_on_per_second: float = 20.0
    """Gossip of others that we hand on: with our own it stays below what a peer looks at."""
    handed_on_burst: float = 200.0
    message_bytes: int = 64 << 10
    rpc_bytes: int = 256 << 10
    queued_messages: int = 1000
    """Gossip that waits for our own side; the oldest is dropped."""
    topics: int = 10_000
    topics_per_peer: int = 10_000
    topics_known: int = 50_000
    """Topics that others listen to, of all of them together."""
    gossip_bytes_per_second: float = 1 << 20
    """What we look at of a peer's gossip; it waits for more."""
    gossip_bytes_burst: float = 32 << 20
    bytes_per_second: float = 64 << 20
    """What a peer may send us in the long run."""
    bytes_burst: float = 256 << 20
    dials: int = 16
    """Dials under way."""
    dial_pause: float = 1.0
    """How long an address that did not answer is left alone, the first time; it doubles."""
    longest_dial_pause: float = 15.0
    window: int = 4 << 20
    """The most that a peer may have on the way to us on a stream."""
    buffered: int = 16 << 20
    """What libp2p holds of one connection before we took it; beyond, the connection is cut."""
    buffered_in_all: int = 256 << 20
    """The same of all connections: beyond, one that has more than its share is cut."""
    buffered_share: int = 1 << 20
    spool_memory: int = 1 << 20
    spool_file: int = 64 << 20
    """What is held of one stream because our own side does not take it yet."""
    spool_all: int = 512 << 20
    """What is held of all streams together; beyond, each holds no more than its share."""
    spool_share: int = 256 << 10
    stalled_seconds: float = 60.0
    """How long a stream may stand still while one side waits for the other."""
    gone_seconds: float = 20.0
    """How long a peer may acknowledge nothing before its connection is taken for dead."""
    calls: int = 1000
    """Calls from our side that have not returned."""
    offences: int = 1000
    """Reports about peers that wait for our own side; the oldest is dropped."""


def anywhere(_host: str, _may_be_inside: bool) -> bool:  # noqa: FBT001  a shape, not a choice
    """Let everything be dialled."""
    return True


@dataclass(frozen=True, slots=True)
class Settings:
    """How the network is set up; hints of discovery are all optional."""

    gossip: bool = True
    """Whether anything is said and heard on topics; without it, all that arrives was asked for."""
    mdns: bool = False
    """Announce oneself on the local network: binds all interfaces."""
    bootstrap: tuple[str, ...] = ()
    """Peers to start from; with any, the DHT is joined."""
    may_lead: Callable[[str, bool], bool] = anywhere
    """Whether an address of a host may be dialled; the second argument says: inside, too."""
    serves: bool = True
    """Whether the sync protocol is answered here."""
    start_seconds: float = 30.0
    """How long importing libp2p and listening may take."""
    call_seconds: float = 10.0
    dial_seconds: float = 15.0
    stop_seconds: float = 1.2
    watch_seconds: float = 5.0
    """How often libp2p is asked whether it turns, and how long it may take to say so."""
    stall_seconds: float = 20.0
    first_pause: float = 1.0
    """How long after it ended libp2p is started again, at first."""
    longest_pause: float = 60.0
    limits: Limits = field(default_factory=Limits)
