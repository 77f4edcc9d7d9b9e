"""The node among others: what it holds for them, who holds its projects, and how peers behave."""

from dataclasses import dataclass

from aiohttp import web

from node.federation import verbs as federation
from node.federation.model import Follow
from node.replication import overview
from node.replication.model import VERIFIED
from node.replication.overview import Overview
from web.page import forge_of, party_of, render
from web.phrases import plural, size


@dataclass(frozen=True, slots=True)
class View:
    """The page: `follows` and `fault` are for admins of the node only, as the peers are."""

    node: Overview
    follows: list[Follow]
    fault: str | None

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
    return render(request, "areas/peers/show.html", View(node, follows, fault))
