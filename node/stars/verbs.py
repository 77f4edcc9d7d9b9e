"""What one can do with stars, and the lists of projects that follow from what people do.

Looking at a project counts for somebody who is signed in, a minute apart at least: it makes the
list of what they were at last. Nobody else is counted.
"""

from collections.abc import Sequence

from node.access import scopes
from node.access.model import Action
from node.access.rules import require_account
from node.audit import verbs as audit
from node.kernel import events
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects import changing, identity
from node.projects import verbs as projects
from node.projects.model import Project
from node.projects.rules import require
from node.stars import rows, rules
from node.stars.model import Listed, Page, Sort, Standing
from store.database import Tx

PAUSE_MS = 60_000


async def set_star(
    forge: Forge, who: Party, project: Project, *, starred: bool | None = None
) -> Standing:
    """Give a project a star or take it back; None does what was not done. Raises `Denied`."""
    require(who, Action.READ, project)
    account = require_account(who)

    def write(tx: Tx) -> Standing:
        changing.current(tx, who, project, Action.READ)
        wanted = not rows.has(tx, project.key, account) if starred is None else starred
        at = forge.now()
        if wanted and rows.give(tx, project.key, account, at):
            rows.interact(tx, account, project.key, "star", at)
            _tell(forge, tx, who, project, "starred")
        elif not wanted and rows.take(tx, project.key, account):
            _tell(forge, tx, who, project, "unstarred")
        return Standing(*rows.counts(tx, project.key), wanted)

    return await forge.db.write(write)


async def standing(forge: Forge, who: Party, project: Project) -> Standing:
    """Return what is counted of a project, and whether `who` gave it a star."""
    require(who, Action.READ, project)

    def read(tx: Tx) -> Standing:
        return Standing(*rows.counts(tx, project.key), rows.has(tx, project.key, who.account))

    return await forge.db.read(read)


async def viewed(forge: Forge, who: Party, project: Project) -> None:
    """Note that `who` looked at a project, unless they did so within the last minute."""
    require(who, Action.READ, project)
    account = who.account
    if account is None:
        return
    at = forge.now()
    last = await forge.db.read(lambda tx: rows.last_interaction(tx, account, project.key))
    if at - last >= PAUSE_MS:
        await forge.db.write(lambda tx: _view(tx, account, project, at))


async def recent(forge: Forge, who: Party, limit: int = 6) -> list[Listed]:
    """Return the projects that `who` had to do with, the last one first."""
    account = require_account(who, "read")
    return await forge.db.read(lambda tx: _listed(tx, who, rows.interacted(tx, account, limit)))


async def mine(forge: Forge, who: Party, limit: int = 500) -> list[Listed]:
    """Return the projects that `who` owns or has a role on, the liveliest first."""
    account = require_account(who, "read")
    return await forge.db.read(lambda tx: _listed(tx, who, rows.worked_on(tx, account, limit)))


async def starred(forge: Forge, who: Party, account: int, limit: int = 50) -> list[Listed]:
    """Return the projects that an account gave a star and `who` may see, the last one first."""
    return await forge.db.read(
        lambda tx: _listed(tx, who, rows.starred(tx, _seer(who), account, limit))
    )


async def explore(forge: Forge, who: Party, sort: Sort, page: int = 1, size: int = 6) -> Page:
    """Return a page of the projects that `who` may see, in an order."""
    seer = _seer(who)

    def read(tx: Tx) -> Page:
        total = rows.count_seen(tx, seer)
        number = max(min(page, (total + size - 1) // size), 1)
        keys = _keys(forge, tx, seer, sort, (number - 1) * size, size)
        return Page(_listed(tx, who, keys), number, total, size)

    return await forge.db.read(read)


async def facts(forge: Forge, found: Sequence[Project]) -> list[Listed]:
    """Return projects that somebody may see with what is counted of them."""
    return await forge.db.read(lambda tx: _with_facts(tx, found))


def interact(tx: Tx, account: int, project: int, kind: str, at: int) -> None:
    """Note that somebody did something with a project, for verbs of other slices."""
    rows.interact(tx, account, project, kind, at)


def forget(tx: Tx, account: int) -> None:
    """Take back all stars of an account that ends, and forget what it looked at."""
    rows.forget(tx, account)


def _seer(who: Party) -> rows.Seer:
    """Return whose private projects `who` sees: a token may show fewer than its account has."""
    may_read = scopes.covers(who.scopes, {scopes.PROJECT_READ})
    return {"account": who.account if may_read else None, "only": who.only}


def _keys(forge: Forge, tx: Tx, seer: rows.Seer, sort: Sort, start: int, size: int) -> list[int]:
    if sort is not Sort.TRENDING:
        return rows.ordered(tx, seer, sort.value, start, size)
    since = forge.now() // rules.DAY_MS - rules.DAYS + 1
    return rules.trending(rows.activities(tx, seer, since, start + size))[start : start + size]


def _listed(tx: Tx, who: Party, keys: Sequence[int]) -> list[Listed]:
    return _with_facts(tx, projects.among_keys(tx, who, keys))


def _with_facts(tx: Tx, found: Sequence[Project]) -> list[Listed]:
    counted = rows.facts(tx, [project.key for project in found])
    return [Listed(one, *counted[one.key]) for one in found if one.key in counted]


def _view(tx: Tx, account: int, project: Project, at: int) -> None:
    # Asked again: of two looks at once, one counts; and the project may be gone.
    is_late = at - rows.last_interaction(tx, account, project.key) >= PAUSE_MS
    if is_late and identity.of_key(tx, project.key) is not None:
        rows.interact(tx, account, project.key, "view", at)


def _tell(forge: Forge, tx: Tx, who: Party, project: Project, what: str) -> None:
    facts: dict[str, object] = {"project": project.address, "handle": who.handle}
    audit.append(tx, who, project.key, f"project.{what}", facts, forge.now())
    events.append(tx, f"project.{what}", project.key, facts, forge.now())
