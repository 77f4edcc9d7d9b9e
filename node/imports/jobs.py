"""The work of an import from a URL: fetch, look, land; taken up again where it was cut off.

What the source or the history is at fault for ends the import, and the project is as empty as it
was. Anything else (a full disk, a bug) is tried again by the queue, and at last given up the same
way.
"""

import asyncio
import logging
import shutil
from dataclasses import replace

from node.access import verbs as access
from node.accounts import verbs as accounts
from node.imports import cache, cloning, importing, rows
from node.imports.model import MAIN, Import, Stage, Status
from node.kernel import events, jobs
from node.kernel.errors import Fault
from node.kernel.feature import Feature
from node.kernel.forge import Forge
from node.kernel.jobs import Job
from node.kernel.parties import Party
from node.landings import reading
from node.projects import verbs as projects
from store.database import Tx
from store.git.errors import BadHistory, GitFailed

log = logging.getLogger(__name__)

KIND = "imports.import"
SWEEP = "imports.sweep"
SWEEP_MS = 3_600_000
PAUSE = 0.5


class _Teller:
    """Keeps the row of an import at what is being done, twice a second at most."""

    def __init__(self, forge: Forge, one: Import) -> None:
        self._forge = forge
        self.now = one
        self._written = one

    def at(self, stage: Stage, done: int = 0, total: int = 0) -> None:
        self.now = replace(self.now, stage=stage, done=done, total=total)

    def progress(self, what: str, done: int, total: int) -> None:
        """Be told by `importing.bring`."""
        stage = Stage.VALIDATION if what == "history" else Stage.FINALIZATION
        self.at(stage, done, total)

    async def follow(self) -> None:
        while True:
            await asyncio.sleep(PAUSE)
            await self.write()

    async def write(self) -> None:
        if self.now != self._written:
            self._written = now = replace(self.now, updated_at=self._forge.now())
            self.now = now
            await self._forge.db.write(lambda tx: rows.put_import(tx, now))


async def work(forge: Forge, job: Job) -> None:
    """Do an import that is owed; raises what is to be tried again."""
    name = str(job.payload["import"])
    one = await forge.db.read(lambda tx: rows.an_import(tx, name))
    if one is None or one.status not in {Status.QUEUED, Status.RUNNING}:
        return
    teller = _Teller(forge, replace(one, status=Status.RUNNING))
    try:
        warnings = await _told(forge, one, teller)
    except (Fault, GitFailed, BadHistory) as fault:
        await _give_up(forge, teller.now, fault)
    except Exception as fault:
        if job.tries + 1 < jobs.TRIES:
            raise
        log.exception("import given up", extra={"import": name})
        await _give_up(forge, teller.now, fault)
    else:
        done = replace(teller.now, status=Status.COMPLETED, warnings=warnings)
        await forge.db.write(lambda tx: _end(forge, tx, done, "completed"))
    await asyncio.to_thread(shutil.rmtree, cloning.place_of(forge, name), ignore_errors=True)


async def _told(forge: Forge, one: Import, teller: _Teller) -> tuple[str, ...]:
    """Import while the teller tells; raises the first of what goes wrong."""
    try:
        async with asyncio.TaskGroup() as group:
            following = group.create_task(teller.follow())
            warnings = await _import(forge, one, teller)
            following.cancel()
    except ExceptionGroup as faults:
        raise _first(faults) from faults
    return warnings


async def _import(forge: Forge, one: Import, teller: _Teller) -> tuple[str, ...]:
    who = await forge.db.read(lambda tx: _party(tx, one.account))
    project = await projects.by_key(forge, who, one.project)
    teller.at(Stage.METADATA)
    await teller.write()
    if not (cloning.place_of(forge, one.id) / cloning.MARK).exists():
        target = await cloning.target(forge, one.url)
        await cloning.looked_up(target)
        teller.at(Stage.GIT_DATA_CLONE)
        await cloning.fetched(
            forge, one.id, target, lambda done, all_: teller.at(Stage.GIT_DATA_CLONE, done, all_)
        )
    place = cloning.place_of(forge, one.id)
    teller.at(Stage.VALIDATION)
    tags = await asyncio.to_thread(cloning.tags, place)
    async with cache.locked(forge, one.project):
        outcome = await importing.bring(forge, who, project, place, MAIN, teller.progress, tags)
    return outcome.warnings


def _party(tx: Tx, account: int) -> Party:
    """Return who asked for the import, with the rights they have now."""
    person = accounts.find_key(tx, account)
    standing = access.standing_of(tx, account)
    return Party(person.key, person.handle, person.is_admin, standing=standing)


def _first(faults: ExceptionGroup) -> Exception:
    """Return one of the faults of a group of groups."""
    found: BaseException = faults
    while isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    assert isinstance(found, Exception)
    return found


def _end(forge: Forge, tx: Tx, one: Import, how: str) -> None:
    """Keep how an import ended, and tell it to who asked for it."""
    rows.put_import(tx, one)
    facts = {"import": one.id, "account": one.account, "message": one.message}
    events.append(tx, f"import.{how}", one.project, facts, forge.now())


async def _give_up(forge: Forge, one: Import, fault: Exception) -> None:
    """End an import, and let its project be as empty as before."""
    code = fault.code if isinstance(fault, Fault) else "import.failed"
    # What has begun to land is taken back; before that, there is nothing to take.
    status = Status.ROLLED_BACK if one.stage is Stage.FINALIZATION else Status.FAILED
    ended = replace(one, status=status, fault=code, message=str(fault)[:2000])

    def write(tx: Tx) -> None:
        importing.give_back(tx, one.project)
        _end(forge, tx, ended, "failed")

    # A push may be coming in by now: what it brings is not ours to take back.
    async with cache.locked(forge, one.project):
        await forge.db.write(write)


async def sweep(forge: Forge, _job: Job) -> None:
    """Let projects go whose import by a push broke off and was not taken up again."""

    def stale(tx: Tx) -> list[int]:
        return [one for one in reading.all_held(tx) if one not in rows.under_way(tx)]

    for project in await forge.db.read(stale):
        if not cache.is_busy(forge, project):
            await forge.db.write(lambda tx, key=project: importing.give_back(tx, key))  # type: ignore[misc]


FEATURE = Feature(
    "imports",
    jobs={KIND: work, SWEEP: sweep},
    periodic={SWEEP: SWEEP_MS},
    long=frozenset({KIND}),
)
