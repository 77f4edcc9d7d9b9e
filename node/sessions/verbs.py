"""What one can do with sessions.

Functions that take a `Tx` are for verbs of other slices, inside a transaction of theirs.
"""

import dataclasses
from collections.abc import Iterable, Iterator

from keys.statements import transcript as transcripts
from keys.statements.transcript import Decision, Message
from node.access.model import Action
from node.audit import verbs as audit
from node.holdings import reading as holdings
from node.kernel import events
from node.kernel.forge import Forge
from node.kernel.paging import page_size
from node.kernel.parties import Party
from node.projects import verbs as projects
from node.projects.model import Project
from node.projects.rules import allows, require
from node.sessions import rows, rules
from node.sessions.model import (
    BadSession,
    ContentMissing,
    EpochProcessed,
    LandedSession,
    NewSession,
    NoSession,
    NotActive,
    NotYours,
    Progress,
    Session,
    SessionExists,
    SessionFull,
    Status,
)
from store import changes as change_lists
from store import contents
from store.changes import Change
from store.database import Tx
from store.errors import Absent, StoreFault

_END = 1 << 62


async def start(forge: Forge, who: Party, project: Project, new: NewSession) -> Session:
    """Start a session; raise `Denied`, `BadSession` or `SessionExists`."""
    _may_land(who, project)
    asked = new if new.id else dataclasses.replace(new, id=forge.ids.session())
    rules.check_new(asked, forge.limits)
    return await forge.db.write(lambda tx: _start(forge, tx, who, project, asked))


async def get(forge: Forge, who: Party, project: Project, name: str) -> Session:
    """Return a session with what was said and decided in it; raise `NoSession`."""
    _may_read(who, project)
    return await forge.db.read(lambda tx: _whole(forge, tx, project.key, name))


async def listed(
    forge: Forge,
    who: Party,
    project: Project,
    status: str = rules.ALL,
    before: str | None = None,
    limit: int = 50,
    sort: str = rules.NEWEST,
) -> list[Session]:
    """Return the sessions behind the one with id `before`, newest first unless `sort` differs."""
    _may_read(who, project)
    wanted, size, order = rules.statuses(status), page_size(limit), rules.sort(sort)
    return await forge.db.read(lambda tx: _page(tx, project.key, wanted, order, before, size))


async def count_active(forge: Forge, who: Party, project: Project) -> int:
    """Return how many sessions are under way."""
    _may_read(who, project)
    return await forge.db.read(lambda tx: rows.count_active(tx, project.key))


async def progress(
    forge: Forge, who: Party, project: Project, limit: int = 50, longest: int = 180
) -> list[Progress]:
    """Return how far the newest active sessions are, with `longest` signs of what was said last."""
    _may_read(who, project)
    size = page_size(limit)

    def read(tx: Tx) -> list[Progress]:
        active = rows.one_status(tx, project.key, Status.ACTIVE, _END, size, is_oldest=False)
        return [rows.progress(tx, key, session, longest) for key, session in active]

    return await forge.db.read(read)


async def changes(forge: Forge, who: Party, project: Project, name: str) -> tuple[Change, ...]:
    """Return what was sent ahead of the landing of a session, by path."""
    _may_read(who, project)
    return await forge.db.read(lambda tx: epoch_changes(tx, project.key, name))


async def note(
    forge: Forge, who: Party, project: Project, name: str, role: str, text: str
) -> Message:
    """Add to the conversation of an active session of `who`; `role` is human or agent."""
    _may_land(who, project)
    rules.check_message(role, text, forge.limits)
    message = Message(role, text, forge.now())

    def add(tx: Tx) -> None:
        key, _ = _mine(tx, who, project, name)
        _check_room(forge, tx, key, rules.length(text))
        rows.add_messages(tx, key, [message])
        events.append(tx, "session.said", project.key, {"session": name}, message.at)

    await forge.db.write(add)
    return message


async def decide(
    forge: Forge, who: Party, project: Project, name: str, text: str, why: str
) -> Decision:
    """Add a decision to an active session of `who`."""
    _may_land(who, project)
    rules.check_decision(text, why, forge.limits)
    decision = Decision(text, why, forge.now())

    def add(tx: Tx) -> None:
        key, _ = _mine(tx, who, project, name)
        _check_room(forge, tx, key, rules.length(text) + rules.length(why))
        rows.add_decisions(tx, key, [decision])
        events.append(tx, "session.decided", project.key, {"session": name}, decision.at)

    await forge.db.write(add)
    return decision


async def abandon(forge: Forge, who: Party, project: Project, name: str) -> None:
    """Give an active session up; one that is given up already stays so.

    That is for its author, and for who manages the project.
    """
    _may_land(who, project)

    def give_up(tx: Tx) -> None:
        projects.current(tx, who, project, Action.LAND)
        key, session = _found(tx, project.key, name)
        if session.author != who.account and not allows(who, Action.MANAGE, project):
            raise NotYours(session)
        if session.status is Status.ABANDONED:
            return
        if session.status is not Status.ACTIVE:
            raise NotActive(session)
        rows.abandon(tx, key, forge.now())
        rows.drop_epochs(tx, key)
        facts = {"session": name}
        audit.append(tx, who, project.key, "session.abandoned", facts, forge.now())
        events.append(tx, "session.abandoned", project.key, facts, forge.now())

    await forge.db.write(give_up)


async def store_epoch(
    forge: Forge,
    who: Party,
    project: Project,
    name: str,
    epoch: int,
    changes: tuple[Change, ...],
) -> None:
    """Keep a batch of changes for the landing to come; nothing lands.

    `changes` are sorted by path, and what they name was sent before, else `ContentMissing`. Raises
    `EpochProcessed` unless `epoch` exceeds the last one.
    """
    _may_land(who, project)
    if not 0 < epoch < _END:
        raise BadSession("epoch", "An epoch counts from 1.")
    await forge.db.read(lambda tx: _check_sent(forge, tx, project, changes))
    encoded = change_lists.encode(changes)
    await forge.db.write(lambda tx: _store_epoch(forge, tx, who, project, name, epoch, encoded))


def epoch_changes(tx: Tx, project: int, name: str) -> tuple[Change, ...]:
    """Return what the batches of a session come to; nothing for a session that has none."""
    row = rows.find(tx, project, name)
    return rules.merged(map(change_lists.decode, rows.epochs(tx, row[0]))) if row else ()


def said(tx: Tx, project: int, name: str) -> Session | None:
    """Return a session that has not landed, with all that it says."""
    row = rows.find(tx, project, name)
    if row is None or row[1].status is Status.LANDED:
        return None
    key, session = row
    conversation, decisions = rows.messages(tx, key), rows.decisions(tx, key)
    return dataclasses.replace(session, conversation=conversation, decisions=decisions)


def awaited(tx: Tx) -> Iterator[Change]:
    """Return all changes that wait for a landing: the collector keeps what they name."""
    for encoded in rows.all_epochs(tx):
        yield from change_lists.decode(encoded)


def mark_landed(tx: Tx, project: int, who: Party, landed: LandedSession) -> None:
    """Let a session be landed, in the transaction that lands it.

    One that was never started here is told now. Raises `NotYours` or `NotActive`, and then nothing
    lands.
    """
    row = rows.find(tx, project, landed.id)
    if row is None:
        rules.check_id(landed.id)
        rows.add_landed(tx, project, who.account or 0, landed)
    else:
        key, session = row
        _check_mine(who, session)
        rows.land(tx, key, landed)
        rows.drop_epochs(tx, key)
    facts = {"session": landed.id, "position": landed.position}
    audit.append(tx, who, project, "session.landed", facts, landed.landed_at)


def add_imported(tx: Tx, project: int, who: Party, landed: Iterable[LandedSession]) -> None:
    """Write sessions that landed elsewhere, in the transaction that lands them here."""
    for one in landed:
        rows.add_landed(tx, project, who.account or 0, one)


def add_accepted(tx: Tx, project: int, author: int, landed: LandedSession) -> None:
    """Write a session that landed on the home of a mirror, in the transaction that accepts it.

    At its home, which gets it back, it may still be active: it was when the backup was taken.
    """
    row = rows.find(tx, project, landed.id)
    if row is None:
        rows.add_landed(tx, project, author, landed)
    else:
        rows.land(tx, row[0], landed)
        rows.drop_epochs(tx, row[0])


def is_known(tx: Tx, project: int, name: str) -> bool:
    """Whether a project has a session of this id, landed or not."""
    return rows.find(tx, project, name) is not None


def inherit(tx: Tx, origin: int, project: int, author: int, until: int) -> None:
    """Give a fork of the account `author` the landed sessions of its origin up to a position."""
    rows.inherit(tx, origin, project, author, until)


def forget_after(tx: Tx, project: int, position: int) -> None:
    """Forget the sessions that landed behind a position whose landings are forgotten."""
    rows.forget_after(tx, project, position)


def forget_landed(tx: Tx, project: int) -> None:
    """Forget the sessions that landed on a project whose landings are forgotten."""
    rows.forget_landed(tx, project)


def _page(
    tx: Tx,
    project: int,
    wanted: tuple[Status, ...],
    order: str,
    before: str | None,
    size: int,
) -> list[Session]:
    key, last = (None, None) if before is None else _found(tx, project, before)
    is_oldest = order == rules.OLDEST
    end = (-1 if is_oldest else _END) if key is None else key
    if order == rules.BY_STATUS:
        found: list[tuple[int, Session]] = []
        behind = wanted[wanted.index(last.status) :] if last and last.status in wanted else wanted
        for status in behind:
            beyond = end if last and status is last.status else _END
            room = size - len(found)
            found += rows.one_status(tx, project, status, beyond, room, is_oldest=False)
        return [session for _, session in found]
    found = [
        one
        for status in wanted
        for one in rows.one_status(tx, project, status, end, size, is_oldest=is_oldest)
    ]
    found.sort(key=lambda one: one[0], reverse=not is_oldest)
    return [session for _, session in found[:size]]


def _start(forge: Forge, tx: Tx, who: Party, project: Project, new: NewSession) -> Session:
    projects.current(tx, who, project, Action.LAND)
    at = forge.now()
    key = rows.add(tx, project.key, who.account or 0, new, at)
    if key is None:
        raise SessionExists(new.id)
    rows.add_messages(tx, key, new.conversation)
    rows.add_decisions(tx, key, new.decisions)
    _check_room(forge, tx, key, 0)
    events.append(tx, "session.started", project.key, {"session": new.id}, at)
    return _whole(forge, tx, project.key, new.id)


def _check_sent(forge: Forge, tx: Tx, project: Project, changes: tuple[Change, ...]) -> None:
    """Raise `ContentMissing` unless all that the changes name was sent to the project."""
    source = holdings.source(forge, tx, project.key)
    try:
        needed = {
            change.path: contents.parts(change.new.id, change.new.size, source)
            for change in changes
            if change.new is not None
        }
    except Absent as fault:
        raise ContentMissing([_path_of(changes, fault.digest)]) from fault
    except StoreFault as fault:
        raise BadSession("changes", f"The changes name an unusable content: {fault}") from fault
    asked = {part for parts in needed.values() for part in parts}
    absent = set(holdings.missing(forge, tx, project.key, asked))
    if paths := [path for path, parts in needed.items() if not absent.isdisjoint(parts)]:
        raise ContentMissing(paths)


def _path_of(changes: tuple[Change, ...], digest: bytes) -> str:
    return next(c.path for c in changes if c.new is not None and c.new.id == digest)


def _store_epoch(
    forge: Forge, tx: Tx, who: Party, project: Project, name: str, epoch: int, changes: bytes
) -> None:
    key, session = _mine(tx, who, project, name)
    if epoch <= session.epoch:
        raise EpochProcessed(epoch, session.epoch)
    if rows.epochs_bytes(tx, key) + len(changes) > forge.limits.changes_list:
        raise SessionFull("bytes of changes", forge.limits.changes_list)
    rows.add_epoch(tx, key, epoch, changes)


def _whole(forge: Forge, tx: Tx, project: int, name: str) -> Session:
    key, session = _found(tx, project, name)
    said, decided = rows.messages(tx, key), rows.decisions(tx, key)
    if session.transcript is not None:
        landed = transcripts.decode(forge.objects.get(tx, session.transcript))
        said = rules.together(landed.conversation, said)
        decided = rules.together(landed.decisions, decided)
    return dataclasses.replace(session, conversation=said, decisions=decided)


def _found(tx: Tx, project: int, name: str) -> tuple[int, Session]:
    row = rows.find(tx, project, name)
    if row is None:
        raise NoSession(name)
    return row


def _mine(tx: Tx, who: Party, project: Project, name: str) -> tuple[int, Session]:
    """Return key and session if `who` may work in it now."""
    projects.current(tx, who, project, Action.LAND)
    key, session = _found(tx, project.key, name)
    _check_mine(who, session)
    return key, session


def _check_mine(who: Party, session: Session) -> None:
    if session.author != who.account:
        raise NotYours(session)
    if session.status is not Status.ACTIVE:
        raise NotActive(session)


def _check_room(forge: Forge, tx: Tx, key: int, more: int) -> None:
    # Half is left for what JSON adds: quotes, escapes, times.
    limit = forge.limits.transcript // 2
    if rows.said_bytes(tx, key) + more > limit:
        raise SessionFull("bytes of notes and decisions", limit)


def _may_read(who: Party, project: Project) -> None:
    require(who, Action.READ, project)


def _may_land(who: Party, project: Project) -> None:
    require(who, Action.LAND, project)
