"""A thousand networks, each decided by its seed: with losses, cuts, crashes and liars.

A seed that fails is told with its number; `run(number)` is all it takes to see it again.
"""

import pytest

from p2p.scores import Offence
from tests.support import liars
from tests.support.liars import (
    LIARS,
    Alterer,
    Boaster,
    Downgrader,
    Flooder,
    Forger,
    Grafter,
    Replayer,
    Twofaced,
)
from tests.support.simulator import Node, World

SEEDS = 1_000
PART = 50
LANDINGS = 14
TROUBLE_MS = 90_000
PERIOD_MS = 60_000
FORWARDED_MS = TROUBLE_MS + 3 * PERIOD_MS
AGREED_MS = FORWARDED_MS + 3 * PERIOD_MS
QUIET_MS = AGREED_MS + 2 * PERIOD_MS


class Story:
    """One seed: who there is, what goes wrong, and what has to be true in the end."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.world = world = World(
            seed, loss=(seed % 4) * 0.05, latency_ms=50 + 150 * (seed % 3), gossips=seed % 3 != 0
        )
        self.honest = [Node(world, number) for number in range(5)]
        world.nodes = {node.did: node for node in self.honest}
        self.liar = liars.add(world, LIARS[seed // 2 % len(LIARS)], 9) if seed % 2 else None
        mirrors = [*self.honest[1:], self.liar] if self.liar else self.honest[1:]
        self.book = world.project(1, self.honest[0], mirrors)
        self.notes = world.project(2, self.honest[1], self.honest[2:])
        for node in world.nodes.values():
            node.start()

    def happen(self) -> None:
        world, random = self.world, self.world.random
        for number in range(LANDINGS):
            at = random.randrange(1_000, TROUBLE_MS)
            world.at(at, lambda number=number: self.land(number))
        if self.seed % 5:
            start = random.randrange(5_000, TROUBLE_MS // 2)
            world.at(start, self.cut)
            world.at(random.randrange(start, TROUBLE_MS), world.sides.clear)
        for node in self.honest[: self.seed % 3]:
            start = random.randrange(5_000, TROUBLE_MS - 20_000)
            world.at(start, node.kill)
            world.at(start + random.randrange(1_000, 20_000), node.start)
        if self.seed % 7 == 0:
            world.at(TROUBLE_MS, self.adopt)

    def land(self, number: int) -> None:
        node = self.world.random.choice(self.honest)
        project = self.book if number % 3 else self.notes_at(node)
        if node.is_up and node.copies[project].documents:
            node.land(project, f"session {number}")

    def notes_at(self, node: Node) -> str:
        return self.notes if self.notes in node.copies else self.book

    def cut(self) -> None:
        away = self.world.random.sample(sorted(self.world.nodes), 2 + self.seed % 2)
        self.world.sides.update(dict.fromkeys(away, 1))

    def adopt(self) -> None:
        """The first home is switched off for good; the owner goes on with what the second has."""
        old, new = self.honest[0], self.honest[1]
        old.kill()
        lost = old.copies[self.book].sessions() - new.copies[self.book].sessions()
        queued = {session for project, session in old.queue if project == self.book}
        queued |= {session for project, session in old.queue if project == self.notes}
        self.world.acknowledged -= {(self.book, session) for session in lost | queued}
        self.world.acknowledged -= {(self.notes, session) for session in queued}
        self.world.adopt(self.book, new)
        self.honest = self.honest[1:]

    # ------------------------------------------------------------------------ what holds

    def check_heads(self) -> None:
        for project in (self.book, self.notes):
            holders = [node for node in self.honest if project in node.copies]
            assert len({node.copies[project].held().place for node in holders}) == 1
            assert len({tuple(node.copies[project].log) for node in holders}) == 1

    def check_nothing_lost(self) -> None:
        for project, session in self.world.acknowledged:
            for node in self.honest:
                if project in node.copies:
                    assert session in node.copies[project].sessions(), session

    def check_forwarded(self) -> None:
        assert not any(node.queue for node in self.honest)

    def check_blame(self) -> None:
        honest = {node.did for node in [*self.honest, self.world.nodes[self.first]]}
        blamed = {peer for _, peer in self.world.offences}
        assert not blamed & honest
        if self.liar and self.liar.copies[self.book].log and self.is_lied_to():
            for node in self.mirrors():
                assert node.policy.scores.is_banned(self.liar.did, self.world.now), node.did

    def is_lied_to(self) -> bool:
        return self.liar.is_caught and (self.world.gossips or self.liar.is_asked)

    def mirrors(self) -> list[Node]:
        """Those who ask the liar about what it holds; a home is told by gossip alone."""
        return [node for node in self.honest if not node.copies[self.book].is_ours]

    def check_quiet(self) -> None:
        """With nothing new, each asks each other about once a period, in one small message."""
        world = self.world
        before, asked = self.sent_by_honest(), world.asked[False]
        world.run(QUIET_MS + 2 * PERIOD_MS)
        pairs = len(world.nodes) * (len(world.nodes) - 1)
        told = pairs * 2 * 2  # two projects, at most twice in two minutes
        assert self.sent_by_honest() - before <= pairs * 8 + told
        if self.liar is None and not world.loss:
            assert world.asked[False] == asked

    def sent_by_honest(self) -> int:
        return sum(self.world.sent[node.did] for node in self.honest)

    @property
    def first(self) -> str:
        return next(iter(self.world.nodes))


def run(seed: int) -> Story:
    story = Story(seed)
    story.happen()
    story.world.run(FORWARDED_MS)
    story.check_forwarded()
    story.world.run(AGREED_MS)
    story.check_heads()
    story.check_nothing_lost()
    story.world.run(QUIET_MS)
    story.check_blame()
    story.check_quiet()
    return story


@pytest.mark.slow
@pytest.mark.parametrize("part", range(SEEDS // PART))
def test_all_networks_agree_after_their_troubles(part) -> None:
    failed = []
    for seed in range(part * PART, (part + 1) * PART):
        try:
            run(seed)
        except AssertionError as fault:
            failed.append((seed, str(fault)[:300]))
    assert not failed


NAMED = {
    Alterer: Offence.ALTERED_BLOB,
    Boaster: Offence.BOAST,
    Downgrader: Offence.DOWNGRADE,
    Flooder: Offence.FLOOD,
    Forger: Offence.FORGED_AUTHOR,
    Grafter: Offence.GRAFT,
    Replayer: Offence.REPLAY,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", NAMED)
def test_who_lies_is_banned_for_what_it_is_and_holds_up_nobody(kind) -> None:
    world = World(3)
    honest = [Node(world, number) for number in range(4)]
    world.nodes = {node.did: node for node in honest}
    liar = liars.add(world, kind, 9)
    book = world.project(1, honest[0], [*honest[1:], liar])
    for node in world.nodes.values():
        node.start()
    for number in range(10):
        world.at(1_000 + 10_000 * number, lambda n=number: honest[0].land(book, f"s{n}"))
    # The last one is away for a while, and then finds nobody but the liar.
    last = honest[-1]
    world.at(20_000, last.kill)
    world.at(110_000, lambda: world.sides.update({last.did: 1, liar.did: 1}))
    world.at(110_000, last.start)
    world.at(200_000, world.sides.clear)
    world.run(6 * PERIOD_MS)
    assert {offence for offence, _ in world.offences} == {NAMED[kind]}
    assert any(node.policy.scores.is_banned(liar.did, world.now) for node in honest[1:])
    assert {len(node.copies[book].log) for node in honest} == {10}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10))
def test_a_home_that_contradicts_itself_is_convicted_by_every_mirror(seed) -> None:
    world = World(seed)
    mirrors = [Node(world, number) for number in range(4)]
    world.nodes = {node.did: node for node in mirrors}
    home = liars.add(world, Twofaced, 9)
    project = world.project(1, home, mirrors)
    for node in world.nodes.values():
        node.start()
    for number in range(3):
        world.at(1_000 + 7_000 * number, lambda number=number: home.land(project, f"s{number}"))
    world.run(2 * PERIOD_MS)
    assert all(node.proofs == {home.did} for node in mirrors)
    assert all(node.policy.scores.is_banned(home.did, world.now) for node in mirrors)
    assert {offence for offence, _ in world.offences} == {Offence.EQUIVOCATION}
