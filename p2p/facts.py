"""What the node's own rows say, as the policy's values: what it holds, of whom, and whom it knows.

Nothing is kept here but what verifying cost: the tenures of each project, until its documents
change.
"""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from keys.statements.project import Project, open_chain
from node.kernel.forge import Forge
from node.landings import standing
from node.landings.standing import Standing
from node.replication import verbs as replication
from node.replication.model import DROPPED, WITHDRAWN, Peer, Seed
from p2p.judging import Held, Tenure
from p2p.scores import Mark

_LET_GO = frozenset({DROPPED, WITHDRAWN})


@dataclass(frozen=True, slots=True)
class _Chain:
    epoch: int
    homes: tuple[Tenure, ...]
    origins: tuple[tuple[int, str], ...]
    peers: frozenset[str]


class Facts:
    """Reads rows of `forge`."""

    def __init__(self, forge: Forge) -> None:
        self._forge = forge
        self._chains: dict[str, _Chain] = {}

    async def seeds(self) -> dict[str, Seed]:
        """Return what is wanted of others, by the id of the project."""
        found = await replication.seeds(self._forge)
        return {one.id: one for one in found if one.id is not None and one.state not in _LET_GO}

    async def held(self, keys: Collection[int] | None = None) -> list[tuple[Standing, Held]]:
        """Return what is held of the projects with these keys, or of all."""
        found = await standing.kept(self._forge, keys)
        return [(one, await self._held(one)) for one in found]

    async def _held(self, one: Standing) -> Held:
        chain = self._chains.get(one.project)
        if chain is None or chain.epoch != one.epoch:
            documents = await standing.chain(self._forge, one)
            project = await asyncio.to_thread(open_chain, documents)
            chain = self._chains[one.project] = _chain(project, len(documents))
        return Held(
            project=one.project,
            epoch=one.epoch,
            position=one.position,
            record=one.record,
            homes=chain.homes,
            origins=chain.origins,
            is_private=one.is_private,
            is_ours=one.is_ours,
            peers=chain.peers,
        )


def _chain(project: Project, epoch: int) -> _Chain:
    named = project.current.policy.get("peers", ())
    peers = frozenset(one for one in named if isinstance(one, str))
    homes = tuple(Tenure(one.after.position, one.home) for one in project.tenures)
    origins = tuple((one.position, one.project) for one in project.origins)
    return _Chain(epoch, homes, origins, peers)


def name(peer: Peer) -> str:
    """Return what the policy calls a peer: its did, or the address that it is known by so far."""
    return peer.did or peer.url or ""


def mark(peer: Peer) -> Mark:
    """Return what is held against a peer."""
    return Mark(peer.score, peer.scored_at, peer.banned_until or 0, peer.reason)
