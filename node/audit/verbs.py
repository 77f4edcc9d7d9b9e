"""What one can do with the audit log: add to it, read it, check it; never change it."""

import dataclasses
from collections.abc import Mapping

from node.access import rules as access
from node.access.model import Action
from node.audit import rows, rules
from node.audit.model import AuditRow
from node.kernel.forge import Forge
from node.kernel.paging import page_size
from node.kernel.parties import Party
from store.database import Tx

_END = 1 << 62


def append(
    tx: Tx, who: Party, project: int | None, action: str, metadata: Mapping[str, object], at: int
) -> None:
    """Add one deed, in the transaction that does it; `metadata` must hold no secret."""
    seq, before = rows.last(tx) or (0, rules.FIRST)
    row = AuditRow(
        seq + 1, who.account, who.handle, who.token, project, action, dict(metadata), at, b""
    )
    rows.add(tx, dataclasses.replace(row, hash=rules.chained(before, row)))


async def listed(
    forge: Forge, who: Party, *, before: int | None = None, limit: int = 50
) -> list[AuditRow]:
    """Return the newest deeds on the node below number `before`; for its admins."""
    access.authorize(who, Action.ADMIN)
    return await forge.db.read(lambda tx: rows.newest(tx, before or _END, page_size(limit)))


async def first_broken(forge: Forge) -> int | None:
    """Return the number of the first row that was tampered with, None if the log is whole."""
    return await forge.db.read(lambda tx: rules.first_broken(rows.all_rows(tx), rows.written(tx)))


def of_project(tx: Tx, project: int, before: int | None, limit: int) -> list[AuditRow]:
    """Return the newest deeds on `project`; the caller has seen to it that they may be read."""
    return rows.newest_of(tx, project, before or _END, page_size(limit))
