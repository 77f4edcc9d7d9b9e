"""What one can do with projects.

What a project is stands in a document that its owner's key signs; a row here is what the newest
document says, and where. Functions that take a `Tx` are for verbs of other slices.
"""

import dataclasses
from collections.abc import Sequence

from keys.statements.project import open_chain, open_project
from node.access import verbs as access
from node.access.model import Action, NoProject
from node.access.rules import PRIVATE, PUBLIC, authorize
from node.accounts import verbs as accounts
from node.accounts.model import Account
from node.audit import verbs as audit
from node.audit.model import AuditRow
from node.kernel.forge import Forge
from node.kernel.paging import page_size
from node.kernel.parties import Party
from node.llms import rules as llm_rules
from node.llms import verbs as llms
from node.llms.model import Llms
from node.projects import changing, notices, rows, rules
from node.projects.changing import current
from node.projects.model import NewProject, OriginPrivate, Project, ProjectChanges
from store.database import Tx
from store.digest import Digest

__all__ = [
    "among",
    "among_keys",
    "by_id",
    "by_key",
    "chain",
    "chain_ids",
    "create",
    "current",
    "delete",
    "document_ids",
    "documents",
    "epochs",
    "get",
    "history",
    "ids",
    "is_seen",
    "listed",
    "llms_of",
    "named",
    "update",
    "visible",
]

_NOBODY = 0
_END = 1 << 62


async def create(forge: Forge, who: Party, account: str, new: NewProject) -> Project:
    """Make a project in the namespace `account`, its genesis signed by the account's person.

    Without a model it takes the account's default. Raises `NoAccount`, `Denied`, `BadProject`,
    `UnsupportedModel`, `ProjectTaken` or `ProjectLimit`.
    """
    owner = await accounts.get(forge, account)
    authorize(who, Action.CREATE, owner=owner.key)
    tidy = rules.check_new(new)
    return await forge.db.write(lambda tx: _create(forge, tx, who, owner, tidy))


async def get(forge: Forge, who: Party, account: str, handle: str) -> Project:
    """Return the project `account/handle`; raise `NoProject` if `who` may see none."""
    return _readable(who, await forge.db.read(lambda tx: rows.by_name(tx, account, handle)))


async def by_id(forge: Forge, who: Party, name: str) -> Project:
    """Return the project whose id is `name`, `mic:z…`; raise as `get`."""
    return _readable(who, await forge.db.read(lambda tx: rows.by_id(tx, name)))


async def by_key(forge: Forge, who: Party, key: int) -> Project:
    """Return the project of an event; raise as `get`."""
    return _readable(who, await forge.db.read(lambda tx: rows.by_key(tx, key)))


async def listed(forge: Forge, who: Party, account: str) -> list[Project]:
    """Return the projects of `account` that `who` may see, by handle; raise `NoAccount`."""
    owner = await accounts.get(forge, account)
    projects = await forge.db.read(lambda tx: rows.of_owner(tx, owner.key))
    return [project for project in projects if is_seen(who, project)]


async def visible(
    forge: Forge, who: Party, limit: int = 50, before: int | None = None
) -> list[Project]:
    """Return the projects below key `before` that `who` may see, newest first."""
    size, account = page_size(limit), who.account or _NOBODY
    page = await forge.db.read(lambda tx: rows.seen_by(tx, account, before or _END, size))
    return [project for project in page if is_seen(who, project)]


async def update(
    forge: Forge, who: Party, account: str, handle: str, changes: ProjectChanges
) -> Project:
    """Change a project; a new name or visibility chains a new signed version of its document.

    Raises `NoProject`, `Denied`, `BadProject`, `UnsupportedModel`, `NothingToUpdate` or
    `ProjectTaken`.
    """
    return await forge.db.write(lambda tx: _update(forge, tx, who, account, handle, changes))


async def delete(forge: Forge, who: Party, account: str, handle: str) -> None:
    """Delete a project: gone at once for all, its bytes after seven days; raise as `update`."""
    await forge.db.write(lambda tx: _delete(forge, tx, who, account, handle))


async def llms_of(forge: Forge, who: Party, project: Project) -> Llms:
    """Return the models that the project may name; for who may land on it."""
    rules.require(who, Action.MEMBERS, project)
    return await forge.db.read(lambda tx: llms.of(tx, project.owner))


async def documents(forge: Forge, who: Party, project: Project) -> list[bytes]:
    """Return the signed versions of the project's document, oldest first."""
    rules.require(who, Action.READ, project)
    return await forge.db.read(
        lambda tx: [forge.objects.get(tx, name) for name in rows.documents(tx, project.key)]
    )


async def history(
    forge: Forge, who: Party, project: Project, before: int | None = None, limit: int = 50
) -> list[AuditRow]:
    """Return who did what to the project, newest first; for who may change something about it."""
    owns = rules.allows(who, Action.MANAGE, project)
    rules.require(who, Action.MANAGE if owns else Action.WRITE_SETTINGS, project)
    return await forge.db.read(lambda tx: audit.of_project(tx, project.key, before, limit))


def is_seen(who: Party, project: Project) -> bool:
    """Return whether `who` may read `project`."""
    try:
        _readable(who, project)
    except NoProject:
        return False
    return True


def among(tx: Tx, who: Party, names: Sequence[str]) -> list[Project]:
    """Return those of the projects with the ids `names` that `who` may read."""
    return [project for project in rows.by_ids(tx, names) if is_seen(who, project)]


def among_keys(tx: Tx, who: Party, keys: Sequence[int]) -> list[Project]:
    """Return those of the projects with these keys that `who` may read, in their order."""
    found = rows.by_keys(tx, keys)
    return [found[key] for key in keys if key in found and is_seen(who, found[key])]


def epochs(tx: Tx, projects: Sequence[int]) -> dict[int, int]:
    """Return how many documents the chain of each of `projects`, by key, has."""
    return rows.epochs(tx, projects)


def named(tx: Tx, names: Sequence[str]) -> list[Project]:
    """Return the projects with the ids `names`, whoever may read them."""
    return rows.by_ids(tx, names)


def chain(forge: Forge, tx: Tx, project: int) -> list[bytes]:
    """Return the signed versions of a project's document, oldest first."""
    return [forge.objects.get(tx, name) for name in rows.documents(tx, project)]


def chain_ids(tx: Tx, project: int) -> list[Digest]:
    """Return the ids of the signed versions of a project's document, oldest first."""
    return rows.documents(tx, project)


def ids(tx: Tx) -> dict[int, str]:
    """Return the id of each project that is not deleted, by its key."""
    return rows.ids(tx)


def document_ids(tx: Tx) -> list[Digest]:
    """Return the ids of all signed documents: the collector keeps these objects."""
    return rows.document_ids(tx)


def _readable(who: Party, project: Project | None) -> Project:
    if project is None:
        raise NoProject
    rules.require(who, Action.READ, project)
    return project


def _create(forge: Forge, tx: Tx, who: Party, owner: Account, new: NewProject) -> Project:
    # Asked again: who acts for an organization may just have lost the role.
    authorize(access.refreshed(tx, who), Action.CREATE, owner=owner.key)
    model = llm_rules.chosen(llms.of(tx, owner.key), owner.handle, new.llm_model)
    made = changing.begin(forge, tx, owner, dataclasses.replace(new, llm_model=model))
    changing.tell(tx, who, made, "created", made.created_at)
    return made


def _update(
    forge: Forge, tx: Tx, who: Party, account: str, handle: str, changes: ProjectChanges
) -> Project:
    before = changing.mine(tx, who, Action.WRITE_SETTINGS, account, handle)
    at = forge.now()
    after = rules.applied(before, rules.check_changes(changes), at)
    if after.handle.lower() != before.handle.lower():
        changing.check_free(tx, before.owner, before.account, after.handle)
    if before.llm_model != after.llm_model:
        llm_rules.require(llms.of(tx, before.owner), before.account, after.llm_model)
    if before.visibility != after.visibility == PUBLIC:
        _check_may_be_public(forge, tx, before)
    if rules.is_said_differently(before, after):
        after = _signed(forge, tx, before, after, at)
    rows.change(tx, after)
    if after.visibility != before.visibility:
        _tell_mirrors(forge, tx, after)
    changed = [field for field in rules.FIELDS if getattr(before, field) != getattr(after, field)]
    changing.tell(tx, who, after, "updated", at, changed=changed, visibility=after.visibility)
    return after


def _check_may_be_public(forge: Forge, tx: Tx, project: Project) -> None:
    """Raise `OriginPrivate` for a fork of what is private: its log holds that, too."""
    origins = open_chain(chain(forge, tx, project.key)).origins
    if any(one.visibility == PRIVATE for one in rows.by_ids(tx, [o.project for o in origins])):
        raise OriginPrivate


def _tell_mirrors(forge: Forge, tx: Tx, project: Project) -> None:
    if project.visibility == PRIVATE:
        notices.withdrawn(forge, tx, project)
    else:
        notices.taken_back(tx, project)


def _signed(forge: Forge, tx: Tx, before: Project, after: Project, at: int) -> Project:
    """Chain the document that says what `after` is."""
    newest, _ = open_project(forge.objects.get(tx, before.document))
    document = rules.successor(newest, before.document, after, forge.ids.nonce(), at)
    return changing.follow(forge, tx, after, document)


def _delete(forge: Forge, tx: Tx, who: Party, account: str, handle: str) -> None:
    changing.delete(forge, tx, who, changing.mine(tx, who, Action.DELETE, account, handle))
