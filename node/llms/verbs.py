"""What one can do with the list of models of an account: one's own, or an organization's.

It binds what projects are told from then on. A project that names a model which is no longer in
the list keeps it until somebody changes it: a list must not stop work that is under way.
"""

from collections.abc import Sequence

from node.access import verbs as access
from node.access.model import Action
from node.access.rules import authorize
from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.audit import verbs as audit
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.llms import rows, rules
from node.llms.model import Llms
from store.database import Tx


async def get(forge: Forge, who: Party, handle: str) -> Llms:
    """Return the list of an account, for those who act for it; raise `NoAccount` or `Denied`."""
    return await forge.db.read(lambda tx: rows.get(tx, _of(tx, who, handle, Action.MEMBERS).key))


async def update(
    forge: Forge,
    who: Party,
    handle: str,
    allowed: Sequence[str] | None = None,
    default: str | None = None,
) -> Llms:
    """Change what is given and leave the rest; raise `BadModels`, and then nothing is changed.

    No allowed models are any; an empty default is none.
    """

    def write(tx: Tx) -> Llms:
        account = _of(tx, who, handle, Action.WRITE_SETTINGS)
        before = rows.get(tx, account.key)
        after = rules.checked(
            Llms(
                before.allowed if allowed is None else tuple(allowed),
                before.default if default is None else default,
            )
        )
        if after != before:
            rows.put(tx, account.key, after)
            _tell(forge, tx, who, account, before, after)
        return after

    return await forge.db.write(write)


def of(tx: Tx, account: int) -> Llms:
    """Return the list of an account; the caller has decided who may know it."""
    return rows.get(tx, account)


def forget(tx: Tx, account: int) -> None:
    """Remove the list of an account that ends."""
    rows.forget(tx, account)


def _of(tx: Tx, who: Party, handle: str, action: Action) -> Account:
    account = accounts.find(tx, handle)
    authorize(access.refreshed(tx, who), action, owner=account.key)
    return account


def _tell(forge: Forge, tx: Tx, who: Party, account: Account, before: Llms, after: Llms) -> None:
    changed = {
        "llm_models": before.allowed != after.allowed,
        "llm_default_model": before.default != after.default,
    }
    facts: dict[str, object] = {
        "handle": account.handle,
        "changed": [field for field, is_other in changed.items() if is_other],
    }
    audit.append(tx, who, None, "account.models-changed", facts, forge.now())
