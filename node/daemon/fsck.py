"""Checks everything that a node keeps, from bytes to promises.

The store knows whether bytes are what their digests say. What they mean is checked here: each log
is a chain without gaps, signed by its home, all that any row names is there, and the audit log is
as it was written.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from keys.errors import KeysFault
from keys.statements.landing import LandingRecord, open_landing
from keys.statements.project import Project as Chain
from keys.statements.project import open_chain
from node.audit import verbs as audit
from node.daemon import housekeeping
from node.kernel.forge import Forge
from node.landings import reading
from node.landings.model import Landing
from node.projects import verbs as projects
from store import check, collect, marks
from store.database import Tx
from store.digest import Digest
from store.errors import StoreFault
from store.tree import EMPTY

_Before = tuple[int, LandingRecord, Digest]
"""A project's key, and the landing of its log that was looked at last."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it should be."""

    where: str
    what: str
    id: str | None = None
    is_repaired: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a check of a whole node saw."""

    objects: int
    bytes: int
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        """Whether all is well, or well again."""
        return all(finding.is_repaired for finding in self.findings)


ELSEWHERE = (
    "What is left needs a copy from elsewhere: restore a backup, or land again from a workspace"
    " that has it; an object that is sent again heals the node."
)


def summary(report: Report, *, repair: bool) -> str:
    """Return what the whole report comes to, and what to do now."""
    found, repaired = len(report.findings), sum(one.is_repaired for one in report.findings)
    if not found:
        return "Everything is as it should be." + " There was nothing to repair." * repair
    if not repair:
        return f"{_counted(found)} `micelio fsck --repair` repairs what can be."
    if not repaired:
        return f"Nothing could be repaired. {ELSEWHERE}"
    if repaired == found:
        return "Everything that was found is repaired."
    return f"{repaired:,} of {found:,} could be repaired. {ELSEWHERE}"


def _counted(found: int) -> str:
    if found == 1:
        return "One thing is not as it should be."
    return f"{found:,} things are not as they should be."


async def run(forge: Forge, *, repair: bool) -> Report:
    """Check bytes, then meaning; nothing else may be writing."""
    bytes_ = await check.check(forge.objects, repair=repair, now=forge.now() // 1000)
    damaged = [
        Finding(one.where, one.what, one.id.hex() if one.id else None, one.is_repaired)
        for one in bytes_.problems
    ]
    wrong = [Finding("meaning", sentence) for sentence in await meaning(forge)]
    return Report(bytes_.objects, bytes_.bytes, (*damaged, *wrong))


async def meaning(forge: Forge) -> list[str]:
    """Return what is wrong with logs, references and the audit log, a sentence each."""
    wrong = await forge.db.read(lambda tx: [*_logs(forge, tx), *_references(forge, tx)])
    broken = await audit.first_broken(forge)
    if broken is not None:
        wrong.append(f"The audit log was changed at row {broken}.")
    return wrong


def _references(forge: Forge, tx: Tx) -> Iterator[str]:
    try:
        with marks.opened(forge.db.path.parent) as marked:
            collect.reach(tx, forge.objects, housekeeping.roots(tx), marked)
    except StoreFault as fault:
        yield f"Something that is needed cannot be read: {fault}."


def _logs(forge: Forge, tx: Tx) -> Iterator[str]:
    before: _Before | None = None
    is_torn = False
    chains: dict[int, Chain | None] = {}
    for project, landing in reading.everything(tx):
        if project not in chains:
            chains[project] = _chain(forge, tx, project)
        try:
            record, home = open_landing(forge.objects.get(tx, landing.id))
        except (StoreFault, KeysFault) as fault:
            yield f"The record of landing @{landing.position} ({landing.id.hex()}): {fault}."
            is_torn = True
            continue
        chain = chains[project]
        if chain and record.project != chain.id_at(landing.position):
            yield f"The record of @{record.position} of {record.project} is not {chain.id}'s."
        if home != (chain.home_at(landing.position) if chain else forge.node.did):
            yield f"The record of @{landing.position} of {record.project} was signed by {home}."
        yield from _told_apart(landing, record)
        if not is_torn and not _follows(project, record, before):
            yield f"The log of {record.project} has a gap before @{record.position}."
        before, is_torn = (project, record, landing.id), False


def _chain(forge: Forge, tx: Tx, project: int) -> Chain | None:
    """Return what says which node ordered which positions of a project; None if it is damaged."""
    try:
        return open_chain(projects.chain(forge, tx, project))
    except (StoreFault, KeysFault):
        return None


def _told_apart(landing: Landing, record: LandingRecord) -> Iterator[str]:
    """Compare what the row says with what was signed."""
    for name in ("position", "tree", "previous_tree", "session", "contribution", "goal", "clock"):
        if getattr(landing, name) != getattr(record, name):
            yield f"Row and record of @{record.position} of {record.project} differ in {name}."


def _follows(project: int, record: LandingRecord, before: _Before | None) -> bool:
    """Whether a record is the next one after `before`, or the first of its project."""
    expected: tuple[int, bytes | None, bytes] = (1, None, EMPTY)
    if before is not None and before[0] == project:
        expected = (before[1].position + 1, before[2], before[1].tree)
    return (record.position, record.previous, record.previous_tree) == expected
