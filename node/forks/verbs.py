"""What one can do with forks: make one, and ask where one comes from.

A fork's log is its origin's up to a position, record by record as it was signed, and its own from
there on; its documents stand behind those of its origin. Nothing is signed again and no content is
copied: the rows are written anew, and what they name lies in the store already.
"""

from keys.statements.project import Origin
from node.access import verbs as access
from node.access.model import Action
from node.access.rules import PRIVATE, PUBLIC, authorize, require_account
from node.access.scopes import PROJECT_WRITE
from node.accounts import verbs as accounts
from node.audit import verbs as audit
from node.forks import origins, rows
from node.forks.model import (
    Lineage,
    MustBePrivate,
    NewFork,
    NothingToFork,
    NotReady,
    NotWhole,
    Root,
)
from node.imports import verbs as imports
from node.kernel import events, jobs
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import jobs as landing_jobs
from node.landings import marking, reading
from node.landings.bulk import IMPORTED
from node.landings.model import Landing
from node.languages import verbs as languages
from node.llms import rules as llm_rules
from node.llms import verbs as llms
from node.llms.model import Llms
from node.projects import changing
from node.projects import rules as project_rules
from node.projects import verbs as projects
from node.projects.model import NewProject, Project
from node.projects.rules import require
from node.replication import verbs as replication
from node.sessions import verbs as sessions
from node.stars import verbs as stars
from store.database import Tx

MOST_SHOWN = 100


async def fork(forge: Forge, who: Party, origin: Project, new: NewFork) -> Project:
    """Make a project of one's own, or of an organization, that goes on from the head of `origin`.

    Raises `Denied`, `NoAccount`, `BadProject`, `ProjectTaken`, `ProjectLimit`, `NothingToFork`,
    `MustBePrivate`, `NotReady` or `NotWhole`.
    """
    require(who, Action.READ, origin)
    require_account(who, PROJECT_WRITE)
    owner = await accounts.get(forge, new.account or who.handle or "")
    authorize(who, Action.CREATE, owner=owner.key)

    def write(tx: Tx) -> Project:
        authorize(access.refreshed(tx, who), Action.CREATE, owner=owner.key)
        now = changing.current(tx, who, origin, Action.READ)
        tidy = project_rules.check_new(_as_asked(now, new, llms.of(tx, owner.key)))
        root = _root(tx, now)
        said = Origin(root.origin, root.position, root.record)
        inherited = projects.chain_ids(tx, now.key)
        made = changing.begin(forge, tx, owner, tidy, said, inherited)
        _inherit(forge, tx, now, made, root)
        marking.mark(forge, tx, who, made, f"Fork {now.address} at @{root.position}")
        _tell(forge, tx, who, now, made)
        return made

    return await forge.db.write(write)


async def lineage(forge: Forge, who: Party, project: Project) -> Lineage | None:
    """Return where a project comes from, None if it is no fork."""
    require(who, Action.READ, project)

    def read(tx: Tx) -> Lineage | None:
        root = rows.root(tx, project.key)
        if root is None:
            return None
        origin = next(iter(projects.among(tx, who, [root.origin])), None)
        height = reading.height(tx, origin.key) if origin else root.synced
        return Lineage(root, origin, max(height - root.synced, 0))

    return await forge.db.read(read)


async def forks(forge: Forge, who: Party, project: Project) -> list[Project]:
    """Return the forks of a project that `who` may see, the liveliest first."""
    require(who, Action.READ, project)
    return await forge.db.read(
        lambda tx: projects.among_keys(tx, who, rows.of(tx, project.id, MOST_SHOWN))
    )


async def is_of_here(forge: Forge, who: Party, project: Project) -> bool:
    """Whether what a project goes on from is known to be of this node, as its names then are."""
    require(who, Action.READ, project)

    return await forge.db.read(lambda tx: origins.is_of_here(tx, project))


async def came_from(forge: Forge, who: Party, landing: Landing) -> Project | None:
    """Return the project that a landing was carried over from, if `who` may see it."""
    if landing.carried is None:
        return None
    names = [landing.carried.project]
    return await forge.db.read(lambda tx: next(iter(projects.among(tx, who, names)), None))


def _as_asked(origin: Project, new: NewFork, models: Llms) -> NewProject:
    visibility = new.visibility or origin.visibility
    if origin.visibility == PRIVATE and visibility == PUBLIC:
        raise MustBePrivate
    return NewProject(
        handle=new.handle or origin.handle,
        name=new.name or new.handle or origin.name,
        description=origin.description,
        visibility=visibility,
        url=origin.url,
        llm_model=llm_rules.inherited(models, origin.llm_model),
    )


def _root(tx: Tx, origin: Project) -> Root:
    """Return the head of a project as the root of a fork; raise what stands in the way."""
    head = reading.head_of(tx, origin)
    if reason := reading.held(tx, origin.key):
        raise NotReady(origin.address, reason)
    if head.id is None:
        raise NothingToFork(origin.address)
    if origin.key in replication.contents_from(tx):
        raise NotWhole(origin.address)
    return Root(origin.id, head.position, head.id, head.position)


def _inherit(forge: Forge, tx: Tx, origin: Project, made: Project, root: Root) -> None:
    """Give a fork what its origin has, in the transaction that makes it."""
    reading.inherit(tx, origin.key, made.key, root.position)
    sessions.inherit(tx, origin.key, made.key, made.owner, root.position)
    imports.inherit(tx, origin.key, made.key)
    languages.inherit(tx, origin.key, made.key)
    rows.add(tx, made.key, root)
    # What its landings name it holds once this is done; before, it is sent again.
    jobs.enqueue(tx, landing_jobs.FILL, {"project": made.key}, forge.now())
    facts: dict[str, object] = {"first": 1, "last": root.position}
    events.append(tx, IMPORTED, made.key, facts, forge.now())


def _tell(forge: Forge, tx: Tx, who: Party, origin: Project, made: Project) -> None:
    at = forge.now()
    changing.tell(tx, who, made, "created", at, origin=origin.id)
    if who.account is not None:
        stars.interact(tx, who.account, origin.key, "fork", at)
    if (origin.visibility, made.visibility) == (PUBLIC, PRIVATE):
        return  # Whoever looks at the origin is not told that there is such a project.
    facts: dict[str, object] = {"project": origin.address, "fork": made.address, "id": made.id}
    audit.append(tx, who, origin.key, "project.forked", facts, at)
    events.append(tx, "project.forked", origin.key, facts | {"handle": who.handle}, at)
