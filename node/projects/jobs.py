"""What follows a deletion, once its grace is over."""

from node.accounts import verbs as accounts
from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.kernel.jobs import Job
from node.projects import rows, rules
from store.database import Tx


async def forget(forge: Forge, job: Job) -> None:
    """Remove a deleted project for good; the collector then finds its objects unused.

    With the last mirror of somebody of another node, what is known of them goes too.
    """
    key = job.payload["project"]
    assert isinstance(key, int)
    deleted_before = forge.now() - rules.GRACE_MS

    def work(tx: Tx) -> None:
        owner = rows.owner_of(tx, key)
        if rows.forget(tx, key, deleted_before) and owner and not rows.has_any(tx, owner):
            accounts.drop_remote(tx, owner)

    await forge.db.write(work)


FEATURE = Feature("projects", jobs={rules.FORGET: forget})
