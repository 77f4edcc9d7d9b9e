"""From the domain's values to the messages of the wire.

The casts are safe because the schema of the database admits these words only.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import cast

from keys.statements import transcript
from keys.statements.landing import Carried
from mic.wire import blame as blames
from mic.wire import former
from mic.wire import messages as wire
from node.kernel.forge import Forge
from node.landings.model import Landing, LandingDetail
from node.projects.model import Project
from node.sessions.model import Session
from node.trees.model import BlameLine, Reason
from store.changes import Change
from store.tree import Entry, Mode

MODES: dict[Mode, wire.ModeName] = {
    Mode.FILE: "file",
    Mode.EXECUTABLE: "executable",
    Mode.LINK: "link",
    Mode.DIRECTORY: "directory",
}
SHOWN_CHANGES = 1000


def project(forge: Forge, one: Project) -> wire.Project:
    """Encode a project with the address of its page."""
    return wire.Project(
        id=one.id,
        account=one.account,
        handle=one.handle,
        name=one.name,
        description=one.description,
        visibility=cast("wire.Visibility", one.visibility),
        page=f"{forge.node.url}/{one.account}/{one.handle}",
        document=one.document.hex(),
        created_at=one.created_at,
        updated_at=one.updated_at,
        url=one.url,
        llm_model=one.llm_model,
        archived_at=one.archived_at,
        home=one.home or forge.node.did,
        state="mirror" if one.is_mirror else "home",
    )


def landing(one: Landing, renamed_from: str | None = None) -> wire.Landing:
    """Encode a landing as a log lists it."""
    return wire.Landing(
        position=one.position,
        id=one.id.hex(),
        tree=one.tree.hex(),
        previous_tree=one.previous_tree.hex(),
        goal=one.goal,
        author=one.author,
        landed_at=one.landed_at,
        session=one.session,
        author_did=one.author_did,
        origin=cast("wire.Origin", one.origin),
        model=one.model,
        contribution=one.contribution.hex() if one.contribution else None,
        changed=one.changed,
        imported=former.Imported(**asdict(one.imported)) if one.imported else None,
        renamed_from=renamed_from,
        carried=carried(one.carried) if one.carried else None,
    )


def carried(was: Carried) -> former.Carried:
    """Encode what a landing was in another project."""
    return former.Carried(was.project, was.position, was.record.hex(), was.made_at)


def detail(one: LandingDetail, said: Session) -> wire.LandingDetail:
    """Encode a landing with its documents, its session and its first thousand changes."""
    return wire.LandingDetail(
        landing=landing(one.landing),
        record=one.record,
        statement=one.statement,
        session=session(said),
        changes=[change(c) for c in one.changes[:SHOWN_CHANGES]],
    )


def session(one: Session) -> wire.Session:
    """Encode a session with all that was said in it."""
    return wire.Session(
        id=one.id,
        status=one.status.value,
        goal=one.goal,
        author=one.author_handle,
        base=one.base_position,
        started_at=one.started_at,
        origin=cast("wire.Origin", one.origin),
        model=one.model,
        landed_at=one.landed_at,
        position=one.position,
        conversation=_conversation(one.conversation),
        decisions=_decisions(one.decisions),
    )


def change(one: Change) -> wire.PathChange:
    """Encode one path of a difference."""
    return wire.PathChange(one.path, _reference(one.old), _reference(one.new))


def entry(name: str, one: Entry) -> wire.TreeEntry:
    """Encode one name of a listing."""
    return wire.TreeEntry(name, MODES[one.mode], one.id.hex(), one.size)


def blame(position: int, path: str, lines: Sequence[BlameLine]) -> blames.Blame:
    """Encode the lines of a file, and the reason of each landing that brought some of them."""
    reasons = {line.reason.position: line.reason for line in lines}
    ordered = [_reason(one) for _, one in sorted(reasons.items(), reverse=True)]
    return blames.Blame(position, path, [_line(one) for one in lines], ordered)


def _line(one: BlameLine) -> blames.BlameLine:
    return blames.BlameLine(
        number=one.number,
        text=one.text,
        position=one.reason.position,
        session=one.reason.session,
        author=one.reason.author,
        made_at=one.reason.made_at,
        landed_at=one.reason.landed_at,
        goal=one.reason.goal,
    )


def _reason(one: Reason) -> blames.Reason:
    return blames.Reason(
        position=one.position,
        goal=one.goal,
        session=one.session,
        author=one.author,
        made_at=one.made_at,
        landed_at=one.landed_at,
        origin=cast("wire.Origin", one.origin),
        decisions=_decisions(one.decisions),
        is_whole=one.is_whole,
    )


def _reference(one: Entry | None) -> wire.EntryRef | None:
    return None if one is None else wire.EntryRef(MODES[one.mode], one.id.hex(), one.size)


def _conversation(turns: Iterable[transcript.Message]) -> list[wire.Message]:
    return [wire.Message(cast("wire.Speaker", turn.role), turn.text, turn.at) for turn in turns]


def _decisions(taken: Iterable[transcript.Decision]) -> list[wire.Decision]:
    return [wire.Decision(one.text, one.why, one.at) for one in taken]
