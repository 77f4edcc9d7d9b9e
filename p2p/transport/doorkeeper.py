"""Counts what each peer and each host uses of us, and says who may come in."""

import ipaddress
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import trio

from p2p.transport.limits import Limits
from p2p.transport.rates import Bucket

REFUSALS = 500.0
REFUSALS_PER_SECOND = 1.0
"""What a peer may have refused; beyond, it is a flood and no accident."""
PEERS_REMEMBERED = 4096

Report = Callable[[str, str], None]
"""Told the peer id and what it did."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much more of each a peer may do now."""

    streams: Bucket
    messages: Bucket
    bytes: Bucket
    gossip: Bucket
    refusals: Bucket


class Doorkeeper:
    """One for each host of ours; for its own thread."""

    def __init__(self, limits: Limits, report: Report) -> None:
        self.limits, self.report = limits, report
        self._bans: dict[str, float] = {}
        self._hosts: Counter[str] = Counter()
        self._handshakes = 0
        self._streams: Counter[str] = Counter()
        self._streams_of: Counter[str] = Counter()
        self._paces: dict[str, Pace] = {}

    def admits(self, host: str) -> bool:
        """Count a connection from `host` in, unless there are too many."""
        host = network_of(host)
        full = self._handshakes >= self.limits.handshakes
        if full or self._hosts[host] >= self.limits.connections_per_host:
            return False
        self._hosts[host] += 1
        self._handshakes += 1
        return True

    def knows(self) -> None:
        """Take note that a connection has come through its handshake, or ended in it."""
        self._handshakes -= 1

    def leaves(self, host: str) -> None:
        """Count a connection out."""
        _count_out(self._hosts, network_of(host))

    def ban(self, peer: str, until: float) -> None:
        """Speak with `peer` no more until then (Unix seconds); a time that is over lifts a ban."""
        self._bans[peer] = until
        if until <= time.time():
            del self._bans[peer]
        if len(self._bans) > PEERS_REMEMBERED:
            now = time.time()
            self._bans = {one: end for one, end in self._bans.items() if end > now}

    def is_banned(self, peer: str) -> bool:
        """Whether `peer` is not spoken to now."""
        until = self._bans.get(peer)
        if until is not None and until <= time.time():
            del self._bans[peer]
            return False
        return until is not None

    def is_full(self, host: str) -> bool:
        """Whether there are as many streams as we carry, of `host` or of all."""
        all_, of_host = self._streams.total(), self._streams_of[network_of(host)]
        return all_ >= self.limits.streams or of_host >= self.limits.streams_per_host

    def opens(self, peer: str, host: str = "") -> bool:
        """Count a stream of `peer` in, unless it is banned, or has or opens too many of them."""
        if self.is_banned(peer):
            return False  # its connection may not have ended yet
        if self._streams[peer] >= self.limits.streams_per_peer:
            return False
        if not self._pace(peer).streams.take(1, trio.current_time()):
            return False
        self._streams[peer] += 1
        self._streams_of[network_of(host)] += 1
        return True

    def closes(self, peer: str, host: str = "") -> None:
        """Count a stream out."""
        _count_out(self._streams, peer)
        _count_out(self._streams_of, network_of(host))

    def says(self, peer: str) -> bool:
        """Whether a message that `peer` hands on is looked at."""
        return not self.is_banned(peer) and self._pace(peer).messages.take(1, trio.current_time())

    def floods(self, peer: str) -> bool:
        """Take note that something was refused to `peer`; return whether that is a flood."""
        return not self._pace(peer).refusals.take(1, trio.current_time())

    def bytes_of(self, peer: str) -> Bucket:
        """Return how many bytes `peer` may send."""
        return self._pace(peer).bytes

    def gossip_of(self, peer: str) -> Bucket:
        """Return how many bytes of gossip of `peer` are looked at."""
        return self._pace(peer).gossip

    def _pace(self, peer: str) -> Pace:
        if peer not in self._paces:
            if len(self._paces) >= PEERS_REMEMBERED:
                del self._paces[next(iter(self._paces))]
            now, limits = trio.current_time(), self.limits
            self._paces[peer] = Pace(
                Bucket(limits.new_streams_per_second, limits.new_streams_burst, now),
                Bucket(limits.messages_per_second, limits.messages_burst, now),
                Bucket(limits.bytes_per_second, limits.bytes_burst, now),
                Bucket(limits.gossip_bytes_per_second, limits.gossip_bytes_burst, now),
                Bucket(REFUSALS_PER_SECOND, REFUSALS, now),
            )
        return self._paces[peer]


def _count_out(counts: "Counter[str]", name: str) -> None:
    counts[name] -= 1
    if counts[name] <= 0:
        del counts[name]


def network_of(host: str) -> str:
    """Return what counts as one host: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if address.version == 6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
