"""Landings for tests, made the way `mic` makes them: signed, on a base, from files."""

import io
from collections.abc import Mapping
from typing import Any

from keys.ed25519 import PrivateKey
from keys.statements import transcript as transcripts
from keys.statements.contribution import Contribution, SessionFacts, seal_contribution
from keys.statements.descriptor import Descriptor
from keys.statements.transcript import Decision, Message, Transcript
from node.accounts.model import Account
from node.kernel.forge import Forge
from node.landings import verbs as landings
from node.landings.model import Draft, Landing, SessionDraft
from node.projects.model import Project
from store import changes as change_lists
from store import contents, tree
from store.changes import Change
from store.database import Tx
from store.digest import Digest
from store.records import Record, opened
from store.tree import EMPTY, Entry, Mode

Files = Mapping[str, bytes | None]
Fresh = dict[Digest, tuple[Record, bytes]]


def a_session(forge: Forge, goal: str = "Work on it.", name: str | None = None) -> SessionDraft:
    """A session that just ended."""
    now = forge.now()
    return SessionDraft(name or forge.ids.session(), goal, now - 1, now, "human")


async def a_landing(
    forge: Forge, account: Account, project: Project, files: Files, **options: Any
) -> Landing:
    """Land `files` (None removes one) on the head, or with the options of `a_draft`."""
    draft = await a_draft(forge, account, project, files, **options)
    return await landings.land(forge, account.party, project, draft)


async def a_draft(
    forge: Forge,
    account: Account,
    project: Project,
    files: Files,
    *,
    base: int | None = None,
    goal: str = "Work on it.",
    session: SessionDraft | None = None,
    conversation: tuple[Message, ...] = (),
    decisions: tuple[Decision, ...] = (),
    key: PrivateKey | None = None,
    signed: bool = True,
) -> Draft:
    """A signed draft on top of position `base`; large contents are in the store already."""
    session = session or a_session(forge, goal)
    said = transcripts.encode(Transcript(session.id, session.goal, conversation, decisions))
    position, root = await _base(forge, account, project, base)
    fresh: Fresh = {}
    entries = {path: await _entry(forge, data, fresh) for path, data in files.items()}
    made = await forge.db.read(lambda tx: _changes(forge, tx, root, entries))
    listed = change_lists.encode(made)
    changes = Descriptor(await _stored(forge, listed, fresh), len(listed))
    key = key or forge.keys.person(account.did)
    contribution = Contribution(
        project=project.id,
        base_position=position,
        base_tree=root,
        changes=changes,
        session=SessionFacts(
            id=session.id,
            goal=session.goal,
            started_at=session.started_at,
            finished_at=session.finished_at,
            transcript=transcripts.descriptor(said),
        ),
        origin="human",
        model=None,
        tool="test",
        contributor=key.did,
    )
    statement = seal_contribution(contribution, key) if signed else None
    return Draft(position, session, changes, said, statement, fresh)


async def _base(
    forge: Forge, account: Account, project: Project, base: int | None
) -> tuple[int, Digest]:
    head = await landings.head(forge, account.party, project)
    if base is None or base == head.position:
        return head.position, head.tree
    if base == 0:
        return 0, EMPTY
    return base, (await landings.get(forge, account.party, project, base)).tree


async def _entry(forge: Forge, data: bytes | None, fresh: Fresh) -> Entry | None:
    if data is None:
        return None
    return Entry(Mode.FILE, await _stored(forge, data, fresh), len(data))


async def _stored(forge: Forge, data: bytes, fresh: Fresh) -> Digest:
    records = list(contents.records_of(io.BytesIO(data), len(data)))
    if len(records) > 1:
        await forge.objects.ingest(records)
    else:
        fresh[records[0].digest] = (records[0], opened(records[0]))
    return records[-1].digest


def _changes(
    forge: Forge, tx: Tx, root: Digest, entries: Mapping[str, Entry | None]
) -> list[Change]:
    found = [
        Change(path, tree.lookup(root, path, lambda d: forge.objects.get(tx, d)), entry)
        for path, entry in sorted(entries.items(), key=lambda item: item[0].encode())
    ]
    return [change for change in found if change.old != change.new]
