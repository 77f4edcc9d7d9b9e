"""What follows when somebody asked for their account to be closed and did not take it back."""

from node.closings import verbs
from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.kernel.jobs import Job


async def close(forge: Forge, job: Job) -> None:
    """Close the account if its time has come; its key goes last, when nothing needs it."""
    account = job.payload["account"]
    assert isinstance(account, int)
    did = await forge.db.write(lambda tx: verbs.close(forge, tx, account))
    if did is not None:
        forge.keys.destroy(did)


FEATURE = Feature("closings", jobs={verbs.CLOSE: close})
