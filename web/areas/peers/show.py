"""The node among others: what it holds for them, who holds its projects, and how peers behave."""

from dataclasses import dataclass

from aiohttp import web

from node.federation import verbs as federation
from node.federation.model import Follow
from node.replication import overview
from node.replication.model import VERIFIED
from node.replication.overview import Held, Known, Overview
from web.areas.peers.reach import Reach, reach
from web.page import forge_of, party_of, render
from web.phrases import plural, size

COLUMNS = 5
"""Peers beside each other in the table of who holds what, those that hold most."""

ROWS = 100


@dataclass(frozen=True, slots=True)
class View:
    """The page: `follows`, `fault` and who holds what are for admins of the node, as the peers."""

    node: Overview
    reach: Reach | None
    follows: list[Follow]
    fault: str | None

    @property
    def columns(self) -> list[Known]:
        """The peers that have a column in the table of who holds what."""
        holders = [one for one in self.node.peers if one.copies and one.peer.did]
        return sorted(holders, key=lambda one: -one.copies)[:COLUMNS]

    @property
    def rows(self) -> list[Held]:
        """The projects of that table."""
        return self.node.held[:ROWS]

    @property
    def figures(self) -> list[tuple[str, str, str]]:
        """What there is of each, and how much of it was checked; nothing where there is nothing."""
        seeds, held, peers = self.node.seeds, self.node.held, self.node.peers
        level = sum(one.state == VERIFIED for one in seeds)
        kept = size(sum(one.bytes for one in seeds))
        copies = sum(one.copies for one in held)
        verified = sum(one.verified for one in held)
        ours = plural(len(held), "project")
        answered = sum(one.peer.seen_at is not None for one in peers)
        found = [
            ("Held for others", len(seeds), f"{level:,} verified, {kept}"),
            ("Copies elsewhere", copies, f"{verified:,} verified, of {ours}"),
            ("Known nodes", len(peers), f"{answered:,} answered"),
        ]
        return [(name, f"{count:,}", more) for name, count, more in found if count]


async def show(request: web.Request) -> web.StreamResponse:
    """Show what the viewer may see of it."""
    forge = forge_of(request)
    node = await overview.of_node(forge, party_of(request))
    follows = await federation.follows(forge) if node.is_admin else []
    fault = forge.reach.fault if node.is_admin else None
    drawn = reach(node.peers, forge.now()) if node.peers else None
    return render(request, "areas/peers/show.html", View(node, drawn, follows, fault))
