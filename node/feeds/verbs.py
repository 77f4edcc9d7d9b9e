"""What one can do with feeds, and how they are written: behind what happened, by a subscriber.

The position up to which a project's landings are in the feeds is written with them, so that
nothing counts twice, however often the work is done again. What was imported, or carried over
from another project, is nobody's doing here: the author of a commit is a name that anybody may
have written.
"""

from node.access.rules import require_account
from node.accounts import verbs as accounts
from node.feeds import rows
from node.feeds.model import NEWEST, Feed, Following, Item
from node.kernel import events
from node.kernel.errors import Invalid
from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.kernel.jobs import Job
from node.kernel.parties import Party
from node.landings import reading
from node.landings.bulk import IMPORTED
from node.projects import identity
from store.database import Tx

WRITE = "feeds.write"
SIZE = 20
STEP = 1_000
"""Landings that are written in one transaction."""

MOST_FOLLOWED = 1_000
_FORGOTTEN = "landing.forgotten"
_LANDED = frozenset({"landing.landed", IMPORTED, _FORGOTTEN, "project.restored"})
_OTHERS = frozenset({"project.created", "project.starred", "project.unstarred", "project.restored"})


async def of_account(
    forge: Forge, handle: str, before: tuple[int, int] = NEWEST, size: int = SIZE
) -> Feed:
    """Return what an account did on public projects, newest first; raise `NoAccount`.

    An organization does nothing itself: it is what landed on its projects.
    """

    def read(tx: Tx) -> list[Item]:
        account = accounts.find(tx, handle)
        done = rows.of_projects if account.is_organization else rows.of_account
        return done(tx, account.key, before, size + 1)

    return _part(await forge.db.read(read), size)


async def followed(
    forge: Forge, who: Party, before: tuple[int, int] = NEWEST, size: int = SIZE
) -> Feed:
    """Return what happened on projects that `who` starred and what people did whom they follow."""
    account = require_account(who, "read")
    found = await forge.db.read(lambda tx: rows.followed(tx, account, before, size + 1))
    return _part(found, size)


async def activity(forge: Forge, handle: str, first: int, last: int) -> dict[int, int]:
    """Return how much an account landed on public projects, by days since 1970."""

    def read(tx: Tx) -> dict[int, int]:
        return rows.days(tx, accounts.find(tx, handle).key, first, last)

    return await forge.db.read(read)


async def follow(forge: Forge, who: Party, handle: str, *, wanted: bool) -> bool:
    """Follow an account, or no more; return whether that changed anything."""
    account = require_account(who)

    def write(tx: Tx) -> bool:
        other = accounts.find(tx, handle)
        if not wanted:
            return rows.unfollow(tx, account, other.key)
        if other.key == account:
            raise Invalid("follow.oneself", "Nobody follows themselves.")
        if rows.following(tx, account)[1] >= MOST_FOLLOWED:
            raise Invalid("follow.limit", f"One can follow {MOST_FOLLOWED:,} accounts.")
        at = forge.now()
        is_new = rows.follow(tx, account, other.key, at)
        if is_new:
            facts = {"handle": who.handle, "followed": other.handle}
            events.append(tx, "account.followed", None, facts, at)
        return is_new

    return await forge.db.write(write)


async def following(forge: Forge, who: Party, handle: str) -> Following:
    """Return how many follow an account, and whether `who` does."""

    def read(tx: Tx) -> Following:
        account = accounts.find(tx, handle).key
        return Following(*rows.following(tx, account), rows.is_followed(tx, who.account, account))

    return await forge.db.read(read)


def forget(tx: Tx, account: int) -> None:
    """Forget whom an account that ends follows, and who follows it."""
    rows.forget(tx, account)


async def write(forge: Forge, project: int) -> None:
    """Write into the feeds what is owed of a project."""
    await _write_landings(forge, project)
    await _write_others(forge, project)


async def _write_landings(forge: Forge, project: int) -> None:
    while await forge.db.write(lambda tx: _step(tx, project)):
        pass


def _step(tx: Tx, project: int) -> bool:
    """Write some landings; return whether there may be more."""
    if identity.of_key(tx, project) is None:
        return False
    start, height = rows.counted(tx, project), reading.height(tx, project)
    last = min(start + STEP, height)
    if last > start:
        rows.add_landings(tx, project, start, last)
    return last < height


async def _write_others(forge: Forge, project: int) -> None:
    def write(tx: Tx) -> None:
        if identity.of_key(tx, project) is not None:
            rows.set_others(tx, project)

    await forge.db.write(write)


async def _happened(forge: Forge, event: events.Event) -> None:
    project = event.project
    if project is None:
        return
    if event.kind == _FORGOTTEN:
        await forge.db.write(lambda tx: rows.forget_landings(tx, project))
    if event.kind in _LANDED:
        await _write_landings(forge, project)
    if event.kind in _OTHERS:
        await _write_others(forge, project)


async def _write(forge: Forge, job: Job) -> None:
    await write(forge, int(str(job.payload["project"])))


def _part(found: list[Item], size: int) -> Feed:
    shown = found[:size]
    return Feed(shown, (shown[-1].at, shown[-1].key) if len(found) > size else None)


FEATURE = Feature("feeds", subscribers={"feeds": _happened}, jobs={WRITE: _write})
