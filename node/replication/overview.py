"""What one is shown of peers, seeds and copies: an admin of the node all, others what is public."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import reading
from node.projects import behind, identity, moved
from node.projects import verbs as projects
from node.projects.behind import Lag
from node.projects.model import Project
from node.projects.moved import Move
from node.replication import rows, rules
from node.replication.copies import copying
from node.replication.model import FAILED, VERIFIED, Copy, Peer, Seed
from store.database import Tx


@dataclass(frozen=True, slots=True)
class Known:
    """A peer with what is held against it now, and how many copies of ours it has.

    `lag` is how many landings the copy lacks that is furthest behind.
    """

    peer: Peer
    score: int
    is_banned: bool
    copies: int
    verified: int
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A project of ours that others hold, how many of them proved it, and when one last did.

    `holders` are the copies by the did of who has them: for admins of the node only.
    """

    project: Project
    copies: int
    verified: int
    proven_at: int | None
    head: int = 0
    holders: Mapping[str, Copy] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it; `peers` are for admins of the node only, and empty for others.

    `lags` are projects of this node for which it signs nothing until it has caught up,
    `moves` those that had their home here.
    """

    is_admin: bool
    peers: list[Known]
    seeds: list[Seed]
    held: list[Held]
    lags: list[Lag]
    moves: list[Move]


async def of_node(forge: Forge, who: Party) -> Overview:
    """Return what `who` may see of the node among its peers."""

    def read(tx: Tx) -> Overview:
        copies, heads = copying.all_copies(tx), reading.heights(tx)
        peers = rows.peers(tx) if who.is_admin else []
        seeds = [one for one in rows.seeds(tx) if who.is_admin or _is_seen(tx, who, one.project)]
        return Overview(
            who.is_admin,
            [_known(one, copies, heads, forge.now()) for one in peers],
            seeds,
            _held(tx, who, copies, heads),
            [one for one in behind.lags(tx) if projects.is_seen(who, one.project)],
            [one for one in moved.moves(tx) if projects.is_seen(who, one.project)],
        )

    return await forge.db.read(read)


async def of_project(forge: Forge, who: Party, project: Project) -> Held | None:
    """Return the copies of a project at other nodes, None if there are none."""
    found = await copying.of_project(forge, who, project)
    return counted(project, found) if found else None


async def sums(forge: Forge) -> dict[str, int]:
    """Return how many there are of peers, seeds, copies and offers, without a name."""

    def read(tx: Tx) -> dict[str, int]:
        seeds, copies, now = rows.seeds(tx), copying.all_copies(tx), forge.now()
        peers = rows.peers(tx)
        return {
            "peers": len(peers),
            "peers_banned": sum(rules.is_banned(one, now) for one in peers),
            "seeds": len(seeds),
            "seeds_verified": sum(one.state == VERIFIED for one in seeds),
            "seeds_failed": sum(one.state == FAILED for one in seeds),
            "seeds_bytes": sum(one.bytes for one in seeds),
            "seeds_behind": sum(one.lag for one in seeds),
            "projects_behind": len(behind.lags(tx)),
            "copies": len(copies),
            "copies_verified": sum(one.is_verified for one in copies),
        }

    return await forge.db.read(read)


def _known(peer: Peer, copies: list[Copy], heads: Mapping[int, int], now: int) -> Known:
    mine = [copy for copy in copies if copy.holder == peer.did]
    verified = sum(copy.is_verified for copy in mine)
    lag = max((heads.get(copy.project, 0) - copy.position for copy in mine), default=0)
    score, is_banned = rules.score(peer, now), rules.is_banned(peer, now)
    return Known(peer, score, is_banned, len(mine), verified, max(0, lag))


def _held(tx: Tx, who: Party, copies: list[Copy], heads: Mapping[int, int]) -> list[Held]:
    """Return our projects of which there are copies, those that `who` may see."""
    found = []
    for key in dict.fromkeys(copy.project for copy in copies):
        project = identity.of_key(tx, key)
        if project is not None and projects.is_seen(who, project):
            mine = [copy for copy in copies if copy.project == key]
            holders = {copy.holder: copy for copy in mine} if who.is_admin else {}
            one = counted(project, mine)
            found.append(replace(one, head=heads.get(key, 0), holders=holders))
    return found


def counted(project: Project, copies: list[Copy]) -> Held:
    """Return how many copies of a project there are, and when one was last proven."""
    proven = [copy.proven_at for copy in copies if copy.proven_at is not None]
    verified = sum(copy.is_verified for copy in copies)
    return Held(project, len(copies), verified, max(proven, default=None))


def _is_seen(tx: Tx, who: Party, key: int | None) -> bool:
    project = identity.of_key(tx, key) if key is not None else None
    return project is not None and projects.is_seen(who, project)
