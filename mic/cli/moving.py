"""A project that has another address than its workspace remembers.

The id decides which project a workspace belongs to. The node refuses a request for a name that
this project no longer has, before anything is done, and says the new one; the workspace remembers
it, and the command begins again.
"""

from mic.cli.context import Context
from mic.client.addresses import parse
from mic.errors import Conflict, Invalid, MicFault, Missing
from mic.wire import identity
from mic.workspace import manifest as manifests


def follow(context: Context, fault: MicFault) -> bool:
    """Remember the address that `fault` says, and tell; False if it says none for us."""
    if not isinstance(fault, Conflict) or fault.code != identity.MOVED:
        return False
    facts = fault.details
    try:
        address = parse(f"{facts.get('account')}/{facts.get('project')}")
        root = manifests.find_root(context.cwd)
    except (Invalid, Missing):
        return False
    with manifests.hold(root):
        before = manifests.load(root)
        if before.project_id != facts.get("id"):
            return False
        manifests.readdress(root, before, before.server, address.account, address.project)
    context.console.warn(f"{before.account}/{before.project} is called {address} now.")
    return True
