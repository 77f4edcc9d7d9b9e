"""Landings as a workspace would ask for them: real change lists, statements and objects."""

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
from node.trees import verbs as trees
from store import changes as change_lists
from store import tree
from store.changes import Change
from store.digest import digest_of
from store.records import Kind, make
from store.tree import Entry, Mode

FILE = Mode.FILE


def an_entry(data: bytes, mode: Mode = FILE) -> Entry:
    """The entry of a small file."""
    return Entry(mode, digest_of(data), len(data))


async def a_draft(
    forge: Forge,
    account: Account,
    project: Project,
    files: dict[str, bytes | None],
    *,
    base: int | None = None,
    goal: str = "Try it",
    origin: str = "human",
    mode: Mode = FILE,
    key: PrivateKey | None = None,
    signed: bool = True,
    decisions: tuple[Decision, ...] = (),
    messages: tuple[Message, ...] = (),
    model: str | None = None,
    started_at: int | None = None,
    session_id: str | None = None,
    altered: dict[str, object] | None = None,
) -> Draft:
    """A draft that turns the tree at `base` (the head, unless said) into one with `files`.

    `altered` replaces fields of the signed contribution after the draft was made from the truth.
    """
    who = account.party
    view = await trees.view(forge, who, project, base)

    def entries(tx):
        source = lambda digest: forge.objects.get(tx, digest)  # noqa: E731
        return {path: tree.lookup(view.tree, path, source) for path in files}

    old = await forge.db.read(entries)
    new = {p: None if d is None else an_entry(d, mode) for p, d in files.items()}
    wanted = [Change(path, old[path], new[path]) for path in files if old[path] != new[path]]
    encoded = change_lists.encode(sorted(wanted, key=lambda c: c.path.encode()))
    raws = [encoded, *(data for data in files.values() if data is not None)]
    fresh = {r.digest: (r, raw) for raw in raws for r in [make(Kind.BLOB, raw)]}
    now = forge.now()
    began = now if started_at is None else started_at
    session = SessionDraft(session_id or forge.ids.session(), goal, began, now, origin, model)
    said = transcripts.encode(Transcript(session.id, goal, messages, decisions))
    changes = Descriptor(digest_of(encoded), len(encoded))
    statement = None
    if signed:
        facts = SessionFacts(
            id=session.id,
            goal=goal,
            started_at=began,
            finished_at=now,
            transcript=transcripts.descriptor(said),
        )
        signer = key or forge.keys.person(account.did)
        truth = {
            "project": project.id,
            "base_position": view.position,
            "base_tree": view.tree,
            "changes": changes,
            "session": facts,
            "origin": origin,
            "model": model,
            "tool": "tests/1",
            "contributor": signer.did,
        }
        statement = seal_contribution(Contribution(**(truth | (altered or {}))), signer)
    return Draft(view.position, session, changes, said, statement, fresh)


async def a_landing(
    forge: Forge, account: Account, project: Project, files: dict[str, bytes | None], **more: object
) -> Landing:
    """What `a_draft` asks for, landed."""
    draft = await a_draft(forge, account, project, files, **more)
    return await landings.land(forge, account.party, project, draft)
