"""Landings that happened elsewhere become part of a mirror: all that can be checked is checked.

The rules are those of `mic verify`, in `store.following`. A batch is one transaction, so that a
reader sees all of it or nothing, and the rows are those that landing or importing writes at home.
Contents are here before: an orphan object is garbage, an orphan row would be a lie.
"""

import io
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import Protocol

from keys.errors import KeysFault
from keys.statements import equivocation
from keys.statements.descriptor import Descriptor
from keys.statements.equivocation import Equivocation
from keys.statements.landing import LandingRecord, open_landing
from keys.statements.project import Project as Chain
from keys.statements.project import open_chain
from node.accounts import verbs as accounts
from node.accounts.model import NoAccount
from node.holdings import verbs as holdings
from node.kernel import events
from node.kernel.clock import Stamp
from node.kernel.errors import Invalid
from node.kernel.forge import Forge
from node.landings import reading, rows
from node.landings.bulk import IMPORTED, touch
from node.landings.model import Head, Landing, NotAccepted
from node.projects import behind, identity, mirroring
from node.projects.model import Project
from node.sessions import verbs as sessions
from node.sessions.model import LandedSession
from store import changes as change_lists
from store import contents, following, tree
from store.changes import Change
from store.database import Tx
from store.digest import Digest, digest_of
from store.errors import AlteredTree, Downgrade, Replay, StoreFault, Unfollowed
from store.following import Line, Vouched
from store.records import Kind

PROVEN = 100
"""Landings of an old home that are kept as proof when they are forgotten."""


class Group(Protocol):
    """One position as it came: what its record names, as bytes."""

    @property
    def envelope(self) -> bytes:
        """Return the landing record."""

    @property
    def contribution(self) -> bytes | None:
        """Return the contribution statement, None where the record names none."""

    @property
    def listed(self) -> bytes:
        """Return the change list; raises `StoreFault`."""

    @property
    def transcript(self) -> bytes:
        """Return what was said in the session."""


async def take_in(
    forge: Forge, project: Project, groups: Sequence[Group], contents_from: int = 1
) -> Head:
    """Do as `accept` does in a transaction of its own, and keep what a refusal proves."""
    try:
        return await forge.db.write(
            lambda tx: accept(forge, tx, project, groups, contents_from=contents_from)
        )
    except NotAccepted as refused:
        if (proof := refused.proof) is not None:
            await forge.db.write(lambda tx: keep_proof(forge, tx, proof))
        raise


def keep_proof(forge: Forge, tx: Tx, proof: Equivocation) -> None:
    """Keep what proves that a home said what it may not."""
    if rows.add_equivocation(tx, proof, equivocation.encode(proof), forge.now()):
        facts = {"id": proof.project, "position": proof.position, "signer": proof.signer}
        events.append(tx, "project.equivocation", None, facts, forge.now())


def accept(
    forge: Forge, tx: Tx, project: Project, groups: Iterable[Group], *, contents_from: int = 1
) -> Head:
    """Let the next positions of a mirror be part of its log, and return where it stands then.

    What this node orders itself is brought on like that while it is behind what it had signed. What
    is part of it already is passed over. The new contents of positions from `contents_from`
    on must have been sent to the project. Raises `NotHeld`, `NotAccepted`, whose code names what
    does not hold, or `ObjectsMissing`; then the caller's transaction must not be kept.
    """
    mirror = _brought_on(tx, project)
    documents = mirroring.documents(forge, tx, mirror)
    chain = open_chain(documents)
    accepted = []
    for group in groups:
        head = rows.head(tx, mirror.key)
        landing = _accepted(forge, tx, mirror, chain, documents, head, group, contents_from)
        if landing is not None:
            accepted.append(landing)
    _tell(forge, tx, mirror, accepted)
    return rows.head(tx, mirror.key)


def _brought_on(tx: Tx, project: Project) -> Project:
    """Return what may be brought on as it is now; raises `NotHeld` for what is only landed on."""
    if behind.of(tx, project.key) is None:
        return mirroring.held(tx, project)
    return identity.of_key(tx, project.key) or mirroring.held(tx, project)


def settle(forge: Forge, tx: Tx, project: Project, chain: Chain) -> None:
    """Forget what old homes signed behind their tenure, and keep the proof of it.

    Called in the transaction that brings the documents on. A line that the next home does not go
    on from is forgotten back to where it is common.
    """
    if (common := parted(forge, tx, project, chain)) is not None:
        _forget_after(forge, tx, project, common)


def parted(forge: Forge, tx: Tx, project: Project, chain: Chain) -> int | None:
    """Return the last position up to which what is here is what the homes go on from.

    None where all of it is.
    """
    common = 0
    for tenure in chain.tenures[1:]:
        after, height = tenure.after, rows.head(tx, project.key).position
        if after.position > height:
            return None
        kept = rows.get(tx, project.key, after.position)
        if (kept.id if kept else None) != after.record:
            return common
        common = after.position
        following_ = rows.get(tx, project.key, after.position + 1)
        if following_ is not None and _is_outlived(forge, tx, chain, following_):
            return common
    return None


def _is_outlived(forge: Forge, tx: Tx, chain: Chain, landing: Landing) -> bool:
    _, signer = open_landing(forge.objects.get(tx, landing.id))
    return chain.outlived(landing.position, landing.id, signer)


def _forget_after(forge: Forge, tx: Tx, project: Project, position: int) -> None:
    documents = mirroring.documents(forge, tx, project)
    for landing in rows.newest(tx, project.key, position + 1 + PROVEN, PROVEN):
        if landing.position > position and (proof := _proof(forge, tx, landing.id, documents)):
            keep_proof(forge, tx, proof)
    rows.forget_after(tx, project.key, position)
    sessions.forget_after(tx, project.key, position)
    facts = {"after": position, "id": project.id}
    events.append(tx, "landing.forgotten", project.key, facts, forge.now())


def _proof(forge: Forge, tx: Tx, record: Digest, documents: Sequence[bytes]) -> Equivocation | None:
    try:
        return equivocation.outlive(forge.objects.get(tx, record), documents)
    except KeysFault:
        return None


def _accepted(
    forge: Forge,
    tx: Tx,
    project: Project,
    chain: Chain,
    documents: Sequence[bytes],
    head: Head,
    group: Group,
    contents_from: int,
) -> Landing | None:
    """Check one position and write its rows; None for what is there already."""
    line = _line(tx, project, chain, head)
    try:
        record = following.record_in(chain, group.envelope)
        if _is_known(forge, tx, project, record, group.envelope):
            return None
        following.check_next(line, record)
        _check_clock(record)
        found = following.vouched(line, record, group.contribution)
        following.check_transcript(record, found, group.transcript)
        listed = _listed(group, found)
        _check_tree(forge, tx, line, record, listed)
    except Unfollowed as fault:
        proof = _against(group.envelope, documents, fault)
        where = _position(group.envelope) or head.position + 1
        raise NotAccepted(fault.code, where, str(fault), proof) from fault
    if record.position >= contents_from:
        reading.require_contents(forge, tx, project, listed)
    return _written(forge, tx, project, group, record, listed, found)


def _line(tx: Tx, project: Project, chain: Chain, head: Head) -> Line:
    def tree_at(position: int) -> Digest:
        found = rows.get(tx, project.key, position) if position else None
        return found.tree if found else tree.EMPTY

    return Line(
        project=chain,
        position=head.position,
        id=head.id,
        tree=head.tree,
        tree_at=tree_at,
        has_landed=lambda session: rows.of_session(tx, project.key, session) is not None,
    )


def _is_known(
    forge: Forge, tx: Tx, project: Project, record: LandingRecord, envelope: bytes
) -> bool:
    """Whether this record is on the line; raises `NotAccepted` if another is in its place."""
    there = rows.get(tx, project.key, record.position)
    if there is None:
        return False
    if there.id == digest_of(envelope):
        return True
    try:
        proof = equivocation.prove(forge.objects.get(tx, there.id), envelope)
    except KeysFault as fault:
        raise Replay("another home has signed this position") from fault
    reason = "its home signed another record for it before"
    raise NotAccepted("equivocation", record.position, reason, proof)


def _against(envelope: bytes, documents: Sequence[bytes], fault: Unfollowed) -> Equivocation | None:
    """Return what a refused record proves against an old home."""
    if fault.code != "outlived":
        return None
    return equivocation.outlive(envelope, documents)


def _position(envelope: bytes) -> int | None:
    try:
        return open_landing(envelope)[0].position
    except KeysFault:
        return None


def _check_clock(record: LandingRecord) -> None:
    try:
        Stamp.parse(record.clock)
    except Invalid as fault:
        raise Downgrade(str(fault)) from fault


def _listed(group: Group, found: Vouched | None) -> tuple[Change, ...]:
    try:
        raw = group.listed
        listed = change_lists.decode(raw)
    except StoreFault as fault:
        raise AlteredTree(f"its change list is unusable: {fault}") from fault
    if found is not None and found.said.changes != _descriptor(raw):
        raise AlteredTree("its change list is not the one that was signed")
    return listed


def _descriptor(listed: bytes) -> Descriptor:
    *_, last = contents.records_of(io.BytesIO(listed), len(listed))
    return Descriptor(last.digest, len(listed))


def _check_tree(
    forge: Forge, tx: Tx, line: Line, record: LandingRecord, listed: Sequence[Change]
) -> None:
    def source(digest: Digest) -> bytes:
        return forge.objects.get(tx, digest)

    def sink(raw: bytes, replaced: Digest | None) -> Digest:
        return forge.objects.put(tx, Kind.TREE, raw, replaced)

    following.check_tree(line, record, listed, source, sink)


def _written(
    forge: Forge,
    tx: Tx,
    project: Project,
    group: Group,
    record: LandingRecord,
    listed: Sequence[Change],
    found: Vouched | None,
) -> Landing:
    """Write a position that was checked, as its home has it."""
    landing = _kept(forge, tx, project, group, record, len(listed), found)
    for change in listed:
        if change.old and change.new and change.new.size <= contents.BLOB_MAX:
            forge.objects.lineage(tx, change.new.id, change.old.id)
    author = project.owner if project.is_mirror else _author(tx, landing)
    rows.add(tx, project.key, author, landing)
    touch(forge, tx, project.key, landing.position, [change.path for change in listed])
    sessions.add_accepted(tx, project.key, author, _session(landing, found))
    return landing


def _author(tx: Tx, landing: Landing) -> int:
    """Return who made a landing that comes back to its home: nobody, if they have gone since."""
    if landing.carried is not None:
        return 0
    try:
        return accounts.find(tx, landing.author).key
    except NoAccount:
        return 0


def _tell(forge: Forge, tx: Tx, project: Project, accepted: Iterable[Landing]) -> None:
    """Append the events: one of each landing, one of all that were imported in a row."""
    for is_imported, some in groupby(accepted, lambda one: one.imported is not None):
        if is_imported:
            positions = [one.position for one in some]
            facts: dict[str, object] = {"first": positions[0], "last": positions[-1]}
            events.append(tx, IMPORTED, project.key, facts, forge.now())
            continue
        for one in some:
            facts = {"position": one.position, "session": one.session, "author": one.author}
            events.append(tx, "landing.landed", project.key, facts, one.landed_at)


def _kept(
    forge: Forge,
    tx: Tx,
    project: Project,
    group: Group,
    record: LandingRecord,
    changed: int,
    found: Vouched | None,
) -> Landing:
    """Keep the documents of a position, and return its landing."""
    put = forge.objects.put
    transcript = put(tx, Kind.DOCUMENT, group.transcript)
    if group.contribution is not None:
        put(tx, Kind.DOCUMENT, group.contribution)
    changes = _keep_listed(forge, tx, project, record, group.listed)
    id_ = put(tx, Kind.DOCUMENT, group.envelope)
    if found is None:
        return Landing.signed(record, id_, transcript, changes, changed)
    said = found.said
    return Landing.signed(record, id_, transcript, changes, changed, said.origin, said.model)


def _keep_listed(
    forge: Forge, tx: Tx, project: Project, said: LandingRecord, listed: bytes
) -> Descriptor:
    """Keep a change list as the content it is; one that was sent to its home is held here too."""
    made = list(contents.records_of(io.BytesIO(listed), len(listed)))
    for record in made:
        forge.objects.put_record(tx, record)
    if said.imported is None:
        holdings.add(tx, project.key, [record.digest for record in made])
    return Descriptor(made[-1].digest, len(listed))


def _session(landing: Landing, found: Vouched | None) -> LandedSession:
    facts = found.said if found else None
    return LandedSession(
        id=landing.session,
        goal=landing.goal,
        base_position=facts.base_position if facts else landing.position - 1,
        origin=landing.origin,
        model=landing.model,
        started_at=facts.session.started_at if facts else landing.landed_at,
        landed_at=landing.landed_at,
        position=landing.position,
        transcript=landing.transcript,
        author_handle=landing.author,
    )
