"""Many nodes in one process: the real policy, real signatures, and a network that a seed decides.

A `World` has a heap of what happens when. Messages take their time, get lost, overtake each other
and do not cross a cut; nodes are killed and start again with what was on disk: their logs, the
landings that they queued, and the marks of their peers. What stands in for the node's store is a
list of signed records for each project, accepted by the rules of `Copy.accept`.
"""

import functools
import hashlib
import heapq
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from keys.ed25519 import PrivateKey
from keys.errors import BadStatement, KeysFault
from keys.statements.equivocation import prove
from keys.statements.landing import LandingRecord, open_landing, record_id, seal_landing
from mic.sync.told import Told
from mic.wire import heads as wire
from mic.wire.heads import BadHeads, Heads, HeadsAsked, SignedHead
from p2p import messages, reconciling
from p2p.judging import Held, Tenure
from p2p.outputs import Announce, Ask, Compare, Fetch, Scored
from p2p.policy import Policy
from p2p.scores import Mark, Offence

TREE = bytes(32)
PATIENCE_MS = 10_000
PORTION = 16

opened = functools.lru_cache(maxsize=1 << 14)(open_landing)
"""Each record is signed once and verified once, however many nodes see it."""


@functools.cache
def key(number: int) -> PrivateKey:
    return PrivateKey(hashlib.sha256(b"simulated %d" % number).digest())


def project_id(number: int) -> str:
    return wire.spelled_id(hashlib.sha256(b"project %d" % number).digest())


@functools.lru_cache(maxsize=1 << 14)
def record(
    project: str, position: int, previous: bytes | None, session: str, signer: PrivateKey
) -> bytes:
    return seal_landing(
        LandingRecord(
            project=project, position=position, previous=previous, tree=TREE, previous_tree=TREE,
            session=session, contribution=None, author="ada", author_did=None, goal=session,
            clock="0.0@0", landed_at=0,
        ),
        signer,
    )  # fmt: skip


class Refused(Exception):
    def __init__(self, offence: Offence) -> None:
        super().__init__(offence.code)
        self.offence = offence


@dataclass
class Copy:
    """What one node has on disk of a project: its tenures (as documents) and its log."""

    project: str
    is_ours: bool = False
    documents: list[Tenure] = field(default_factory=list)
    log: list[bytes] = field(default_factory=list)

    def held(self) -> Held:
        return Held(
            project=self.project,
            epoch=len(self.documents),
            position=len(self.log),
            record=record_id(self.log[-1]) if self.log else None,
            homes=tuple(self.documents),
            is_ours=self.is_ours,
        )

    def append(self, session: str, signer: PrivateKey) -> None:
        before = record_id(self.log[-1]) if self.log else None
        self.log.append(record(self.project, len(self.log) + 1, before, session, signer))

    def follow(self, documents: list[Tenure]) -> None:
        """Take a longer chain of documents; what an old home signed after it ended goes."""
        if (
            len(documents) > len(self.documents)
            and documents[: len(self.documents)] == self.documents
        ):
            self.documents = list(documents)
            held = self.held()
            last = next(
                (at for at, one in enumerate(self.log, 1) if opened(one)[1] != held.home_at(at)),
                len(self.log) + 1,
            )
            del self.log[last - 1 :]

    def accept(self, portion: list[bytes]) -> None:
        """Append records, each checked; raise `Refused` at the first that is wrong."""
        held = self.held()
        for data in portion:
            at = len(self.log) + 1
            before = record_id(self.log[-1]) if self.log else None
            try:
                said, signer = opened(data)
            except KeysFault as fault:
                raise Refused(Offence.ALTERED_BLOB) from fault
            if said.project != self.project:
                raise Refused(Offence.GRAFT)
            if (said.position, said.previous) != (at, before):
                raise Refused(Offence.REPLAY)
            if signer != held.home_at(at) and any(signer == one.home for one in held.homes):
                raise Refused(Offence.OUTLIVED)
            if signer != held.home_at(at):
                raise Refused(Offence.FORGED_AUTHOR)
            self.log.append(data)

    def sessions(self) -> set[str]:
        return {opened(one)[0].session for one in self.log}


class Node:
    """An honest node: the policy, driven as `p2p.pull` drives it."""

    def __init__(self, world: "World", number: int) -> None:
        self.world = world
        self.key = key(number)
        self.did = self.key.did
        self.copies: dict[str, Copy] = {}
        self.queue: list[tuple[str, str]] = []
        self.marks: dict[str, Mark] = {}
        self.proofs: set[str] = set()
        self.is_up = False
        self.life = 0
        self.number = itertools.count(1)

    # ------------------------------------------------------------------------------- life

    def start(self) -> None:
        self.is_up = True
        self.life += 1
        self.told = Told()
        now = self.world.now
        self.policy = Policy(self.did, Random(self.world.random.random()), now, opened=opened)
        for peer, mark in self.marks.items():
            self.policy.scores.load(peer, mark)
        for copy in self.copies.values():
            self.act(self.policy.hold(copy.held(), now))
        for peer in self.world.nodes:
            self.policy.meet(peer, now, self.copies)
        self.tick(self.life)
        self.forward(self.life)

    def kill(self) -> None:
        self.is_up = False

    def tick(self, life: int) -> None:
        if self.is_up and life == self.life:
            now = self.world.now
            self.act(self.policy.due(now))
            self.world.at(max(now + 100, self.policy.next_at(now)), lambda: self.tick(life))

    def act(self, outputs) -> None:
        for output in outputs:
            match output:
                case Ask():
                    self.ask(output.peer)
                case Fetch():
                    self.fetch(output, list(output.peers), {})
                case Announce():
                    self.announce(output.project)
                case Compare():
                    self.compare(output)
                case Scored():
                    self.marks[output.peer] = output.mark
                    self.world.offences[output.offence, output.peer] += 1

    # ---------------------------------------------------------------------------- landings

    def land(self, project: str, session: str) -> None:
        """Land here if this is the home, else queue for it; either way it is acknowledged."""
        copy = self.copies[project]
        self.world.acknowledged.add((project, session))
        if not copy.is_ours:
            self.queue.append((project, session))
            return
        copy.append(session, self.key)
        self.act(self.policy.hold(copy.held(), self.world.now))
        self.announce(project)

    def forward(self, life: int) -> None:
        if not self.is_up or life != self.life:
            return
        for project, session in list(self.queue):
            home = self.copies[project].held().home
            if home == self.did:
                self.queue.remove((project, session))
                self.offered(project, session)
            elif home is not None:
                done = functools.partial(self.delivered, (project, session))
                self.world.request(
                    self, home, lambda node, p=project, s=session: node.offered(p, s), done
                )
        self.world.at(self.world.now + 5_000, lambda: self.forward(life))

    def offered(self, project: str, session: str) -> bool:
        copy = self.copies.get(project)
        if copy is None or not copy.is_ours:
            return False
        if session not in copy.sessions():
            self.land(project, session)
        return True

    def delivered(self, offer, answer) -> None:
        if answer and offer in self.queue:
            self.queue.remove(offer)

    # ------------------------------------------------------------------------------- heads

    def stands(self, ids) -> dict[bytes, wire.Stand]:
        mine = {wire.raw_id(one): copy for one, copy in self.copies.items()}
        return {
            one: reconciling.stand(mine[one].held())
            for one in ids
            if one in mine and mine[one].documents
        }

    def heads(self, asked: HeadsAsked, asker: str) -> Heads:
        if asked.stands is not None:
            theirs = wire.unpack(asked.stands)
            mine = self.stands([one.project for one in theirs])
            news = [self.head(wire.spelled_id(ours.project)) for _, ours in wire.news(theirs, mine)]
            return Heads(answer="differs", heads=news)
        ids = (
            wire.split_ids(asked.ids) if asked.ids is not None else self.told.get(asker, asked.set)
        )
        if ids is None:
            return Heads(answer="unknown")
        self.told.keep(asker, asked.set, ids)
        return wire.compared(asked, ids, self.stands(ids))

    def head(self, project: str) -> SignedHead:
        copy = self.copies[project]
        last = copy.log[-1] if copy.log else None
        return SignedHead(
            project=project, epoch=len(copy.documents), position=len(copy.log), record=last
        )

    def ask(self, peer: str) -> None:
        (stands,) = reconciling.sets(self.policy.interest(peer))
        asking = reconciling.comparison(stands, self.policy.believed(peer))
        self.go_on(asking, peer, None)

    def go_on(self, asking, peer: str, answer) -> None:
        try:
            asked = next(asking) if answer is None else asking.send(answer)
        except StopIteration as end:
            found = end.value
            self.act(self.policy.answered(peer, found.held, found.heads, self.world.now))
        except BadHeads:
            self.act(self.policy.unanswered(peer, self.world.now, Offence.MALFORMED))
        else:
            self.world.asked[asked.set is not None] += 1
            self.world.request(self, peer, lambda node: node.heads(asked, self.did),
                               lambda got: self.heard_back(asking, peer, got))  # fmt: skip

    def heard_back(self, asking, peer: str, answer) -> None:
        if answer is None:
            self.act(self.policy.unanswered(peer, self.world.now))
        else:
            self.go_on(asking, peer, answer)

    # ------------------------------------------------------------------------------- fetch

    def serve(self, project: str, after: int):
        copy = self.copies.get(project)
        if copy is None:
            return ([], [])
        return (list(copy.documents), copy.log[after : after + PORTION])

    def fetch(self, wanted: Fetch, left: list[str], failures: dict[str, Offence]) -> None:
        copy = self.copies[wanted.project]
        if not left:
            self.act(self.policy.fetched(wanted.project, failures, self.world.now))
            return
        peer, after = left[0], len(copy.log)

        def got(answer) -> None:
            if answer is None:
                failures[peer] = Offence.FAILED
                self.fetch(wanted, left[1:], failures)
            else:
                self.take(wanted, left, failures, after, answer)

        self.world.request(self, peer, lambda node: node.serve(wanted.project, after), got)

    def take(self, wanted: Fetch, left, failures, after: int, answer) -> None:
        copy, (documents, portion) = self.copies[wanted.project], answer
        before = copy.held().place
        if all(one in self.world.signed[wanted.project] for one in documents):
            copy.follow(documents)
        try:
            if len(copy.log) == after:
                copy.accept(portion)
        except Refused as fault:
            failures[left[0]] = fault.offence
        self.act(self.policy.hold(copy.held(), self.world.now))
        is_done = copy.held().place == before or left[0] in failures
        self.fetch(wanted, left[1:] if is_done else left, failures)

    # ------------------------------------------------------------------------------ gossip

    def announce(self, project: str) -> None:
        data = messages.announce(self.head(project), (self.life << 20) + next(self.number))
        self.world.gossip(self, messages.topic(project), data)

    def hear(self, sender: str, topic: str, data: bytes) -> None:
        if self.is_up:
            self.act(self.policy.heard(sender, topic, data, self.world.now))

    def compare(self, found: Compare) -> None:
        log = self.copies[found.project].log
        if found.position > len(log):
            return
        try:
            proof = prove(log[found.position - 1], found.record)
        except BadStatement:
            return
        self.proofs.add(proof.signer)
        self.act(self.policy.contradicted(found.project, proof.signer, self.world.now))


class World:
    """All nodes, the network between them, and the time."""

    def __init__(
        self, seed: int, *, loss: float = 0.0, latency_ms: int = 200, gossips: bool = True
    ) -> None:
        self.random = Random(seed)
        self.now = 0
        self.loss, self.latency_ms, self.gossips = loss, latency_ms, gossips
        self.nodes: dict[str, Node] = {}
        self.sides: dict[str, int] = {}
        self.signed: dict[str, list[Tenure]] = {}
        self.acknowledged: set[tuple[str, str]] = set()
        self.offences: Counter = Counter()
        self.sent: Counter = Counter()
        self.asked: Counter = Counter()
        self._heap: list[tuple[int, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def at(self, when: int, do: Callable[[], None]) -> None:
        heapq.heappush(self._heap, (when, next(self._count), do))

    def run(self, until: int) -> None:
        while self._heap and self._heap[0][0] <= until:
            self.now, _, do = heapq.heappop(self._heap)
            do()
        self.now = until

    def project(self, number: int, home: Node, mirrors: list[Node]) -> str:
        name = project_id(number)
        self.signed[name] = [Tenure(0, home.did)]
        home.copies[name] = Copy(name, True, list(self.signed[name]))
        for one in mirrors:
            one.copies[name] = Copy(name)
        return name

    def adopt(self, project: str, node: Node) -> None:
        """Let the owner name another home, which goes on where it stands."""
        copy = node.copies[project]
        document = Tenure(len(copy.log), node.did)
        self.signed[project].append(document)
        copy.follow(list(self.signed[project]))
        copy.is_ours = True
        node.act(node.policy.hold(copy.held(), self.now))

    def reaches(self, one: str, other: str) -> bool:
        return self.sides.get(one, 0) == self.sides.get(other, 0)

    def delay(self) -> int:
        return int(self.random.expovariate(1 / self.latency_ms)) + 1

    def request(self, asker: Node, to: str, answer, done) -> None:
        """Carry a request and its answer; `done(None)` if either is lost."""
        self.sent[asker.did] += 1
        life, node, over = asker.life, self.nodes.get(to), []

        def finish(value) -> None:
            if not over and asker.is_up and asker.life == life:
                over.append(True)
                done(value)

        def arrive() -> None:
            if node.is_up and self.reaches(asker.did, to) and self.random.random() >= self.loss:
                value = answer(node)
                self.at(self.now + self.delay(), lambda: come_back(value))

        def come_back(value) -> None:
            if self.reaches(asker.did, to) and self.random.random() >= self.loss:
                finish(value)

        self.at(self.now + PATIENCE_MS, lambda: finish(None))
        if node is not None:
            self.at(self.now + self.delay(), arrive)

    def gossip(self, sender: Node, topic: str, data: bytes) -> None:
        if not self.gossips:
            return
        project = messages.project_of(topic)
        for node in self.nodes.values():
            if node is sender or project not in node.copies or self.random.random() < self.loss:
                continue
            self.sent[sender.did] += 1
            if self.reaches(sender.did, node.did):
                hear = functools.partial(node.hear, sender.did, topic, data)
                self.at(self.now + self.delay(), hear)
