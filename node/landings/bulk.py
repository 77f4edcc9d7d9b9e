"""Landings of a history that was made elsewhere, some hundred at a time.

The same trees, the same signed records and the same rows as any landing has. What each changed is
taken from the history, which compared the trees: it is applied to the tree before it and not
compared again. What can be made without the database's writer is made first; the rows, the objects'
places and one event follow in a single transaction.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from keys.statements.descriptor import Descriptor
from keys.statements.landing import Carried, Imported, LandingRecord, seal_landing
from node.access.model import Action
from node.kernel import events
from node.kernel.errors import Conflict
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import rows, rules
from node.landings.model import BadDraft, Head, Landing
from node.landings.reading import path_seed
from node.projects import behind
from node.projects import verbs as projects
from node.projects.model import Project
from node.sessions import verbs as sessions
from node.sessions.model import LandedSession
from store import bulk, contents, tree
from store import changes as change_lists
from store.bulk import Batch, Chain
from store.changes import Change
from store.database import Tx
from store.digest import Digest
from store.records import Kind, Record

IMPORTED = "landing.imported"

Also = Callable[[Tx], None]


@dataclass(frozen=True, slots=True)
class Told:
    """A landing as its history tells it: what it was elsewhere, and who made it there.

    One that was nothing elsewhere is made now, by whoever asks.
    """

    session: str
    goal: str
    imported: Imported | None
    changes: tuple[Change, ...]
    transcript: bytes
    carried: Carried | None = None
    author: str = ""


@dataclass(slots=True)
class Line:
    """How far a project's line is made: its head, and the chains that new objects go on with."""

    head: Head
    chains: dict[Digest, Chain] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Landings that only have to be written."""

    before: Head
    landings: list[Landing]
    touched: list[tuple[int, list[str]]]
    records: list[Record]


class HeadMoved(Conflict):
    """Somebody landed while a history was brought in."""

    def __init__(self, position: int) -> None:
        super().__init__("landing.head-moved", f"The project is at @{position} meanwhile.")


def prepare(
    forge: Forge,
    tx: Tx,
    who: Party,
    project: Project,
    line: Line,
    told: Sequence[Told],
    fresh: Iterable[Record] = (),
) -> Prepared:
    """Make trees, documents and signatures of `told`, and let `line` be behind them.

    `fresh` are contents that they name and that may not be kept yet. Raises `BadDraft` for one that
    changes more than a mirror takes.
    """
    batch = Batch(forge.objects, line.chains)
    for record in fresh:
        batch.put_record(tx, record)
    before, landings = line.head, []
    for one in told:
        landing = _made(forge, tx, who, project, batch, line, one)
        landings.append(landing)
        line.head = Head(landing.position, landing.tree, landing.id, landing.clock)
    touched = [
        (landing.position, [change.path for change in one.changes])
        for landing, one in zip(landings, told, strict=True)
    ]
    return Prepared(before, landings, touched, batch.records())


def _made(
    forge: Forge, tx: Tx, who: Party, project: Project, batch: Batch, line: Line, one: Told
) -> Landing:
    before, now = line.head, forge.now()
    after, listed = before.tree, _encoded(one)
    if one.changes:
        wanted = {change.path: change.new for change in one.changes}
        after = tree.apply(
            before.tree,
            wanted,
            lambda digest: batch.get(tx, digest),
            lambda raw, replaced: batch.put(tx, Kind.TREE, raw, replaced),
        )
    record = LandingRecord(
        project=project.id,
        position=before.position + 1,
        previous=before.id,
        tree=after,
        previous_tree=before.tree,
        session=one.session,
        contribution=None,
        author=one.author or who.handle or "",
        author_did=None,
        goal=one.goal,
        clock=str(forge.clock.tick(now)),
        landed_at=now,
        imported=one.imported,
        carried=one.carried,
    )
    digest = batch.put_envelope(tx, seal_landing(record, forge.node.key), before.id)
    transcript = batch.put_beside(tx, one.transcript, digest)
    described = Descriptor(_listed(tx, batch, listed), len(listed))
    return Landing.signed(record, digest, transcript, described, len(one.changes))


def _encoded(one: Told) -> bytes:
    """Return the change list of a landing; raises `BadDraft` for one that nobody would take."""
    what = f"The commit {one.imported.commit}" if one.imported else f"The session {one.session}"
    if len(one.changes) > change_lists.MOST:
        raise BadDraft(
            "too-many-paths",
            f"{what} changes {len(one.changes)} paths; a landing has at most {change_lists.MOST}.",
        )
    listed = change_lists.encode(one.changes)
    if len(listed) > change_lists.MOST_BYTES:
        raise BadDraft("too-many-changes", f"{what} changes too many paths with long names.")
    return listed


def _listed(tx: Tx, batch: Batch, listed: bytes) -> Digest:
    """Keep a change list as the content it is."""
    digest = Digest(b"")
    for record in contents.records_of(io.BytesIO(listed), len(listed)):
        digest = batch.put_record(tx, record)
    return digest


def write(forge: Forge, tx: Tx, who: Party, project: Project, made: Prepared) -> None:
    """Write the rows of landings whose objects are kept; raises `HeadMoved`, or `Behind`."""
    behind.check(tx, project.key)
    head = rows.head(tx, project.key)
    if (head.position, head.id) != (made.before.position, made.before.id):
        raise HeadMoved(head.position)
    for landing, (position, paths) in zip(made.landings, made.touched, strict=True):
        rows.add(tx, project.key, 0 if landing.carried else who.account or 0, landing)
        touch(forge, tx, project.key, position, paths)
    sessions.add_imported(tx, project.key, who, map(_session, made.landings))
    facts = {"first": made.landings[0].position, "last": made.landings[-1].position}
    events.append(tx, IMPORTED, project.key, facts, forge.now())


def touch(forge: Forge, tx: Tx, project: int, position: int, paths: Sequence[str]) -> None:
    """Note which paths a landing changed, and below which directories."""
    seed = path_seed(forge)
    rows.touch(
        tx,
        project,
        position,
        [rules.path_key(path, seed) for path in paths],
        [rules.path_key(path, seed) for path in rules.parents(paths) if path],
    )


def _session(landing: Landing) -> LandedSession:
    return LandedSession(
        id=landing.session,
        goal=landing.goal,
        base_position=landing.position - 1,
        origin=landing.origin,
        model=landing.model,
        started_at=landing.landed_at,
        landed_at=landing.landed_at,
        position=landing.position,
        transcript=landing.transcript,
        author_handle=landing.author if landing.carried else None,
    )


async def land(forge: Forge, who: Party, project: Project, made: Prepared, also: Also) -> None:
    """Keep the objects of prepared landings and write their rows, with `also`, in one go."""

    def work(tx: Tx) -> None:
        projects.current(tx, who, project, Action.LAND)
        write(forge, tx, who, project, made)
        also(tx)

    await bulk.append(forge.objects, made.records, work)


def forget(tx: Tx, project: int) -> None:
    """Remove the landings of a project, as if there had been none."""
    rows.forget(tx, project)
