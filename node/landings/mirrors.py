"""Mirrors as projects with their landings: taken, and brought in line with a new home."""

from collections.abc import Sequence

from keys.statements.project import Project as Chain
from node.kernel.forge import Forge
from node.landings import accepting
from node.projects import mirroring
from node.projects.model import Project
from store.database import Tx


async def take(forge: Forge, documents: Sequence[bytes], name: str | None = None) -> Project:
    """Do as `mirroring.take`, and forget what an old home signed behind its tenure."""

    def also(tx: Tx, project: Project, chain: Chain) -> None:
        accepting.settle(forge, tx, project, chain)

    return await mirroring.take(forge, documents, name, also)
