"""What one node knows of its peers and of the projects it wants: the state that `p2p.policy` moves.

All of it but the scores may be lost at any time: it is learned again from whoever answers.
"""

from dataclasses import dataclass, field
from random import Random

from p2p.buckets import Bucket, Rate
from p2p.judging import Held

WINDOW = 1024
_MESSAGES = Rate(50, 200)
_SIZE = Rate(256 * 1024, 4 * 1024 * 1024)
_EVERYBODY = Rate(2_000, 4_000)


@dataclass(frozen=True, slots=True)
class Settings:
    """The numbers of the policy; times are milliseconds."""

    soonest_ms: int = 2_000
    """Between two comparisons with a peer that had news; doubles while it has none."""
    period_ms: int = 60_000
    """The longest that a peer which answers is left alone."""
    retry_ms: int = 8_000
    """The longest that a peer which just went away is left alone."""
    longest_ms: int = 3_600_000
    """The longest that any peer is left alone."""
    announce_ms: int = 120_000
    """Between two tellings of a head that nobody else told meanwhile."""
    asks_at_once: int = 8
    fetches_at_once: int = 4
    holders_at_once: int = 4
    often: int = 16
    """Peers that are asked every period, besides those that are needed."""
    needed: int = 2
    """Holders of each project that are asked every period, its home among them."""
    peers: int = 1_000
    holders: int = 64
    """Holders of one project that are remembered."""
    messages: Rate = _MESSAGES
    """Announcements of one peer."""
    size: Rate = _SIZE
    """Bytes of announcements of one peer."""
    everybody: Rate = _EVERYBODY
    """Announcements of all peers that are looked into."""
    dropped_a_point: int = 5


@dataclass(slots=True)
class Peer:
    """One peer: when it is asked next, and what it may still say."""

    did: str
    messages: Bucket
    size: Bucket
    interval: int = 0
    ask_at: int = 0
    is_asking: bool = False
    gone_since: int | None = None
    tries: int = 0
    dropped: int = 0
    highest: int = 0
    recent: set[int] = field(default_factory=set)

    def is_fresh(self, number: int) -> bool:
        """Note the number of an announcement; False if it was there before, or is too old to tell.

        The sliding window of RFC 4303: what comes late is heard, what comes again is not.
        """
        if number in self.recent or number <= self.highest - WINDOW:
            return False
        self.recent.add(number)
        if number > self.highest:
            self.highest = number
            if len(self.recent) > 2 * WINDOW:
                self.recent = {one for one in self.recent if one > number - WINDOW}
        return True


@dataclass(slots=True)
class Holder:
    """What a peer said of one project: where it stands, and how fetching from it went."""

    place: tuple[int, int] | None = None
    """None is a hint: it may hold the project."""
    tries: int = 0
    not_before: int = 0


@dataclass(slots=True)
class Wanted:
    """A project that this node holds or wants."""

    held: Held
    holders: dict[str, Holder] = field(default_factory=dict)
    is_fetching: bool = False
    fetched_from: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Whom the fetch under way asks, and where each said it stood."""
    is_stopped: bool = False
    """Its home contradicted itself; only a newer document goes on."""
    announce_at: int = 0
    proven: int = 0
    """The furthest position that the home of this epoch has signed, as somebody has shown."""
    told: int = 0
    """How often others told the head since this node last thought of doing so."""
    seen: dict[bytes, None] = field(default_factory=dict)

    def is_before(self, holder: Holder) -> bool:
        """Return whether `holder` is ahead, with something that may be followed."""
        if holder.place is None or holder.place <= self.held.place:
            return False
        if self.held.is_ours:
            return holder.place[0] > self.held.epoch  # Another home, perhaps: nothing else is news.
        return not self.is_stopped or holder.place[0] > self.held.epoch

    def may_tell(self, peer: str) -> bool:
        """Return whether `peer` may know that this node wants the project."""
        held = self.held
        if held.epoch == 0:
            return peer in self.holders  # Nobody knows yet whether it is private.
        return not held.is_private or peer == held.home or peer in held.peers

    def is_new(self, record: bytes) -> bool:
        """Note the id of a record that was looked into; False if it had been before."""
        if record in self.seen:
            return False
        self.seen[record] = None
        if len(self.seen) > WINDOW:
            del self.seen[next(iter(self.seen))]
        return True


def spread(random: Random, ms: float) -> int:
    """Return a time around `ms`: a quarter less to a quarter more, so that nodes do not march."""
    return int(ms * (0.75 + random.random() / 2))
