"""Lists of models in SQL."""

import json

from node.llms.model import Llms
from store.database import Tx


def get(tx: Tx, account: int) -> Llms:
    """Return the list of an account, an empty one if it has none."""
    row = tx.execute(
        "select allowed, default_model from account_llms where account = ?", (account,)
    ).fetchone()
    return Llms(tuple(json.loads(row[0])), row[1]) if row else Llms()


def put(tx: Tx, account: int, llms: Llms) -> None:
    """Write the list of an account."""
    tx.execute(
        "insert into account_llms (account, allowed, default_model) values (?, ?, ?)"
        " on conflict (account) do update"
        " set allowed = excluded.allowed, default_model = excluded.default_model",
        (account, json.dumps(llms.allowed), llms.default),
    )


def forget(tx: Tx, account: int) -> None:
    """Remove the list of an account."""
    tx.execute("delete from account_llms where account = ?", (account,))
