"""One landing, from the files of a workspace to the node's signed record of it.

Few and small objects travel in the landing's own request. More go ahead of it, while files are
still being read and hashed: to a new project all of them, to another one those that it lacks.
Afterwards the manifest moves to the new position only if nothing landed in between; what did is
brought in first (see `recovering`), so that a manifest never claims what the directory does not
hold.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from keys.errors import KeysFault
from keys.statements import contribution, transcript
from keys.statements import landing as landings
from keys.statements.contribution import Contribution, SessionFacts
from keys.statements.descriptor import Descriptor as ContentName
from keys.statements.transcript import Transcript
from mic.cli import epochs
from mic.cli.context import Context
from mic.cli.progress import Progress
from mic.cli.targets import Workspace
from mic.client import landing as sending
from mic.client import upload
from mic.client.remote import Remote
from mic.errors import Denied, Exhausted, Invalid, MicFault, Unreachable
from mic.wire import limits
from mic.wire.messages import Descriptor, Landed, LandRequest, Origin, SessionDraft
from mic.workspace import changes, unfinished
from mic.workspace.changes import Prepared
from mic.workspace.manifest import Manifest
from mic.workspace.scan import Item
from mic.workspace.session import LocalSession
from store import changes as change_lists
from store import contents
from store.records import Record

INLINE_OBJECTS = 512
TOOL = "mic/1"


@dataclass(frozen=True, slots=True)
class Making:
    """Who or what made a change, as its author says."""

    origin: Origin
    model: str | None
    tool: str


def making(origin: Origin | None, model: str | None, tool: str | None) -> Making:
    """Return what the flags say; a model means help, no model means a human."""
    said: Origin = origin or ("ai-assisted" if model else "human")
    if said == "human" and model:
        raise Invalid(
            "A change made by a human alone has no model.",
            code="origin.contradiction",
            hint="Say --origin ai-assisted, or leave out --model",
        )
    return Making(said, model, tool or TOOL)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a landing came to: what was sent, and the node's answer."""

    sent: unfinished.Landing
    landed: Landed


def check_goal(goal: str) -> str:
    """Return `goal` without space around it, if it can stand on a log; raises `Invalid`."""
    goal = goal.strip()
    size = len(goal.encode(errors="surrogateescape"))
    if not goal:
        raise Invalid("A landing needs a goal.", code="goal.empty", hint='mic land "What for"')
    if size > limits.GOAL:
        raise Invalid(
            f"The goal has {size:,} bytes; at most {limits.GOAL:,} fit.", code="goal.too-long"
        )
    return goal


def land(
    context: Context,
    remote: Remote,
    space: Workspace,
    items: Sequence[Item],
    session: LocalSession,
    made: Making,
    *,
    fresh: bool = False,
) -> Outcome:
    """Land `items`; raises `Conflict` naming every path that others moved since the base.

    That it is sent is written down before, so that nobody who is killed here lands twice; the
    caller moves the manifest (`recovering.settle`), and forgets it.
    """
    _check_size(items)
    outgoing = _Outgoing(remote, fresh=fresh)
    *early, last = epochs.batches(items, context.epoch_batch)
    with context.console.progress("Sending", len(items), sum(i.size for i in items)) as bar:
        if early or epochs.begun(space.root):
            session = _told_ahead(outgoing, early, epochs.Epochs(remote, space.root, session), bar)
        outgoing.gather(changes.prepare(space.root, last), bar)
        request = _request(context, space.manifest, outgoing, session, made)
        sent = _sent(request, outgoing.done)
        unfinished.send(space.root, sent)
        landed = _answered(context, remote, space, request, outgoing.inline)
    check_record(landed, space.manifest, session.id)
    epochs.forget(space.root)
    return Outcome(sent, landed)


def _told_ahead(
    outgoing: "_Outgoing", early: Iterable[Sequence[Item]], told: epochs.Epochs, bar: Progress
) -> LocalSession:
    """Send batches ahead, contents first, and return the session whose epochs they are."""
    for batch in early:
        told.add(outgoing.ahead(changes.prepare(told.root, batch), bar))
    told.close()
    return told.session


def _sent(request: LandRequest, done: Sequence[Prepared]) -> unfinished.Landing:
    lines = [(one.path, one.tracked) for one in done]
    return unfinished.Landing(
        session=request.session.id,
        goal=request.session.goal,
        origin=request.session.origin,
        base=request.base,
        lines=[line for _, line in lines if line is not None],
        removed=[path for path, line in lines if line is None],
    )


def _answered(
    context: Context,
    remote: Remote,
    space: Workspace,
    request: LandRequest,
    records: Sequence[Record],
) -> Landed:
    """Return the node's answer; what it refuses was never sent, what it leaves open may be."""
    try:
        return _posted(context, remote, request, records)
    except Unreachable:
        raise
    except MicFault:
        unfinished.end(space.root, unfinished.LANDING)
        raise


class _Outgoing:
    """The objects of a landing: `inline` go with it, the others have gone ahead."""

    def __init__(self, remote: Remote, *, fresh: bool) -> None:
        self._remote = remote
        self._send: Callable[..., int] = upload.upload if fresh else upload.upload_missing
        self.inline: list[Record] = []
        self.done: list[Prepared] = []

    def gather(self, prepared: Iterable[Prepared], bar: Progress) -> None:
        """Draw what was prepared, and send it ahead once it is too much to go along."""
        records, size = self._records(prepared, bar), 0
        for record in records:
            self.inline.append(record)
            size += len(record.stored)
            if size > limits.INLINE_LANDING or len(self.inline) > INLINE_OBJECTS:
                ahead, self.inline = self.inline, []
                self._send(self._remote, chain(ahead, records))

    def ahead(self, prepared: Iterable[Prepared], bar: Progress) -> Descriptor:
        """Send a batch and the list of its changes, and return the name of the list."""
        before = len(self.done)
        self._send(self._remote, self._records(prepared, bar))
        described, records = _listed(self.done[before:])
        upload.upload_missing(self._remote, records)
        return described

    def list_changes(self) -> Descriptor:
        """Add the change list to what goes along, and return its name."""
        described, records = _listed(self.done)
        self.inline += records
        return described

    def _records(self, prepared: Iterable[Prepared], bar: Progress) -> Iterator[Record]:
        for one in prepared:
            yield from one.records
            self.done.append(one)
            bar(1, one.change.new.size if one.change.new else 0)


def _listed(done: Iterable[Prepared]) -> tuple[Descriptor, list[Record]]:
    """Return the list of what was prepared: its name, and the records that it is stored as."""
    ordered = sorted((one.change for one in done), key=lambda c: c.path.encode())
    data = change_lists.encode(ordered)
    records = list(contents.records_of(io.BytesIO(data), len(data)))
    return Descriptor(records[-1].digest.hex(), len(data)), records


def _request(
    context: Context,
    manifest: Manifest,
    outgoing: _Outgoing,
    session: LocalSession,
    made: Making,
) -> LandRequest:
    described = outgoing.list_changes()
    said = transcript.encode(
        Transcript(session.id, session.goal, session.conversation, session.decisions)
    )
    draft = SessionDraft(
        id=session.id,
        goal=session.goal,
        started_at=session.started_at,
        finished_at=max(context.now(), session.started_at),
        origin=made.origin,
        model=made.model,
    )
    return LandRequest(
        base=manifest.position or 0,
        session=draft,
        changes=described,
        transcript=said,
        statement=_statement(context, manifest, described, draft, said, made),
    )


def _statement(
    context: Context,
    manifest: Manifest,
    described: Descriptor,
    draft: SessionDraft,
    said: bytes,
    made: Making,
) -> bytes:
    key = context.home.key()
    stated = Contribution(
        project=manifest.project_id,
        base_position=manifest.position or 0,
        base_tree=manifest.tree,
        changes=ContentName(bytes.fromhex(described.id), described.size),
        session=SessionFacts(
            id=draft.id,
            goal=draft.goal,
            started_at=draft.started_at,
            finished_at=draft.finished_at,
            transcript=transcript.descriptor(said),
        ),
        origin=made.origin,
        model=made.model,
        tool=made.tool,
        contributor=key.did,
    )
    return contribution.seal_contribution(stated, key)


def _posted(
    context: Context, remote: Remote, request: LandRequest, records: Sequence[Record]
) -> Landed:
    try:
        return sending.land(remote, request, records)
    except Denied as refusal:
        if refusal.code not in UNKNOWN_KEY:
            raise
    introduce(context, remote)
    return sending.land(remote, request, records)


UNKNOWN_KEY = frozenset({"landing.unknown-key", "landing.foreign-key"})


def introduce(context: Context, remote: Remote) -> None:
    """Register this device's key with the node, as one of the account that the token is for."""
    import socket

    from mic.client import accounts

    handle = accounts.whoami(remote.connection).handle or ""
    accounts.register_key(remote.connection, context.home.key(), handle, socket.gethostname())


def check_record(landed: Landed, manifest: Manifest, session: str) -> None:
    """Raise `Unreachable` unless the node's signed record is one of this landing."""
    try:
        record, _ = landings.open_landing(landed.record)
    except KeysFault as fault:
        raise _untrue(f"its record is not valid: {fault}") from fault
    told = (record.project, record.position, record.session, record.tree.hex())
    if told != (manifest.project_id, landed.position, session, landed.tree):
        raise _untrue("its record is one of another landing")


def _untrue(why: str) -> Unreachable:
    return Unreachable(
        f"The node says that the changes landed, but {why}.",
        code="landing.record-mismatch",
        hint="Run `mic log` to see what is there, and `mic verify` to check it.",
    )


def _check_size(items: Sequence[Item]) -> None:
    if len(items) > limits.LANDED_PATHS:
        raise Exhausted(
            f"{len(items):,} files have changed; one landing takes {limits.LANDED_PATHS:,}.",
            code="landing.too-many-paths",
            hint="Leave out what is generated with .micignore, or land in parts.",
        )
