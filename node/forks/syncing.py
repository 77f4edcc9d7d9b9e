"""A fork takes in what its origin did since: landing by landing, so that each keeps its reason.

What only the origin changed is carried over as it landed there, under its author's name, with its
conversation and its time; the record says which landing it was. What both sides changed comes last,
as one landing of whoever syncs. All of it is written in one transaction, or nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from keys.statements import transcript as transcripts
from keys.statements.landing import Carried
from keys.statements.transcript import Transcript
from node.access import verbs as access
from node.access.model import Action
from node.audit import verbs as audit
from node.forks import merging, rows
from node.forks.merging import Outcome, Side, Trees, Workbench
from node.forks.model import NoFork, NoOrigin, NotReady, NotWhole, Root, SyncConflicts, Synced
from node.kernel import events, jobs
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import bulk, reading
from node.landings import jobs as landing_jobs
from node.landings.bulk import HeadMoved, Line, Prepared, Told
from node.landings.model import Landing
from node.projects import changing
from node.projects import verbs as projects
from node.projects.model import Project
from node.projects.rules import require
from node.replication import verbs as replication
from node.sessions import verbs as sessions
from store.changes import Change
from store.database import Tx
from store.digest import Digest

MOST = 1_000
"""Landings that are carried over in one go."""

TRIES = 5


@dataclass(frozen=True, slots=True)
class _Way:
    """From where to where a fork is brought, and what is to be said of it."""

    root: Root
    origin: Project
    last: int
    left: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """A sync that only has to be written."""

    way: _Way
    prepared: Prepared
    outcome: Synced


async def sync(
    forge: Forge, who: Party, project: Project, chosen: Mapping[str, Side] | None = None
) -> Synced:
    """Bring a fork up to what its origin did since; `chosen` says which side stands at a path.

    Raises `Denied`, `NoFork`, `NoOrigin`, `NotReady`, `NotWhole` or `SyncConflicts`, which names
    every path, and then nothing is changed.
    """
    require(who, Action.LAND, project)
    for _ in range(TRIES):
        plan = await forge.db.read(lambda tx: _plan(forge, tx, who, project, chosen or {}))
        if plan is None:
            head = await forge.db.read(lambda tx: reading.height(tx, project.key))
            return Synced(head, 0)
        try:
            await _carry_out(forge, who, project, plan)
        except HeadMoved as fault:
            moved = fault
        else:
            return plan.outcome
    raise moved


async def _carry_out(forge: Forge, who: Party, project: Project, plan: _Plan) -> None:
    way = plan.way

    def also(tx: Tx) -> None:
        if rows.root(tx, project.key) != way.root:
            raise HeadMoved(reading.height(tx, project.key))
        rows.set_synced(tx, project.key, way.last)
        jobs.enqueue(tx, landing_jobs.FILL, {"project": project.key}, forge.now())
        facts: dict[str, object] = {
            "project": project.address,
            "origin": way.root.origin,
            "first": way.root.synced + 1,
            "last": way.last,
        }
        audit.append(tx, who, project.key, "project.synced", facts, forge.now())
        events.append(tx, "project.synced", project.key, facts, forge.now())

    if plan.prepared.landings:
        await bulk.land(forge, who, project, plan.prepared, also)
    else:
        await forge.db.write(lambda tx: _only(tx, who, project, also))


def _only(tx: Tx, who: Party, project: Project, also: bulk.Also) -> None:
    """Write that a fork has what its origin has, where no file differs for it."""
    changing.current(tx, who, project, Action.LAND)
    also(tx)


def _plan(
    forge: Forge, tx: Tx, who: Party, project: Project, chosen: Mapping[str, Side]
) -> _Plan | None:
    """Return what is to be done; None where there is nothing new."""
    way = _way(tx, access.refreshed(tx, who), changing.current(tx, who, project, Action.LAND))
    if way.last <= way.root.synced:
        return None
    head = reading.head_of(tx, project)

    def source(digest: Digest) -> bytes:
        return forge.objects.get(tx, digest)

    base = reading.landing_at(tx, way.origin, way.root.synced).tree
    theirs = reading.landing_at(tx, way.origin, way.last).tree
    outcome = merging.merged(Trees(base, theirs, head.tree), source, chosen, way.origin.address)
    carried = list(_carried(forge, tx, project, way, outcome))
    bench = Workbench(source)
    rest = _rest(bench, way.origin.address, head.tree, carried, outcome)
    told = [*carried, *_last(forge, way, rest)]
    made = bulk.prepare(forge, tx, who, project, Line(head), told, outcome.fresh)
    done = Synced(head.position + len(told), len(carried), outcome.merged, way.left)
    return _Plan(way, made, done)


def _way(tx: Tx, who: Party, project: Project) -> _Way:
    root = rows.root(tx, project.key)
    if root is None:
        raise NoFork(project.address)
    if reason := reading.held(tx, project.key):
        raise NotReady(project.address, reason)
    origin = next(iter(projects.among(tx, who, [root.origin])), None)
    if origin is None:
        raise NoOrigin
    if origin.key in replication.contents_from(tx):
        raise NotWhole(origin.address)
    height = reading.height(tx, origin.key)
    last = min(height, root.synced + MOST)
    return _Way(root, origin, last, height - last)


def _carried(forge: Forge, tx: Tx, project: Project, way: _Way, outcome: Outcome) -> Iterator[Told]:
    """Yield the origin's landings, oldest first, as far as they change what the fork has not."""
    between = reading.between(tx, way.origin.key, way.root.synced + 1, way.last)
    for landing in reversed(between):
        listed = reading.changes_of(forge, tx, landing)
        ours = tuple(change for change in listed if not _is_near(change.path, outcome))
        if ours:
            yield _told(forge, tx, project, way.origin, landing, ours)


def _told(
    forge: Forge,
    tx: Tx,
    project: Project,
    origin: Project,
    landing: Landing,
    changes: tuple[Change, ...],
) -> Told:
    raw = forge.objects.get(tx, landing.transcript)
    session = landing.session
    if sessions.is_known(tx, project.key, session):
        session = forge.ids.session()
        raw = transcripts.encode(replace(transcripts.decode(raw), session=session))
    at = max(landing.made_at, 0)
    was = Carried(origin.id, landing.position, landing.id, at, landing.origin, landing.model)
    return Told(session, landing.goal, None, changes, raw, was, landing.by)


def _is_near(path: str, outcome: Outcome) -> bool:
    """Whether a fork changed a path by itself, something above it, or something below it."""
    parts = path.split("/")
    at_or_above = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
    return path in outcome.above or any(one in outcome.touched for one in at_or_above)


def _rest(
    bench: Workbench, origin: str, head: Digest, carried: Sequence[Told], outcome: Outcome
) -> list[Change]:
    """Return what the carried landings leave to be done, so that the outcome stands there."""
    try:
        wanted = {change.path: change.new for one in carried for change in one.changes}
        before = bench.applied(head, wanted)
        after = bench.applied(head, outcome.wanted)
    except merging.FITS_NOT as fault:
        clash = dict.fromkeys(sorted(outcome.wanted)[:100], f"they do not fit together: {fault}")
        raise SyncConflicts(origin, clash) from fault
    return merging.changes(before, after, bench.get)


def _last(forge: Forge, way: _Way, rest: Sequence[Change]) -> list[Told]:
    """Return the landing of what both sides changed, if there is any."""
    if not rest:
        return []
    session = forge.ids.session()
    goal = f"Merge {way.origin.address} up to @{way.last}"
    said = transcripts.encode(Transcript(session, goal, (), ()))
    return [Told(session, goal, None, tuple(rest), said)]
