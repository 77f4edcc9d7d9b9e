"""What one node does about what it hears: a state machine without clock, chance or network.

Each method takes what happened and when (Unix milliseconds), and returns what is to be done. The
same code runs in the node and in the simulator.

Three things move it. A **claim** says that a peer is ahead; it comes by gossip, or in an answer to
a question. The **timetable** asks peers where they stand: soon after news, then ever more rarely up
to a period, so that everything arrives also where no gossip does. An **offence** costs points, and
a banned peer is neither heard nor asked. Nothing here is believed unless the home of the project
signed it; what only a peer says is a reason to ask that peer.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from random import Random

from keys.statements.landing import open_landing, record_id
from mic.wire.heads import SignedHead
from p2p import messages
from p2p.buckets import Bucket
from p2p.judging import Claim, Held, Opener, Verdict, Worth, judge
from p2p.knowledge import Holder, Peer, Settings, Wanted, spread
from p2p.outputs import Announce, Ask, Compare, Fetch, Output, Recover, Scored, Subscribe
from p2p.scores import Offence, Scores
from p2p.timetable import Timetable

_FETCH_AGAIN_MS = 5_000
_LONGEST_FETCH_PAUSE_MS = 600_000


class Policy:
    """The decisions of the node `me`."""

    def __init__(
        self,
        me: str,
        random: Random,
        now: int,
        settings: Settings | None = None,
        *,
        allowed: Collection[str] = (),
        opened: Opener = open_landing,
    ) -> None:
        self.me = me
        self.scores = Scores(allowed)
        self.settings = settings or Settings()
        self.wanted: dict[str, Wanted] = {}
        self.timetable = Timetable(self.settings, random)
        self._behind: dict[str, None] = {}
        self._fetching: set[str] = set()
        self._random = random
        self._opened = opened
        self._everybody = Bucket(self.settings.everybody, now)

    # ------------------------------------------------------------------------- what is known here

    def hold(self, held: Held, now: int) -> list[Output]:
        """Want `held.project`, of which this node has got so far; also after each step of it."""
        wanted = self.wanted.get(held.project)
        did_listen = wanted is not None and not wanted.held.is_private
        if wanted is None:
            wanted = self.wanted[held.project] = Wanted(held)
            wanted.announce_at = now + spread(self._random, self._announce_ms())
        if held.epoch > wanted.held.epoch:
            wanted.is_stopped, wanted.proven = False, 0
        wanted.held = held
        for peer in (held.home, *held.peers):
            if peer is not None and peer != self.me and not held.is_ours:
                self._hint(wanted, peer, now)
        listens = not held.is_private
        listening = [] if listens == did_listen else [Subscribe(held.project, listens)]
        return listening + self._moved(wanted, now)

    def drop(self, project: str) -> list[Output]:
        """Want a project no longer."""
        wanted = self.wanted.pop(project, None)
        self._behind.pop(project, None)
        return [] if wanted is None or wanted.held.is_private else [Subscribe(project, False)]

    def meet(
        self, peer: str, now: int, projects: Iterable[str] = (), *, is_seen: bool = False
    ) -> None:
        """Learn that a peer can be asked, perhaps for `projects`: a hint, from wherever it came.

        Who `is_seen` was just there: if it had been away, it is asked at once.
        """
        if peer == self.me or self.scores.is_banned(peer, now):
            return
        self.timetable.peer(peer, now)
        if is_seen:
            self.timetable.meet(peer, now)
        for project in projects:
            if project in self.wanted:
                self._hint(self.wanted[project], peer, now)

    def ask(self, peer: str, now: int) -> None:
        """Ask a peer at once: it may know what is news here."""
        known = self.timetable.peer(peer, now)
        if known is not None and not self.scores.is_banned(peer, now):
            known.ask_at = min(known.ask_at, now)

    def forget(self, peer: str) -> None:
        """Ask a peer no longer."""
        self.timetable.peers.pop(peer, None)
        for wanted in self.wanted.values():
            wanted.holders.pop(peer, None)

    def interest(self, peer: str) -> list[Held]:
        """Return what `peer` is asked about, our own too: homes forget, and former homes go on."""
        return [wanted.held for wanted in self.wanted.values() if wanted.may_tell(peer)]

    def believed(self, peer: str) -> frozenset[str]:
        """Return which projects `peer` said that it holds."""
        return frozenset(
            project
            for project, wanted in self.wanted.items()
            if (holder := wanted.holders.get(peer)) is not None and holder.place is not None
        )

    # ------------------------------------------------------------------------------ what comes in

    def heard(self, sender: str, topic: str, data: bytes, now: int) -> list[Output]:
        """Take in an announcement, of which `sender` is the proven author."""
        project = messages.project_of(topic)
        if sender == self.me or project not in self.wanted or self.scores.is_banned(sender, now):
            return []  # Before the sender takes a place among the peers: names cost nothing.
        peer = self.timetable.peer(sender, now)
        if peer is None or not self._everybody.take(1, now):
            return []
        try:
            said = messages.announced(data)
        except messages.Malformed as fault:
            return self._malformed(sender, fault, now)
        if not peer.is_fresh(said.n):
            return []
        if not (peer.messages.take(1, now) and peer.size.take(len(data), now)):
            return self._flooded(peer, now)
        claim = Claim(said.project, said.epoch, said.position, said.record)
        return self._told(sender, project, claim, now)

    def answered(
        self,
        peer: str,
        held: Collection[str],
        heads: Sequence[SignedHead],
        now: int,
        unasked: Collection[str] = (),
    ) -> list[Output]:
        """Take in the end of a comparison: what `peer` holds, and where it stands elsewhere.

        Of our interest it was not asked about `unasked`.
        """
        known = self.timetable.peers.get(peer)
        if known is None:
            return []
        asked = {one.project: one for one in self.interest(peer) if one.project not in unasked}
        has_news = any((one.epoch, one.position) > _place(asked, one.project) for one in heads)
        self.timetable.answered(known, now, has_news=has_news, is_needed=self._is_needed)
        for project in asked:
            self._confirm(self.wanted[project], peer, now, is_held=project in held)
        out: list[Output] = []
        for head in heads:
            if self.scores.is_banned(peer, now):
                break
            if head.project not in asked:
                out += self.offended(peer, Offence.MALFORMED, now)
            else:
                claim = Claim(head.project, head.epoch, head.position, head.record)
                out += self._claimed(peer, claim, now)
        return out

    def unanswered(self, peer: str, now: int, offence: Offence = Offence.FAILED) -> list[Output]:
        """Take in that a comparison came to nothing."""
        known = self.timetable.peers.get(peer)
        if known is None:
            return []
        self.timetable.unanswered(known, now)
        return self.offended(peer, offence, now)

    def fetched(self, project: str, failures: Mapping[str, Offence], now: int) -> list[Output]:
        """Take in the end of a fetch, after `hold` was told how far it came."""
        self._fetching.discard(project)
        wanted = self.wanted.get(project)
        if wanted is None:
            return self._fetches(now)
        out: list[Output] = []
        for peer, place in wanted.fetched_from.items():
            offence = failures.get(peer)
            if offence is Offence.FAILED and place <= wanted.held.place:
                offence = None  # Somebody else said to be further, and was not.
            if offence is None and place > wanted.held.place:
                offence = Offence.BOAST
            if offence is Offence.OUTLIVED and place[0] < wanted.held.epoch:
                offence = Offence.FAILED  # It has not heard of the new home either.
            if peer in wanted.holders:
                out += self._after_fetch(wanted, peer, offence, now)
        wanted.is_fetching, wanted.fetched_from = False, {}
        return out + self._moved(wanted, now)

    def contradicted(self, project: str, home: str, now: int) -> list[Output]:
        """Take in the proof that `home` signed two records for one position of `project`."""
        wanted = self.wanted.get(project)
        if wanted is not None:
            wanted.is_stopped = True
        return self.offended(home, Offence.EQUIVOCATION, now)

    def offended(self, peer: str, offence: Offence, now: int) -> list[Output]:
        """Hold `offence` against `peer`; also told by the doors of the node."""
        if peer == self.me or not offence.points or self.scores.is_banned(peer, now):
            return []
        mark = self.scores.hold_against(peer, offence, now)
        if mark.is_banned(now):
            self.forget(peer)
        return [Scored(peer, offence, mark)]

    # --------------------------------------------------------------------------- what time brings

    def due(self, now: int) -> list[Output]:
        """Return what is due: comparisons, fetches that wait, heads to tell again."""
        asks: list[Output] = []
        for peer in self.timetable.due(now):
            if self.interest(peer):
                asks.append(Ask(peer))
            else:
                self.answered(peer, (), (), now)
        return asks + self._fetches(now) + self._announcements(now)

    def next_at(self, now: int) -> int:
        """Return when `due` is to be asked next."""
        asked = self.timetable.next_at()
        times = [now + self.settings.period_ms if asked is None else asked]
        times += [one.announce_at for one in self.wanted.values() if not one.held.is_private]
        for project in self._behind:
            holders = self.wanted[project].holders.values()
            times += [one.not_before for one in holders if one.not_before > now]
        return min(times)

    def _announcements(self, now: int) -> list[Output]:
        out: list[Output] = []
        for project, wanted in self.wanted.items():
            if wanted.held.is_private or wanted.announce_at > now:
                continue
            wanted.announce_at = now + spread(self._random, self._announce_ms())
            if wanted.told < self.settings.needed and wanted.held.epoch:
                out.append(Announce(project))
            wanted.told = 0
        return out

    def _announce_ms(self) -> int:
        """Return how often each head is told again: ten a second of all of them are enough."""
        return max(self.settings.announce_ms, 100 * len(self.wanted))

    # -------------------------------------------------------------------------------------- claims

    def _claimed(self, peer: str, claim: Claim, now: int) -> list[Output]:
        wanted = self.wanted[claim.project]
        verdict = judge(claim, wanted.held, self._opened)
        if verdict.worth is Worth.WRONG:
            return self._wrong(wanted, peer, claim, verdict, now)
        if verdict.worth is Worth.UNKNOWN_FORMAT:
            return []
        holder = self._hint(wanted, peer, now)
        if holder is not None:
            holder.place = max(holder.place or claim.place, claim.place)
        if verdict.worth is Worth.KNOWN:
            wanted.told += 1
        if verdict.worth is Worth.AHEAD:
            wanted.proven = max(wanted.proven, claim.position)
        if verdict.worth is Worth.LOST:
            return [Recover(claim.project, claim.position, peer)]
        if verdict.worth in {Worth.CONTRADICTS, Worth.COMPARE, Worth.OUTLIVED}:
            return self._compare(wanted, peer, claim)
        return self._moved(wanted, now)

    def _wrong(
        self, wanted: Wanted, peer: str, claim: Claim, verdict: Verdict, now: int
    ) -> list[Output]:
        assert verdict.offence is not None
        out = self.offended(peer, verdict.offence, now)
        if verdict.offence is Offence.OUTLIVED:
            out += self._compare(wanted, peer, claim)
        return out

    def _compare(self, wanted: Wanted, peer: str, claim: Claim) -> list[Output]:
        if claim.record is None or not wanted.is_new(record_id(claim.record)):
            return []
        return [Compare(claim.project, claim.position, claim.record, peer)]

    def _told(self, sender: str, project: str, claim: Claim, now: int) -> list[Output]:
        if claim.project != project:
            return self.offended(sender, Offence.GRAFT, now)
        return self._claimed(sender, claim, now)

    def _malformed(self, sender: str, fault: messages.Malformed, now: int) -> list[Output]:
        if isinstance(fault, messages.NewerVersion):
            return []
        kinds = {messages.TooLong: Offence.OVERSIZE, messages.OlderVersion: Offence.DOWNGRADE}
        return self.offended(sender, kinds.get(type(fault), Offence.MALFORMED), now)

    def _flooded(self, peer: Peer, now: int) -> list[Output]:
        peer.dropped += 1
        if peer.dropped % self.settings.dropped_a_point:
            return []
        return self.offended(peer.did, Offence.FLOOD, now)

    # ------------------------------------------------------------------------------------- fetches

    def _moved(self, wanted: Wanted, now: int) -> list[Output]:
        """Look whether somebody is ahead, and fetch if there is room."""
        project = wanted.held.project
        is_behind = any(wanted.is_before(holder) for holder in wanted.holders.values())
        if is_behind:
            self._behind.setdefault(project)
        else:
            self._behind.pop(project, None)
        return self._fetches(now)

    def _fetches(self, now: int) -> list[Output]:
        out: list[Output] = []
        room = self.settings.fetches_at_once - len(self._fetching)
        for project in list(self._behind):
            if len(out) >= room:
                break
            wanted = self.wanted[project]
            if not wanted.is_fetching and (chosen := self._sources(wanted, now)):
                self._fetching.add(project)
                wanted.is_fetching, wanted.fetched_from = True, chosen
                out.append(Fetch(project, tuple(chosen), *max(chosen.values()), wanted.proven))
        return out

    def _sources(self, wanted: Wanted, now: int) -> dict[str, tuple[int, int]]:
        """Choose who is asked, and where they said they are: the furthest, who failed least."""
        ready = {
            peer: holder.place
            for peer, holder in wanted.holders.items()
            if holder.place is not None
            and wanted.is_before(holder)
            and holder.not_before <= now
            and wanted.may_tell(peer)
        }
        lots = {peer: self._random.random() for peer in ready}
        order = sorted(ready, key=lambda one: (wanted.holders[one].tries, lots[one]))
        order.sort(key=lambda one: ready[one], reverse=True)
        return {peer: ready[peer] for peer in order[: self.settings.holders_at_once]}

    def _after_fetch(
        self, wanted: Wanted, peer: str, offence: Offence | None, now: int
    ) -> list[Output]:
        holder = wanted.holders[peer]
        if offence is None:
            holder.tries, holder.not_before = 0, 0
            return []
        holder.tries += 1
        pause = min(_LONGEST_FETCH_PAUSE_MS, _FETCH_AGAIN_MS << min(holder.tries - 1, 10))
        holder.not_before = now + spread(self._random, pause)
        if offence is Offence.BOAST:
            holder.place = wanted.held.place
        return self.offended(peer, offence, now)

    # --------------------------------------------------------------------------------------- peers

    def _hint(self, wanted: Wanted, peer: str, now: int) -> Holder | None:
        """Note that a peer may hold a project."""
        if peer in wanted.holders:
            return wanted.holders[peer]
        if self.scores.is_banned(peer, now) or not self._has_room(wanted):
            return None
        if self.timetable.peer(peer, now) is None:
            return None
        holder = wanted.holders[peer] = Holder()
        return holder

    def _has_room(self, wanted: Wanted) -> bool:
        if len(wanted.holders) < self.settings.holders:
            return True
        worst = max(wanted.holders, key=lambda one: wanted.holders[one].tries)
        if not wanted.holders[worst].tries:
            return False
        del wanted.holders[worst]
        return True

    def _confirm(self, wanted: Wanted, peer: str, now: int, *, is_held: bool) -> None:
        """Note whether a peer holds a project; where it stands elsewhere, a claim will say."""
        if is_held:
            holder = self._hint(wanted, peer, now)
            if holder is not None:
                holder.place = holder.place or wanted.held.place
        elif peer in wanted.holders:
            wanted.holders[peer].place = None

    def _is_needed(self, peer: str) -> bool:
        """Return whether a project has too few holders to leave this one alone for long."""
        return any(
            peer in wanted.holders
            and (peer == wanted.held.home or len(wanted.holders) <= self.settings.needed)
            for wanted in self.wanted.values()
        )


def _place(asked: Mapping[str, Held], project: str) -> tuple[int, int]:
    return asked[project].place if project in asked else (1 << 53, 0)
