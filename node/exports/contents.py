"""What of an account stands in its export: each file of it, a few MiB in memory at a time.

Every value is named here by hand: what is added to a row some day is not given away by that.
"""

import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import asdict

from node.access import verbs as access
from node.accounts.model import Account
from node.devices import verbs as devices
from node.exports.archive import File
from node.exports.files import tarred
from node.exports.readme import README
from node.kernel.forge import Forge
from node.landings import reading
from node.landings.model import Landing
from node.llms import verbs as llms
from node.organizations import verbs as organizations
from node.profiles import verbs as profiles
from node.profiles.model import NoPicture
from node.projects import members
from node.projects import verbs as projects
from node.projects.model import Project
from node.sessions import verbs as sessions
from node.sessions.model import Session
from node.signin import tokens
from node.signin import verbs as signin
from store.database import Tx

PICTURE = "picture.webp"
_AT_ONCE = 4 << 20
_PAGE = 50


async def of_account(forge: Forge, account: Account) -> AsyncIterator[File]:
    """Yield what belongs to an account, but for its projects."""
    yield File("README.txt", _one(README.encode()))
    said, picture = await _profile(forge, account)
    facts = await _account(forge, account) | {"profile": said}
    yield File("account.json", _one(_json(facts)))
    if picture is not None:
        yield File(PICTURE, _one(picture))
    yield File("organizations.json", _one(_json(await _organizations(forge, account))))


async def of_project(forge: Forge, account: Account, project: Project) -> AsyncIterator[File]:
    """Yield a project of the account as it stands now, and how it came to be."""
    here = f"projects/{project.handle}"
    head = await forge.db.read(lambda tx: reading.head_of(tx, project))
    facts = await _project(forge, account, project, head.position)
    yield File(f"{here}/project.json", _one(_json(facts)))
    documents = await projects.documents(forge, account.party, project)
    for number, document in enumerate(documents, 1):
        yield File(f"{here}/documents/{number:04}.json", _one(document))
    yield File(f"{here}/landings.jsonl", _landings(forge, project, head.position))
    yield File(f"{here}/sessions.jsonl", _sessions(forge, account, project))
    yield File(f"{here}/files.tar", tarred(forge, head.tree, forge.now()))


async def _account(forge: Forge, account: Account) -> dict[str, object]:
    models = await forge.db.read(lambda tx: llms.of(tx, account.key))
    facts: dict[str, object] = {
        "handle": account.handle,
        "name": account.name,
        "did": account.did,
        "kind": account.kind,
        "is_admin": account.is_admin,
        "created_at": account.created_at,
        "updated_at": account.updated_at,
        "most_projects": account.most_projects,
        "most_bytes": account.most_bytes,
        "llm_models": models.allowed,
        "llm_default_model": models.default,
        "node": {"name": forge.node.name, "did": forge.node.did, "url": forge.node.url},
    }
    return facts if account.is_organization else facts | await _ways_in(forge, account)


async def _profile(forge: Forge, account: Account) -> tuple[dict[str, object], bytes | None]:
    """Return what an account says of itself, and its picture."""
    said = await profiles.get(forge, account.handle)
    picture = None
    if said.picture is not None:
        with suppress(NoPicture):  # It may be taken away between the two questions.
            picture = await profiles.picture(forge, said.picture)
    facts = _picked(said, "bio website x github gitlab mastodon linkedin")
    return facts | {"picture": PICTURE if picture else None}, picture


async def _ways_in(forge: Forge, account: Account) -> dict[str, object]:
    """Return by what somebody acts for the account; never what it is proven with."""
    who = account.party
    return {
        "device_keys": [asdict(one) for one in await signin.list_keys(forge, who)],
        "devices": [
            _picked(one, "name client created_at seen_at expires_at")
            | {"scopes": sorted(one.scopes)}
            for one in await devices.listed(forge, who)
        ],
        "tokens": [
            _picked(one, "name created_at expires_at last_used_at") | {"scopes": sorted(one.scopes)}
            for one in await tokens.listed(forge, who)
        ],
        "browsers": [
            _picked(one, "device created_at seen_at expires_at")
            for one in await signin.list_sessions(forge, who)
        ],
    }


async def _organizations(forge: Forge, account: Account) -> dict[str, object]:
    """Return the organizations that a person acts for, or who acts for an organization."""
    if account.is_organization:
        found = await forge.db.read(lambda tx: access.members(tx, account.key))
        return {"members": [_picked(one, "handle name role created_at") for one in found]}
    listed = await organizations.listed(forge, account.party)
    return {"organizations": [_picked(one, "handle name role created_at") for one in listed]}


async def _project(
    forge: Forge, account: Account, project: Project, position: int
) -> dict[str, object]:
    words = "id account handle name description visibility url llm_model"
    facts = _picked(project, f"{words} created_at updated_at archived_at")
    found = await members.members(forge, account.party, project)
    shown = [_picked(one, "handle name role created_at") for one in found]
    return facts | {"position": position, "members": shown}


async def _landings(forge: Forge, project: Project, last: int) -> AsyncIterator[bytes]:
    """Yield a line for each landing, oldest first; an import may be taken back meanwhile."""
    done, lines = 0, b"-"
    while lines and done < last:
        lines, done = await forge.db.read(
            lambda tx, after=done: _some_landings(forge, tx, project, after, last)  # type: ignore[misc]
        )
        yield lines


def _some_landings(
    forge: Forge, tx: Tx, project: Project, after: int, last: int
) -> tuple[bytes, int]:
    """Return the lines behind position `after`, some MiB of them, and the position of the last."""
    lines = bytearray()
    found = reading.between(tx, project.key, after + 1, min(after + _PAGE, last))
    # Where the last ones are gone, earlier ones come in their place.
    for landing in reversed([one for one in found if one.position > after]):
        lines += _json(_landing(forge, tx, landing))
        after = landing.position
        if len(lines) > _AT_ONCE:
            break
    return bytes(lines), after


def _landing(forge: Forge, tx: Tx, landing: Landing) -> dict[str, object]:
    facts = _picked(landing, "position session author author_did goal origin model clock landed_at")
    statement = forge.objects.get(tx, landing.contribution) if landing.contribution else None
    return facts | {
        "id": landing.id.hex(),
        "tree": landing.tree.hex(),
        "previous_tree": landing.previous_tree.hex(),
        "imported": landing.imported
        and _picked(landing.imported, "commit author email authored_at"),
        "changes": {"id": landing.changes.id.hex(), "size": landing.changes.size},
        "record": _base64(forge.objects.get(tx, landing.id)),
        "contribution": None if statement is None else _base64(statement),
        "transcript": json.loads(forge.objects.get(tx, landing.transcript)),
    }


async def _sessions(forge: Forge, account: Account, project: Project) -> AsyncIterator[bytes]:
    """Yield a line for each session, newest first."""
    before: str | None = None
    while True:
        listed = await sessions.listed(forge, account.party, project, before=before, limit=_PAGE)
        for one in listed:
            yield _json(_session(await sessions.get(forge, account.party, project, one.id)))
        if not listed:
            return
        before = listed[-1].id


def _session(session: Session) -> dict[str, object]:
    words = "id goal base_position origin model started_at ended_at position"
    return _picked(session, words) | {
        "author": session.author_handle,
        "status": session.status.value,
        "conversation": [_picked(one, "role text at") for one in session.conversation],
        "decisions": [_picked(one, "text why at") for one in session.decisions],
    }


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _picked(value: object, names: str) -> dict[str, object]:
    return {name: getattr(value, name) for name in names.split()}


def _json(value: Mapping[str, object]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
