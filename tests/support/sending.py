"""Objects sent ahead of a landing, as an upload would bring them in."""

from collections.abc import Sequence

from node.accounts.model import Account
from node.holdings import verbs as holdings
from node.kernel.forge import Forge
from node.projects.model import Project
from store.records import Record


async def upload(
    forge: Forge, account: Account, project: Project, records: Sequence[Record]
) -> None:
    """Send `records` to `project`, which then holds them."""

    async def batches():
        yield records

    await holdings.receive(forge, account.party, project, batches())
