"""What one can do with landings.

The order of one landing: look at the request, at its statement, at the objects it names; then, in
one transaction, compare with what landed since its base, apply its changes to the tree of the
*head* (never adopt its own tree), sign the record, write the rows. Objects come before rows: an
orphan object is garbage, an orphan row would be a lie.
"""

from collections.abc import Callable

from keys.statements.landing import LandingRecord, seal_landing
from node.access.model import Action
from node.holdings import verbs as holdings
from node.kernel import events, paging
from node.kernel.clock import Stamp
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import following, reading, rows, rules
from node.landings.bulk import touch
from node.landings.following import Touch
from node.landings.model import (
    BadDraft,
    Draft,
    Head,
    Held,
    Landing,
    LandingDetail,
    NoSuchPosition,
    PathsMoved,
    Wanted,
)
from node.landings.reading import path_seed
from node.projects import behind, storage
from node.projects import verbs as projects
from node.projects.model import Project
from node.projects.rules import require
from node.sessions import verbs as sessions
from node.sessions.model import LandedSession
from store import contents, tree
from store.changes import Change
from store.database import Tx
from store.digest import Digest, digest_of
from store.errors import BadPath, BadTree
from store.records import Kind

RENAMED = 20
LOOKED = 500
"""Of how many files it is asked what they were called before, in a landing of how many."""


async def head(forge: Forge, who: Party, project: Project) -> Head:
    """Return where `project` stands; position 0 if nothing has landed."""
    _may_read(who, project)
    return await forge.db.read(lambda tx: rows.head(tx, project.key))


async def held(forge: Forge, who: Party, project: Project) -> str | None:
    """Return why `project` takes no landings now, if it takes none."""
    _may_read(who, project)
    return await forge.db.read(lambda tx: rows.held(tx, project.key))


async def land(
    forge: Forge,
    who: Party,
    project: Project,
    draft: Draft,
    settle: Callable[[Tx, Landing], None] | None = None,
) -> Landing:
    """Land `draft` on `project`; asking again with the same session returns the same landing.

    `settle` is called in the landing's transaction; if it raises, nothing landed. Raises `Denied`,
    `BadDraft`, `ObjectsMissing`, or `PathsMoved`, which names every path.
    """
    require(who, Action.LAND, project)
    rules.check_session(draft, forge.limits)
    said = signer = None
    if draft.statement is not None:
        said, signer = rules.check_statement(draft, project.id, digest_of(draft.transcript))

    def check(tx: Tx) -> tuple[Change, ...]:
        if said is not None:
            reading.check_author(tx, who, project, said, signer)
        return reading.checked_changes(forge, tx, project, draft)

    changes = await forge.db.read(check)

    def work(tx: Tx) -> Landing:
        landing = _land(forge, tx, who, project, draft, changes, signer)
        if settle is not None:
            settle(tx, landing)
        return landing

    return await forge.db.write(work)


async def log(
    forge: Forge,
    who: Party,
    project: Project,
    before: int | None = None,
    limit: int = 20,
    path: str = "",
) -> list[Landing]:
    """Return landings below position `before`, newest first; with `path`, those that touched it."""
    _may_read(who, project)
    size = paging.page_size(limit, 20)
    until = (1 << 62) if before is None else before
    if not path:
        return await forge.db.read(lambda tx: rows.newest(tx, project.key, until, size))
    key = rules.path_key(path.strip("/"), path_seed(forge))
    return await forge.db.read(lambda tx: rows.touching(tx, project.key, key, until, size))


async def matching(
    forge: Forge,
    who: Party,
    project: Project,
    wanted: Wanted,
    beyond: int | None = None,
    limit: int = 20,
    *,
    newer: bool = False,
) -> list[Landing]:
    """Return landings that match below position `beyond`, or above it, newest first."""
    _may_read(who, project)
    size = paging.page_size(limit, 20)
    end = beyond if beyond is not None else 0 if newer else (1 << 62)
    path = wanted.path.strip("/")
    key = rules.path_key(path, path_seed(forge)) if path else None
    return await forge.db.read(
        lambda tx: rows.matching(tx, project.key, wanted, key, end, size, newer=newer)
    )


async def origins(
    forge: Forge, who: Party, project: Project, before: int, count: int
) -> dict[str, int]:
    """Return how many of the newest landings below position `before` there are of each origin."""
    _may_read(who, project)
    return await forge.db.read(lambda tx: rows.origins(tx, project.key, before, count))


async def followed(
    forge: Forge,
    who: Party,
    project: Project,
    path: str,
    before: int | None = None,
    limit: int = 20,
) -> list[Touch]:
    """Return what touched the file now at `path` below position `before`, under all its names."""
    _may_read(who, project)
    size = paging.page_size(limit, 20)
    until = (1 << 62) if before is None else before

    name = path.strip("/")
    return await forge.db.read(lambda tx: following.page(forge, tx, project, name, until, size))


async def get(forge: Forge, who: Party, project: Project, position: int) -> Landing:
    """Return the landing at `position`; raises `NoSuchPosition`."""
    _may_read(who, project)
    return await forge.db.read(lambda tx: reading.landing_at(tx, project, position))


async def detail(forge: Forge, who: Party, project: Project, position: int) -> LandingDetail:
    """Return a landing with its change list and documents, its signatures checked now."""
    _may_read(who, project)

    def read(tx: Tx) -> LandingDetail:
        return reading.detail(forge, tx, reading.landing_at(tx, project, position), project)

    return await forge.db.read(read)


async def is_vouched(forge: Forge, who: Party, project: Project, landing: Landing) -> bool:
    """Whether home and author both signed a landing, looked at now."""
    _may_read(who, project)
    return await forge.db.read(lambda tx: reading.is_vouched(forge, tx, landing, project))


async def sources(
    forge: Forge, who: Party, project: Project, detail: LandingDetail
) -> dict[str, str]:
    """Return what files that came in a landing were called before, if it only renamed them.

    It is not looked for in a landing of very many files.
    """
    _may_read(who, project)
    came = [change.path for change in detail.changes if change.old is None]
    if len(came) > RENAMED or len(came) == len(detail.changes) or len(detail.changes) > LOOKED:
        return {}

    def read(tx: Tx) -> dict[str, str]:
        found = {path: following.source_at(forge, tx, detail.landing, path) for path in came}
        return {path: source for path, source in found.items() if source}

    return await forge.db.read(read)


async def last_touch(
    forge: Forge, who: Party, project: Project, at: int, paths: list[str]
) -> dict[str, Landing]:
    """Return the newest landing up to `at` of each path (for a directory: of anything in it)."""
    _may_read(who, project)
    seed = path_seed(forge)

    def read(tx: Tx) -> dict[str, Landing]:
        known: dict[int, Landing] = {}
        found = {}
        for path in paths:
            position = rows.last_touch(tx, project.key, rules.path_key(path, seed), at)
            if position is None:
                continue
            if position not in known:
                known[position] = reading.landing_at(tx, project, position)
            found[path] = known[position]
        return found

    return await forge.db.read(read)


def _may_read(who: Party, project: Project) -> None:
    require(who, Action.READ, project)


def _land(
    forge: Forge,
    tx: Tx,
    who: Party,
    project: Project,
    draft: Draft,
    changes: tuple[Change, ...],
    signer: str | None,
) -> Landing:
    """Land in one transaction, on the writer's thread."""
    # Asked again: since the draft was read, the project may be deleted or out of reach.
    projects.current(tx, who, project, Action.LAND)
    behind.check(tx, project.key)
    if done := _landed_before(tx, who, project, draft):
        return done
    if reason := rows.held(tx, project.key):
        raise Held(reason)
    before = rows.head(tx, project.key)
    early = sessions.epoch_changes(tx, project.key, draft.session.id)
    if not set(early) <= set(changes):
        raise BadDraft("epoch-mismatch", "The session's epochs hold changes that it does not land.")
    if draft.base > before.position:
        raise NoSuchPosition(draft.base, before.position)
    if clash := _clashes(forge, tx, project, draft.base, before.position, changes):
        raise PathsMoved(clash, before.position)
    for record, raw in draft.fresh.values():
        forge.objects.put_record(tx, record, raw)
    fresh = sum(len(record.stored) for record, _ in draft.fresh.values())
    storage.keep(forge, tx, project.key, fresh)
    holdings.add(tx, project.key, draft.fresh)
    after = _advance(forge, tx, before, changes)
    landing = _signed(forge, tx, who, project, draft, before, after, len(changes), signer)
    rows.add(tx, project.key, who.account or 0, landing)
    touch(forge, tx, project.key, landing.position, [change.path for change in changes])
    sessions.mark_landed(tx, project.key, who, _session(draft, landing))
    events.append(
        tx,
        "landing.landed",
        project.key,
        {"position": landing.position, "session": landing.session, "author": landing.author},
        landing.landed_at,
    )
    return landing


def _landed_before(tx: Tx, who: Party, project: Project, draft: Draft) -> Landing | None:
    """Return what this very request became earlier: its answer may have been lost on the way."""
    done = rows.of_session(tx, project.key, draft.session.id)
    if done is None:
        return None
    if done.author != who.handle or done.changes != draft.changes:
        raise BadDraft(
            "session-landed",
            f"The session {draft.session.id} landed at @{done.position} with other changes."
            " Start a new session.",
            position=done.position,
        )
    return done


def _clashes(
    forge: Forge, tx: Tx, project: Project, base: int, head_: int, changes: tuple[Change, ...]
) -> dict[str, int]:
    """Return the paths that others moved after `base`, and the newest position that did.

    A file clashes with a directory of its name: `a` with `a/b`.
    """
    if base == head_:
        return {}
    seed = path_seed(forge)
    above = {
        path: position
        for path in rules.parents(change.path for change in changes) - {""}
        if (position := reading.moved(forge, tx, project, path, seed, base, itself=True))
    }
    found = {}
    for change in changes:
        position = reading.moved(forge, tx, project, change.path, seed, base, itself=False)
        ancestor = next((p for p in rules.parents([change.path]) if p in above), None)
        if position or ancestor:
            found[change.path] = position or above[ancestor or ""]
    return found


def _advance(forge: Forge, tx: Tx, before: Head, changes: tuple[Change, ...]) -> Digest:
    """Apply `changes` to the head's tree; afterwards exactly they differ, or nothing landed."""
    objects = forge.objects

    def source(digest: Digest) -> bytes:
        return objects.get(tx, digest)

    def sink(raw: bytes, replaced: Digest | None) -> Digest:
        return objects.put(tx, Kind.TREE, raw, replaced)

    try:
        wanted = {change.path: change.new for change in changes}
        after = tree.apply(before.tree, wanted, source, sink)
        made = {path: (old, new) for path, old, new in tree.diff(before.tree, after, source)}
    except (BadTree, BadPath) as fault:
        raise BadDraft("does-not-apply", f"The changes do not fit the tree: {fault}") from fault
    asked = {change.path: (change.old, change.new) for change in changes}
    if made != asked:
        both = made.keys() | asked.keys()
        wrong = sorted(path for path in both if made.get(path) != asked.get(path))
        raise BadDraft(
            "base-mismatch",
            f"{wrong[0]} is not what the request says it was at its base.",
            paths=wrong[:100],
        )
    for change in changes:
        if change.old and change.new and change.new.size <= contents.BLOB_MAX:
            objects.lineage(tx, change.new.id, change.old.id)
    return after


def _signed(
    forge: Forge,
    tx: Tx,
    who: Party,
    project: Project,
    draft: Draft,
    before: Head,
    after: Digest,
    changed: int,
    signer: str | None,
) -> Landing:
    """Write the landing's documents, the last one signed by this node, and return the landing."""
    now = forge.now()
    if before.clock:
        forge.clock.receive(Stamp.parse(before.clock), now)
    put = forge.objects.put
    transcript = put(tx, Kind.DOCUMENT, draft.transcript)
    contribution = put(tx, Kind.DOCUMENT, draft.statement) if draft.statement else None
    record = LandingRecord(
        project=project.id,
        position=before.position + 1,
        previous=before.id,
        tree=after,
        previous_tree=before.tree,
        session=draft.session.id,
        contribution=contribution,
        author=who.handle or "",
        author_did=signer,
        goal=draft.session.goal,
        clock=str(forge.clock.tick(now)),
        landed_at=now,
    )
    id_ = put(tx, Kind.DOCUMENT, seal_landing(record, forge.node.key))
    origin = draft.session.origin if draft.statement else "unknown"
    return Landing.signed(
        record, id_, transcript, draft.changes, changed, origin, draft.session.model
    )


def _session(draft: Draft, landing: Landing) -> LandedSession:
    return LandedSession(
        id=landing.session,
        goal=landing.goal,
        base_position=draft.base,
        origin=landing.origin,
        model=landing.model,
        started_at=draft.session.started_at,
        landed_at=landing.landed_at,
        position=landing.position,
        transcript=landing.transcript,
    )
