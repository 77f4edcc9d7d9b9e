"""Projects: what there is, one of them, and what may be done with it."""

from typing import Literal, cast

import msgspec
from msgspec import UNSET

from node.forks import syncing
from node.forks import verbs as forks
from node.forks.model import NewFork
from node.imports import verbs as imports
from node.imports.model import Import, NewImport
from node.invitations import verbs as invitations
from node.kernel.errors import Invalid
from node.languages import verbs as languages
from node.projects import members as working
from node.projects import moves
from node.projects import verbs as projects
from node.projects.model import NewProject, Project, ProjectChanges
from node.stars import verbs as stars
from node.stars.model import Sort
from web.api import shapes
from web.api.model import Asked, Reply


async def project_of(asked: Asked) -> Project:
    """Return the project that the address names."""
    return await projects.get(
        asked.forge, asked.who, asked.named("account"), asked.named("project")
    )


def encoded(asked: Asked, one: Project) -> shapes.Project:
    """Return a project as the API shows it."""
    return shapes.Project(
        id=one.id,
        account=one.account,
        handle=one.handle,
        name=one.name,
        description=one.description,
        visibility=cast("Literal['public', 'private']", one.visibility),
        page=f"{asked.forge.node.url}/{one.address}",
        site=one.url,
        llm_model=one.llm_model,
        home=one.home or asked.forge.node.did,
        is_mirror=one.is_mirror,
        is_archived=one.is_archived,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


def _made(asked: Asked, one: Project) -> Reply:
    where = f"{asked.forge.node.url}/api/v1/projects/{one.address}"
    return Reply(encoded(asked, one), location=where)


def page_number(cursor: str) -> int:
    """Return the page that a cursor of a numbered list names; raise `Invalid`."""
    if not cursor:
        return 1
    if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > 9:
        raise Invalid("page.cursor", "The cursor is none that this list gave.")
    return int(cursor)


async def explore(asked: Asked) -> Reply:
    """List the projects that the asker may see."""
    number, query = page_number(asked.query.cursor), asked.query
    page = await stars.explore(asked.forge, asked.who, Sort(query.sort), number, query.limit)
    shown = [
        shapes.Listed(encoded(asked, o.project), o.stars, o.landings, o.active_at, o.language)
        for o in page.items
    ]
    following = str(page.number + 1) if page.number < page.pages else None
    return Reply(shapes.ListedProjects(shown, page.total, following), following)


async def of_account(asked: Asked) -> Reply:
    """List the projects of an account that the asker may see."""
    found = await projects.listed(asked.forge, asked.who, asked.named("account"))
    return Reply(shapes.Projects([encoded(asked, one) for one in found]))


async def create(asked: Asked) -> Reply:
    """Make a project."""
    fields = msgspec.structs.asdict(asked.body)
    new = NewProject(url=fields.pop("site"), **fields)
    made = await projects.create(asked.forge, asked.who, asked.named("account"), new)
    return _made(asked, made)


async def show(asked: Asked) -> Reply:
    """Return a project."""
    return Reply(encoded(asked, await project_of(asked)))


async def change(asked: Asked) -> Reply:
    """Change what the body names."""
    given = {k: v for k, v in msgspec.structs.asdict(asked.body).items() if v is not UNSET}
    if "site" in given:
        given["url"] = given.pop("site")
    one = await project_of(asked)
    changes = ProjectChanges(**given)
    changed = await projects.update(asked.forge, asked.who, one.account, one.handle, changes)
    return Reply(encoded(asked, changed))


async def delete(asked: Asked) -> Reply:
    """Delete a project; it can be brought back for seven days."""
    one = await project_of(asked)
    await projects.delete(asked.forge, asked.who, one.account, one.handle)
    return Reply(None)


async def archive(asked: Asked) -> Reply:
    """Keep a project as it is."""
    return await _archived(asked, is_archived=True)


async def unarchive(asked: Asked) -> Reply:
    """Let an archived project change again."""
    return await _archived(asked, is_archived=False)


async def _archived(asked: Asked, *, is_archived: bool) -> Reply:
    one = await project_of(asked)
    kept = await moves.archive(
        asked.forge, asked.who, one.account, one.handle, is_archived=is_archived
    )
    return Reply(encoded(asked, kept))


async def transfer(asked: Asked) -> Reply:
    """Give a project to another account, at once or when it says yes."""
    one = await project_of(asked)
    await invitations.transfer(asked.forge, asked.who, one.account, one.handle, asked.body.to)
    return Reply(None)


async def standing(asked: Asked) -> Reply:
    """Return what is counted of a project."""
    found = await stars.standing(asked.forge, asked.who, await project_of(asked))
    return Reply(shapes.Standing(found.stars, found.forks, found.is_starred))


async def star(asked: Asked) -> Reply:
    """Give a project a star."""
    return await _starred(asked, starred=True)


async def unstar(asked: Asked) -> Reply:
    """Take the star back."""
    return await _starred(asked, starred=False)


async def _starred(asked: Asked, *, starred: bool) -> Reply:
    found = await stars.set_star(asked.forge, asked.who, await project_of(asked), starred=starred)
    return Reply(shapes.Standing(found.stars, found.forks, found.is_starred))


async def spoken(asked: Asked) -> Reply:
    """Return the languages of a project."""
    found = await languages.shares(asked.forge, asked.who, await project_of(asked))
    return Reply(
        shapes.Languages([shapes.Share(one.language, one.bytes, one.permille) for one in found])
    )


async def forked(asked: Asked) -> Reply:
    """List the forks of a project that the asker may see."""
    found = await forks.forks(asked.forge, asked.who, await project_of(asked))
    return Reply(shapes.Projects([encoded(asked, one) for one in found]))


async def fork(asked: Asked) -> Reply:
    """Make a project that goes on from the head of this one."""
    body = asked.body
    new = NewFork(body.account, body.handle, body.name, body.visibility)
    return _made(asked, await forks.fork(asked.forge, asked.who, await project_of(asked), new))


async def sync(asked: Asked) -> Reply:
    """Bring the new landings of the origin into a fork."""
    done = await syncing.sync(asked.forge, asked.who, await project_of(asked))
    return Reply(shapes.Synced(done.position, done.carried, list(done.merged), done.left))


async def members(asked: Asked) -> Reply:
    """List who works on a project besides its owner."""
    found = await working.members(asked.forge, asked.who, await project_of(asked))
    return Reply(shapes.Members([shapes.Member(m.handle, m.name, m.role) for m in found]))


async def set_member(asked: Asked) -> Reply:
    """Let somebody work on a project."""
    one, handle = await project_of(asked), asked.named("member")
    await working.set_member(asked.forge, asked.who, one, handle, asked.body.role)
    return Reply(None)


async def remove_member(asked: Asked) -> Reply:
    """Take somebody's role away."""
    one = await project_of(asked)
    await working.remove_member(asked.forge, asked.who, one, asked.named("member"))
    return Reply(None)


async def bring(asked: Asked) -> Reply:
    """Owe the import of a repository of git."""
    body, account = asked.body, asked.named("account")
    new = NewImport(body.url, body.handle, body.visibility)
    one = await imports.start(asked.forge, asked.who, account, new)
    project = await projects.by_key(asked.forge, asked.who, one.project)
    where = f"{asked.forge.node.url}/api/v1/accounts/{account}/imports/{one.id}"
    return Reply(_import(one, project), location=where)


async def brought(asked: Asked) -> Reply:
    """Say how an import stands."""
    return Reply(_import(*await imports.get(asked.forge, asked.who, asked.named("id"))))


def _import(one: Import, project: Project) -> shapes.Import:
    return shapes.Import(
        id=one.id,
        project=project.address,
        url=one.url,
        stage=one.stage.value,
        status=one.status.value,
        done=one.done,
        total=one.total,
        warnings=list(one.warnings),
        error=one.message if one.fault else None,
        created_at=one.created_at,
        updated_at=one.updated_at,
    )
