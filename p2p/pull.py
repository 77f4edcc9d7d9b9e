"""Drives the policy: rows and messages in, comparisons, fetches and announcements out.

The policy decides, this does: it gives each output to whoever can carry it out, in a task of its
own with a deadline, and tells the policy how it went. Rows are looked at four times a second, so
that what a landing, a command or a fetch wrote is acted on at once, whichever process wrote it.
What goes wrong here is logged and tried again: nothing in it may stop the node.
"""

import asyncio
import logging
from collections.abc import Awaitable, Collection, Mapping
from random import Random

from mic.wire.heads import BadHeads
from node.kernel import events
from node.kernel.events import Event
from node.kernel.forge import Forge
from node.landings import accepting, recovering, standing
from node.landings.standing import Standing
from node.offers import verbs as offers
from node.replication import peering, rules
from node.replication import verbs as replication
from node.replication.model import CHOSEN, Met, Peer, Seed
from p2p import facts, messages, succeeding
from p2p.announce import Announcer
from p2p.bans import Bans
from p2p.comparing import compare
from p2p.discovery import Discovery
from p2p.facts import Facts
from p2p.faults import HolderFault
from p2p.fences import fenced, steadily
from p2p.judging import Held, contradiction
from p2p.outputs import Announce, Ask, Compare, Fetch, Output, Recover, Scored, Subscribe
from p2p.policy import Policy
from p2p.scores import Offence
from p2p.transport.errors import TransportFault
from p2p.transport.network import Network
from p2p.under_way import UnderWay
from store.database import Tx

log = logging.getLogger(__name__)

LOOK_SECONDS = 0.25
ROWS_EVERY = 4
"""Peers and seeds are read at each fourth look."""

ASK_SECONDS = 30.0
WAKE_SECONDS = 1.0
"""How long the timetable is left alone: who was met or let go meanwhile has moved it."""

PAUSE_SECONDS = 1.0
AT_ONCE = 500


class Puller:
    """One node among its peers; `network` is None where it only speaks HTTP."""

    def __init__(self, forge: Forge, network: Network | None, policy: Policy | None = None) -> None:
        now = forge.now()
        chance = Random(now ^ forge.node.number)  # noqa: S311  it spreads times, nothing else
        self.policy = policy or Policy(forge.node.did, chance, now)
        self.peers: dict[str, Peer] = {}
        self._forge = forge
        self._network = network
        self._facts = Facts(forge)
        self._announcer = None if network is None else Announcer(forge, network)
        self._kept: dict[str, Standing] = {}
        self._fetching: dict[str, UnderWay] = {}
        self._bans = Bans(network)
        self._seq: int | None = None
        self._looks = 0
        self._bell = asyncio.Event()
        self._group: asyncio.TaskGroup

    async def run(self) -> None:
        """Take part until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            group.create_task(steadily("rows of peers", self._look), name="p2p rows")
            group.create_task(steadily("timetable", self._wait), name="p2p timetable")
            if self._network is not None:
                group.create_task(steadily("gossip", self._listen), name="p2p gossip")
                group.create_task(steadily("offences", self._watch), name="p2p offences")
                group.create_task(steadily("announcing", self._announce_news), name="p2p news")
            found = Discovery(self._forge, self._network, self.policy)
            for step, pause in found.steps:
                group.create_task(steadily(step.__name__, step, pause), name=step.__name__)

    # ------------------------------------------------------------------------------------- facts

    async def _look(self) -> None:
        """Take in what rows say by now."""
        if self._looks % ROWS_EVERY == 0:
            await self._look_at_peers()
        self._looks += 1
        over = await self._over()  # Before what they brought is looked at: so it counts first.
        changed = await self._changed()
        wanted = (
            await self._facts.seeds() if changed is None or self._looks % ROWS_EVERY == 1 else None
        )
        if changed is None or changed:
            await self._look_at_projects(changed)
        if wanted is not None:
            await self._want(wanted)
        self._end_fetches(over)
        await asyncio.sleep(LOOK_SECONDS)

    async def _changed(self) -> set[int] | None:
        """Return the keys of projects that something happened to, None for all at the start."""
        if self._seq is None:
            self._seq, _ = await self._forge.db.read(events.last)
            return None
        seq = self._seq

        def read(tx: Tx) -> list[Event]:
            return events.after(tx, seq, AT_ONCE)

        found = await self._forge.db.read(read)
        self._seq = found[-1].seq if found else seq
        return {one.project for one in found if one.project is not None}

    async def _look_at_projects(self, keys: set[int] | None) -> None:
        for one, held in await self._facts.held(keys):
            self._kept[one.project] = one
            if held.is_ours or one.project in self.policy.wanted:
                self.act(self.policy.hold(held, self._forge.now()))
            if held.is_ours:
                await self._ask_at_once(held)

    async def _ask_at_once(self, held: Held) -> None:
        """Ask who says to be further than this home, and who hears no gossip: asked, it hears."""
        found = await replication.holders(self._forge, held.project)
        ahead = {facts.name(peer) for peer, position in found if position > held.position}
        for peer in ahead | (held.peers if held.is_private else set()):
            self.policy.ask(peer, self._forge.now())
            self._bell.set()

    async def _want(self, seeds: Mapping[str, Seed]) -> None:
        """Want what seeds say, besides what is our own, and nothing else any more."""
        ours = {name for name, one in self.policy.wanted.items() if one.held.is_ours}
        for gone in self.policy.wanted.keys() - seeds.keys() - ours:
            self.act(self.policy.drop(gone))
        for new in seeds.keys() - self.policy.wanted.keys():
            kept = self._kept.get(new)
            found = await self._facts.held({kept.key}) if kept else []
            # Where it was named at a node it may be a private one: until it is here nobody hears.
            is_named = bool(rules.place(seeds[new].address).node)
            held = found[0][1] if found else Held(project=new, is_private=is_named)
            self.act(self.policy.hold(held, self._forge.now()))
            for peer in await self._likely(seeds[new]):
                self.policy.meet(facts.name(peer), self._forge.now(), [new])

    async def _likely(self, seed: Seed) -> list[Peer]:
        """Return who may hold a new seed: who said so, who it was named at, else whom we trust."""
        assert seed.id is not None
        found = [peer for peer, _ in await replication.holders(self._forge, seed.id)]
        named = rules.place(seed.address).node
        found += [one for one in self.peers.values() if named in {one.url, *one.addresses}]
        return found or [one for one in self.peers.values() if one.source in CHOSEN]

    async def _look_at_peers(self) -> None:
        found = await peering.peers(self._forge)
        self.policy.scores.allowed = frozenset(facts.name(one) for one in found if one.is_allowed)
        for gone in self.peers.keys() - {facts.name(one) for one in found}:
            self.policy.forget(gone)
        known = self.peers.keys()
        self.peers = {facts.name(one): one for one in found}
        for peer, one in self.peers.items():
            if one.scored_at or one.banned_until:
                self.policy.scores.load(peer, facts.mark(one))
            self.policy.meet(peer, self._forge.now())
            await self._bans.follow(one)
        await self._bans.forget_but({one.did for one in found})
        if self.peers.keys() - known:
            self._bell.set()  # Whoever waits for the time to ask the next one knows nothing of it.

    # ------------------------------------------------------------------------------------ events

    async def _wait(self) -> None:
        """Do what is due, and wait until the next time or until something happened."""
        now = self._forge.now()
        self._bell.clear()
        self.act(self.policy.due(now))
        pause = min(WAKE_SECONDS, max(0.05, (self.policy.next_at(now) - now) / 1000))
        try:
            async with asyncio.timeout(pause):
                await self._bell.wait()
        except TimeoutError:
            return

    async def _listen(self) -> None:
        assert self._network is not None
        async for said in self._network.messages:
            now = self._forge.now()
            self.act(self.policy.heard(said.sender_did, said.topic, said.data, now))

    async def _watch(self) -> None:
        """Hold against peers what the transport cut them off for."""
        assert self._network is not None
        async for one in self._network.offences:
            self.act(self.policy.offended(one.did, Offence.TORRENT, self._forge.now()))

    async def _announce_news(self) -> None:
        assert self._announcer is not None
        try:
            await self._announcer.step()
        except TransportFault as fault:
            log.info("not announced yet: %s", fault)
            await asyncio.sleep(PAUSE_SECONDS)
        await asyncio.sleep(LOOK_SECONDS)

    # ----------------------------------------------------------------------------------- outputs

    def act(self, outputs: list[Output]) -> None:
        """Have each output carried out, in its own task."""
        for output in outputs:
            self._group.create_task(self._carried_out(output), name=type(output).__name__)
        if outputs:
            self._bell.set()

    async def _carried_out(self, output: Output) -> None:
        """Carry out an output; then the timetable is looked at: it says when the next is due."""
        await fenced(self._done(output))
        self._bell.set()

    def _done(self, output: Output) -> Awaitable[None]:
        work: Awaitable[None]
        match output:
            case Ask():
                work = self._ask(output.peer)
            case Fetch():
                work = self._fetch(output)
            case Announce():
                work = self._tell_again(output.project)
            case Subscribe():
                work = self._subscribe(output)
            case Compare():
                work = self._compare(output)
            case Recover():
                work = self._recover(output)
            case Scored():
                work = self._score(output)
        return work

    async def _ask(self, peer: str) -> None:
        """Compare heads with a peer."""
        interest, believed = self.policy.interest(peer), self.policy.believed(peer)
        row = self.peers.get(peer)
        try:
            async with asyncio.timeout(ASK_SECONDS):
                found = await compare(self._forge, self._network, peer, row, interest, believed)
        except HolderFault as fault:
            self._unanswered(peer, fault.offence)
        except BadHeads:
            self._unanswered(peer, Offence.MALFORMED)
        except (TimeoutError, TransportFault):
            self._unanswered(peer, Offence.FAILED)
        except Exception:
            self._unanswered(peer, Offence.FAILED)
            raise
        else:
            known = self.policy.timetable.peers.get(peer)
            if known is not None and known.gone_since is not None:
                await self._is_back(peer)
            for project in believed - found.held - found.unasked:
                # Perhaps its home took it back: whoever pulls the seed will be told.
                await replication.due_now(self._forge, project)
            now = self._forge.now()
            answered = self.policy.answered(peer, found.held, found.heads, now, found.unasked)
            self.act(answered)

    async def _is_back(self, peer: str) -> None:
        """Pass on at once what waits for a home that had been gone."""
        for project, wanted in list(self.policy.wanted.items()):
            if wanted.held.home == peer and (kept := self._kept.get(project)) is not None:
                await offers.hurry(self._forge, kept.key)

    def _unanswered(self, peer: str, offence: Offence) -> None:
        self.act(self.policy.unanswered(peer, self._forge.now(), offence))

    async def _fetch(self, wanted: Fetch) -> None:
        """Have the seed of a project looked at now: who pulls it blames whom it is to be blamed."""
        seed = await replication.of_project(self._forge, wanted.project)
        self._fetching[wanted.project] = UnderWay.began(wanted, seed, self._forge.now())
        for peer in wanted.peers:
            row = self.peers.get(peer) or await self._met(peer)
            await replication.held_by(self._forge, wanted.project, row, wanted.position)
        await replication.head_proven(self._forge, wanted.project, wanted.proven)
        kept = self._kept.get(wanted.project)
        if kept is not None and kept.is_ours:
            await self._succeed(wanted)
        await replication.due_now(self._forge, wanted.project)

    async def _succeed(self, wanted: Fetch) -> None:
        """Ask for the documents of a project of this node that are said to be newer."""
        project = wanted.project
        try:
            has_moved = await succeeding.ask(self._forge, self._network, project)
        except Exception:
            self._not_fetched(wanted)
            raise
        if not has_moved:
            self._not_fetched(wanted)
            return
        if not (found := await self._facts.held({self._kept[project].key})):
            del self._kept[project]  # What landed here too late is told to nobody.
            self.act(self.policy.drop(project))
        for one, held in found:
            self._kept[project] = one
            self.act(self.policy.hold(held, self._forge.now()))

    def _not_fetched(self, wanted: Fetch) -> None:
        self._fetching.pop(wanted.project, None)
        failures = dict.fromkeys(wanted.peers, Offence.FAILED)
        self.act(self.policy.fetched(wanted.project, failures, self._forge.now()))

    async def _met(self, peer: str) -> Peer:
        """Write down a peer that is known by what it says alone."""
        learned = Met(did=peer) if peer.startswith("did:") else Met(url=peer)
        row = self.peers[peer] = await peering.met(self._forge, learned, "gossip")
        return row

    async def _over(self) -> set[str]:
        """Return the projects of which fetches bring nothing any more."""
        now, read = self._forge.now(), replication.of_project
        under_way = list(self._fetching.items())
        return {name for name, one in under_way if one.is_over(await read(self._forge, name), now)}

    def _end_fetches(self, over: Collection[str]) -> None:
        now = self._forge.now()
        for project, one in list(self._fetching.items()):
            wanted, known = one.wanted, self.policy.wanted.get(project)
            is_there = known is None or known.held.place >= (wanted.epoch, wanted.position)
            if is_there or project in over:
                del self._fetching[project]
                failures = {} if is_there else dict.fromkeys(wanted.peers, Offence.FAILED)
                self.act(self.policy.fetched(project, failures, now))

    async def _tell_again(self, project: str) -> None:
        kept = self._kept.get(project)
        if kept is None or self._announcer is None:
            return
        try:
            await self._announcer.tell(kept)
        except TransportFault as fault:
            log.info("not announced again: %s", fault)

    async def _subscribe(self, output: Subscribe) -> None:
        if self._network is None:
            return
        topic = messages.topic(output.project)
        if output.listen:
            await self._network.subscribe(topic)
        else:
            await self._network.unsubscribe(topic)

    async def _compare(self, found: Compare) -> None:
        """Look whether a signed record contradicts what we hold; if so, keep what proves it."""
        kept = self._kept.get(found.project)
        if kept is None:
            return
        ours = await standing.record_at(self._forge, kept, found.position)
        proof = contradiction(ours, found.record, await standing.chain(self._forge, kept))
        if proof is None:
            return
        await self._forge.db.write(lambda tx: accepting.keep_proof(self._forge, tx, proof))
        if not proof.documents:
            now = self._forge.now()
            self.act(self.policy.contradicted(found.project, proof.signer, now))

    async def _recover(self, lost: Recover) -> None:
        """Sign nothing for a project that was further, and remember who has the rest."""
        if not await recovering.noticed(self._forge, lost.project, lost.position):
            return  # It landed here a moment ago.
        row = self.peers.get(lost.peer) or await self._met(lost.peer)
        await replication.held_by(self._forge, lost.project, row, lost.position)
        facts = {"project": lost.project, "position": lost.position, "peer": lost.peer}
        log.error("this node has signed more than it remembers: it was put back", extra=facts)

    async def _score(self, scored: Scored) -> None:
        """Write points down; whoever is banned by them is hung up on."""
        points, code = scored.offence.points, scored.offence.code
        row = self.peers.get(scored.peer) or await self._met(scored.peer)
        row = self.peers[scored.peer] = await peering.scored(self._forge, row, points, code)
        log.warning("a peer misbehaved", extra={"peer": scored.peer, "code": code})
        await self._bans.follow(row)
