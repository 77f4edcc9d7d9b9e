"""A home asks for the newer documents that others say there are of a project of its.

Whoever has them proves them: they are signed under the rules of those that are here. A node that
says so and has none costs a look, ever more rarely.
"""

import logging
from contextlib import AsyncExitStack

from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.landings import succeeding
from node.projects.model import Project
from node.replication import verbs as replication
from p2p.client import Dialling
from p2p.sources import look
from store.database import Tx

log = logging.getLogger(__name__)

REASON = "its owner gave it another home"


async def ask(forge: Forge, network: Dialling | None, name: str) -> bool:
    """Take in newer documents of the project `name`; return whether another node orders it now."""
    async with AsyncExitStack() as stack:
        sources, _ = await look(forge, network, replication.sought(name), stack)
        for source in sources:
            try:
                project = await succeeding.learned(forge, name, await source.documents(), follow)
            except Fault as fault:
                facts = {"project": name, "peer": source.did}
                log.warning("newer documents do not hold: %s", fault.message, extra=facts)
                continue
            if project.is_mirror:
                log.warning("a project has another home", extra={"project": name})
                return True
    return False


def follow(tx: Tx, project: Project) -> None:
    """Hold what this node ordered."""
    replication.follow(tx, project, REASON)
