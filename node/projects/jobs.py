"""What follows a deletion, once its grace is over."""

from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.kernel.jobs import Job
from node.projects import rows, rules


async def forget(forge: Forge, job: Job) -> None:
    """Remove a deleted project for good; the collector then finds its objects unused."""
    key = job.payload["project"]
    assert isinstance(key, int)
    deleted_before = forge.now() - rules.GRACE_MS
    await forge.db.write(lambda tx: rows.forget(tx, key, deleted_before))


FEATURE = Feature("projects", jobs={rules.FORGET: forget})
