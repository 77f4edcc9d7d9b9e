"""Where a project is and whether it changes: archive, hand over, bring back."""

import dataclasses

from keys.statements.project import open_project
from node.access import verbs as access
from node.access.model import Action
from node.access.rules import PRIVATE, authorize
from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects import changing, mirroring, notices, rows, rules
from node.projects.model import AlreadyThere, Deleted, NotDeleted, Project
from store.database import Tx


async def archive(
    forge: Forge, who: Party, account: str, handle: str, *, is_archived: bool = True
) -> Project:
    """Keep a project as it is, or let it change again; what is so already stays so."""

    def write(tx: Tx) -> Project:
        project = changing.mine(tx, who, Action.ARCHIVE, account, handle)
        if project.is_archived == is_archived:
            return project
        at = forge.now()
        rows.archive(tx, project.key, at if is_archived else None)
        changing.tell(tx, who, project, "archived" if is_archived else "unarchived", at)
        return dataclasses.replace(project, archived_at=at if is_archived else None)

    return await forge.db.write(write)


async def deleted(forge: Forge, who: Party, account: str) -> list[Deleted]:
    """Return the projects of `account` that can be brought back, deleted last first."""
    owner = await accounts.get(forge, account)
    authorize(who, Action.DELETE, owner=owner.key)
    since = forge.now() - rules.GRACE_MS
    found = await forge.db.read(lambda tx: rows.deleted_of(tx, owner.key, since))
    return [Deleted(project, at, at + rules.GRACE_MS) for project, at in found]


async def restore(forge: Forge, who: Party, account: str, handle: str) -> Project:
    """Bring back the project of this name that was deleted last.

    Raises `NotDeleted` once its seven days are over, `ProjectTaken` or `ProjectLimit`.
    """

    def write(tx: Tx) -> Project:
        owner = accounts.find(tx, account)
        authorize(access.refreshed(tx, who), Action.DELETE, owner=owner.key)
        at = forge.now()
        project = _deleted(tx, owner, handle, at - rules.GRACE_MS)
        changing.check_free(tx, owner.key, owner.handle, project.handle)
        changing.check_room(forge, tx, owner)
        rows.restore(tx, project.key)
        project = _again(forge, tx, project, at)
        changing.tell(tx, who, project, "restored", at)
        return project

    return await forge.db.write(write)


def hand_over(forge: Forge, tx: Tx, who: Party, project: Project, to: Account) -> Project:
    """Give `project` to the account `to`, and let its documents say so.

    The caller has seen to it that its owner gives it and that `to` takes it. Roles on the project
    stay; those of the new owner are no more than ownership.
    """
    if project.owner == to.key:
        raise AlreadyThere(to.handle)
    changing.check_free(tx, to.key, to.handle, project.handle)
    changing.check_room(forge, tx, to)
    at = forge.now()
    newest, _ = open_project(forge.objects.get(tx, project.document))
    document = rules.handed_over(newest, project.document, to, forge.ids.nonce(), at)
    signed = changing.follow(forge, tx, project, document)
    after = dataclasses.replace(signed, owner=to.key, account=to.handle, updated_at=at)
    rows.change(tx, after)
    rows.hand_over(tx, project.key, to.key)
    access.remove_project_member(tx, project.key, to.key)
    changing.tell(tx, who, after, "transferred", at, before=project.address)
    return after


def delete_all(forge: Forge, tx: Tx, who: Party, owner: int) -> None:
    """Delete every project of an account as `verbs.delete` does; the caller has decided that."""
    for project in rows.of_owner(tx, owner):
        if project.is_mirror:
            mirroring.let_go(forge, tx, project, forge.now())
        else:
            changing.delete(forge, tx, who, project)


def address_of(tx: Tx, project: int) -> str:
    """Return the address of a project, also of a deleted one; the caller knows that it may."""
    return rows.address(tx, project)


def has_any(tx: Tx, account: int) -> bool:
    """Return whether an account has projects, deleted ones that can be brought back too."""
    return rows.has_any(tx, account)


def _again(forge: Forge, tx: Tx, project: Project, at: int) -> Project:
    """Chain a document, so that mirrors that were told of the end learn that it is none."""
    was_public = notices.is_public(tx, project)
    if not notices.taken_back(tx, project):
        return project
    newest, _ = open_project(forge.objects.get(tx, project.document))
    document = rules.successor(newest, project.document, project, forge.ids.nonce(), at)
    signed = changing.follow(forge, tx, project, document)
    rows.change(tx, signed)
    if was_public and project.visibility == PRIVATE:
        # It was made private and then deleted: others are still not to have it.
        notices.withdrawn(forge, tx, signed)
    return signed


def _deleted(tx: Tx, owner: Account, handle: str, since: int) -> Project:
    for project, _ in rows.deleted_of(tx, owner.key, since):
        if project.handle.lower() == handle.lower():
            return project
    raise NotDeleted(handle)
