"""Whom a node asks when: soon after there was news, then ever more rarely, up to a period.

A peer that does not answer is tried again within seconds, then the more rarely the longer it has
been gone: never sooner than after a twentieth of that time. So a short cut heals at once, and who
is gone for good costs next to nothing.
"""

from collections.abc import Callable
from random import Random

from p2p.buckets import Bucket
from p2p.knowledge import Peer, Settings, spread

_GONE_PART = 20
_MOST_DOUBLINGS = 10


class Timetable:
    """The peers that can be asked, each with its time."""

    def __init__(self, settings: Settings, random: Random) -> None:
        self.peers: dict[str, Peer] = {}
        self._settings = settings
        self._random = random

    def peer(self, did: str, now: int) -> Peer | None:
        """Return what is known of a peer; a new one is added if there is room."""
        known = self.peers.get(did)
        if known is None and self._has_room():
            settings = self._settings
            known = Peer(did, Bucket(settings.messages, now), Bucket(settings.size, now))
            known.ask_at = now + int(self._random.random() * settings.soonest_ms)
            self.peers[did] = known
        return known

    def meet(self, did: str, now: int) -> None:
        """Ask a peer soon that was gone, for it was seen."""
        known = self.peer(did, now)
        if known is not None and known.gone_since is not None and not known.is_asking:
            known.ask_at = min(known.ask_at, now + spread(self._random, 1000))

    def due(self, now: int) -> list[str]:
        """Return who is asked now, those who wait longest first."""
        running = sum(peer.is_asking for peer in self.peers.values())
        due = [one for one in self.peers.values() if one.ask_at <= now and not one.is_asking]
        due.sort(key=lambda one: one.ask_at)
        chosen = due[: max(0, self._settings.asks_at_once - running)]
        for one in due[len(chosen) :]:
            one.ask_at = now + 1  # When there is room again; nothing else is lost by waiting.
        for one in chosen:
            one.is_asking = True
        return [one.did for one in chosen]

    def next_at(self) -> int | None:
        """Return when the next peer is due."""
        running = sum(peer.is_asking for peer in self.peers.values())
        if running >= self._settings.asks_at_once:
            return None
        return min((one.ask_at for one in self.peers.values() if not one.is_asking), default=None)

    def answered(
        self, peer: Peer, now: int, *, has_news: bool, is_needed: Callable[[str], bool]
    ) -> None:
        """Set when a peer that answered is asked again; who was away often has more to tell."""
        is_lively = has_news or peer.gone_since is not None
        peer.gone_since, peer.tries, peer.is_asking = None, 0, False
        soonest, longest = self._settings.soonest_ms, self._settings.period_ms
        if len(self.peers) > self._settings.often and not is_needed(peer.did):
            longest = longest * len(self.peers) // self._settings.often
        peer.interval = soonest if is_lively else max(soonest, min(2 * peer.interval, longest))
        peer.ask_at = now + spread(self._random, peer.interval)

    def unanswered(self, peer: Peer, now: int) -> None:
        """Set when a peer that did not answer is tried again."""
        settings = self._settings
        gone_since = now if peer.gone_since is None else peer.gone_since
        pause = settings.soonest_ms << min(peer.tries, _MOST_DOUBLINGS)
        pause = max(min(pause, settings.retry_ms), (now - gone_since) // _GONE_PART)
        peer.gone_since, peer.is_asking, peer.interval = gone_since, False, 0
        peer.tries += 1
        peer.ask_at = now + spread(self._random, min(pause, settings.longest_ms))

    def _has_room(self) -> bool:
        """Return whether one more peer fits, in the place of whoever has been gone longest."""
        if len(self.peers) < self._settings.peers:
            return True
        gone = {one.gone_since: one.did for one in self.peers.values() if one.gone_since}
        if gone:
            del self.peers[gone[min(gone)]]
        return bool(gone)
