"""What every change of a project begins and ends with, inside the transaction that makes it.

Roles are read again here: they may have changed since the asker came through the door.
"""

import dataclasses
from collections.abc import Sequence

from keys.statements.project import (
    Origin,
    ProjectDocument,
    genesis_id,
    open_project,
    seal_project,
)
from node.access import verbs as access
from node.access.model import Action, NoProject
from node.accounts.model import Account
from node.audit import verbs as audit
from node.kernel import events, jobs
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects import behind, notices, rows, rules
from node.projects.model import NewProject, Project, ProjectLimit, ProjectTaken
from store.database import Tx
from store.digest import Digest
from store.records import Kind


def current(tx: Tx, who: Party, project: Project, action: Action) -> Project:
    """Return `project` as it is in this transaction, if `who` may do `action` on it now.

    For a verb that read the project earlier: meanwhile it may be deleted, private or archived, and
    `who` may have lost the role that let them in.
    """
    return _allowed(tx, who, rows.by_key(tx, project.key), action)


def by_key(tx: Tx, who: Party, key: int, action: Action) -> Project:
    """Return the project whose key is `key` if `who` may do `action` on it now."""
    return _allowed(tx, who, rows.by_key(tx, key), action)


def mine(tx: Tx, who: Party, action: Action, account: str, handle: str) -> Project:
    """Return the project `account/handle` if `who` may do `action` on it now."""
    return _allowed(tx, who, rows.by_name(tx, account, handle), action)


def check_free(tx: Tx, owner: int, account: str, handle: str) -> None:
    """Raise `ProjectTaken` if the account has a project of this name."""
    taken = rows.by_name(tx, account, handle)
    if taken is not None and taken.owner == owner:
        raise ProjectTaken(account, handle)


def check_room(forge: Forge, tx: Tx, owner: Account) -> None:
    """Raise `ProjectLimit` if the account can have no further project."""
    limit = rules.most_projects(owner, forge.limits)
    if limit is not None and rows.count_of(tx, owner.key) >= limit:
        raise ProjectLimit(limit)


def begin(
    forge: Forge,
    tx: Tx,
    owner: Account,
    new: NewProject,
    origin: Origin | None = None,
    inherited: Sequence[Digest] = (),
) -> Project:
    """Make a project in the namespace of `owner`, its genesis signed by the owner's key.

    `new` is tidy. With an `origin` it is a fork, and `inherited` are the ids of the documents
    behind which its own stand. Raises `ProjectTaken` or `ProjectLimit`.
    """
    check_free(tx, owner.key, owner.handle, new.handle)
    check_room(forge, tx, owner)
    at, nonce = forge.now(), forge.ids.nonce()
    document = rules.genesis(new, owner.handle, owner.did, forge.node.did, nonce, at, origin)
    envelope = seal_project(document, forge.keys.person(owner.did))
    digest = forge.objects.put(tx, Kind.DOCUMENT, envelope)
    project = Project(
        key=0,
        id=genesis_id(envelope),
        account=owner.handle,
        owner=owner.key,
        handle=new.handle,
        name=new.name,
        description=new.description,
        visibility=new.visibility,
        document=digest,
        created_at=at,
        updated_at=at,
        url=new.url,
        llm_model=new.llm_model,
    )
    made = dataclasses.replace(project, key=rows.add(tx, project))
    for one in (*inherited, digest):
        rows.add_document(tx, made.key, one)
    return made


def follow(forge: Forge, tx: Tx, project: Project, document: ProjectDocument) -> Project:
    """Chain `document` to the project's documents, signed by the owner that the last one names.

    Raises `Behind` where there may be newer ones than are known here.
    """
    behind.check(tx, project.key)
    newest, _ = open_project(forge.objects.get(tx, project.document))
    envelope = seal_project(document, forge.keys.person(newest.owner))
    digest = forge.objects.put(tx, Kind.DOCUMENT, envelope, project.document)
    rows.add_document(tx, project.key, digest)
    return dataclasses.replace(project, document=digest)


def delete(forge: Forge, tx: Tx, who: Party, project: Project) -> None:
    """Take a project away from everybody, for good once its grace is over."""
    at = forge.now()
    rows.delete(tx, project.key, at)
    owed = {"project": project.key, "deleted_at": at}
    jobs.enqueue(tx, rules.FORGET, owed, at + rules.GRACE_MS)
    notices.deleted(forge, tx, project)
    tell(tx, who, project, "deleted", at)


def tell(tx: Tx, who: Party, project: Project, what: str, at: int, **more: object) -> None:
    """Write the audit row and the event of a change."""
    facts: dict[str, object] = {"id": project.id, "project": project.address, **more}
    audit.append(tx, who, project.key, f"project.{what}", facts, at)
    events.append(tx, f"project.{what}", project.key, facts, at)


def _allowed(tx: Tx, who: Party, project: Project | None, action: Action) -> Project:
    if project is None:
        raise NoProject
    rules.require(access.refreshed(tx, who), action, project)
    return project
