"""What one can do with git: bring a repository, take one away, and name positions as git does.

The truth is our landings. A bare repository is made of them when somebody asks for one, and can be
thrown away; see `cache`.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from keys.errors import KeysFault
from keys.statements import transcript as transcripts
from node.access.model import Action
from node.audit import verbs as audit
from node.imports import cache, mirrored, receiving, rows, telling
from node.imports import published as publishing
from node.imports.jobs import KIND
from node.imports.model import (
    Import,
    ImportOutcome,
    Kept,
    NewImport,
    NoImport,
    NoTag,
    NotEmpty,
    Progress,
    Published,
    Publisher,
    Stage,
    Status,
    Tag,
)
from node.kernel import jobs, outbound
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import reading
from node.landings.model import Landing
from node.landings.reading import landing_at
from node.projects import verbs as projects
from node.projects.model import NewProject, Project, ProjectTaken
from node.projects.rules import require
from store.database import Tx
from store.digest import Digest
from store.errors import Absent


@asynccontextmanager
async def repository(forge: Forge, who: Party, project: Project) -> AsyncIterator[Path]:
    """Give a bare repository that holds all of `project`, to serve from; it is not to be written.

    Its HEAD is refs/heads/main, at the commit of the newest landing (an empty project: unborn);
    its tags are those of the project. It stays for the length of the block.
    """
    _may_read(who, project)
    async with cache.opened(forge, project) as path:
        yield path


async def receive(
    forge: Forge,
    who: Party,
    project: Project,
    quarantine: Path,
    old: str,
    new: str,
    progress: Progress,
    tags: Mapping[str, str] | None = None,
) -> Landing | ImportOutcome:
    """Take a push to refs/heads/main that moves it from commit `old` to commit `new`.

    `quarantine` is a bare repository that holds the objects of the push, and may borrow the rest
    from the one that `repository` gives; ids are hexadecimal, 40 zeros where there was nothing. An
    empty project takes each commit as a landing, and takes in with them what the push says of
    `tags`, names with the objects they stand for; another one takes all of them as one landing, of
    which `new` becomes the commit. Raises `Denied`, `FetchFirst`, `BadPush`, `BadImport` or what
    `landings.land` raises, and then nothing changed.
    """
    require(who, Action.LAND, project)
    return await receiving.receive(forge, who, project, quarantine, old, new, progress, tags or {})


async def tag(
    forge: Forge, who: Party, project: Project, name: str, oid: str, quarantine: Path
) -> Tag:
    """Name a commit or a tag object `oid`, which `quarantine` or the project holds, `name`.

    `name` is what follows refs/tags/. Raises `Denied`, `TagTaken` or `BadPush`.
    """
    require(who, Action.LAND, project)
    return await receiving.tag(forge, who, project, name, oid, quarantine)


async def untag(forge: Forge, who: Party, project: Project, name: str) -> None:
    """Forget a tag; raises `Denied` and `NoTag`."""
    require(who, Action.WRITE_SETTINGS, project)
    await receiving.untag(forge, who, project, name)


async def tags(forge: Forge, who: Party, project: Project) -> list[Tag]:
    """Return the tags of `project`, by name."""
    _may_read(who, project)
    return await forge.db.read(lambda tx: rows.tags(tx, project.key))


async def named(forge: Forge, who: Party, project: Project, name: str) -> int:
    """Return the position that a tag names; raises `NoTag`."""
    _may_read(who, project)
    found = await forge.db.read(lambda tx: rows.tag(tx, project.key, name))
    if found is None or found.position is None:
        raise NoTag(name)
    return found.position


async def commit_of(forge: Forge, who: Party, project: Project, position: int) -> str:
    """Return the id of the commit that the landing at `position` is in git.

    Raises `NoSuchPosition`.
    """
    _may_read(who, project)

    def known(tx: Tx) -> str | None:
        landing_at(tx, project, position)
        return rows.commit_at(tx, project.key, position)

    found = await forge.db.read(known)
    if found is None:
        async with cache.opened(forge, project):
            found = await forge.db.read(known)
    assert found is not None
    return found


def position_of(tx: Tx, project: int, commit: str) -> int | None:
    """Return the position whose landing is `commit` in git; None if there is none known."""
    return rows.position_of(tx, project, commit)


async def published(forge: Forge, who: Party, whom: Publisher) -> list[Published]:
    """Return what somebody on another forge has published; see `node.imports.published`."""
    return await publishing.published(forge, who, whom)


async def start(forge: Forge, who: Party, account: str, new: NewImport) -> Import:
    """Owe an import: a new project of `account` with the history of the repository at a URL.

    A project of this handle that is still empty is taken instead. Raises `BadUrl`, `NotPublic`,
    `NotEmpty` and what `projects.create` raises.
    """
    outbound.parsed(new.url)
    project = await _project_for(forge, who, account, new)
    now = forge.now()
    one = Import(
        id=forge.ids.session(),
        project=project.key,
        account=who.account or 0,
        url=new.url,
        stage=Stage.METADATA,
        status=Status.QUEUED,
        done=0,
        total=0,
        warnings=(),
        fault=None,
        message=None,
        created_at=now,
        updated_at=now,
    )

    def write(tx: Tx) -> None:
        projects.current(tx, who, project, Action.LAND)
        if project.key in rows.under_way(tx) or reading.head_of(tx, project).position:
            raise NotEmpty(project.address)
        rows.put_import(tx, one)
        jobs.enqueue(tx, KIND, {"import": one.id}, now)
        audit.append(tx, who, project.key, "project.import", {"url": new.url}, now)

    await forge.db.write(write)
    return one


async def _project_for(forge: Forge, who: Party, account: str, new: NewImport) -> Project:
    try:
        return await projects.create(
            forge, who, account, NewProject(handle=new.handle, visibility=new.visibility)
        )
    except ProjectTaken:
        return await projects.get(forge, who, account, new.handle)


async def get(forge: Forge, who: Party, name: str) -> tuple[Import, Project]:
    """Return how an import stands, and its project, to who may land there; raises `NoImport`."""
    one = await forge.db.read(lambda tx: rows.an_import(tx, name))
    if one is None:
        raise NoImport(name)
    try:
        project = await projects.by_key(forge, who, one.project)
        require(who, Action.LAND, project)
    except Fault as fault:
        raise NoImport(name) from fault
    return one, project


def is_said_to_be_pushed(session: str, transcript: bytes) -> bool:
    """Return whether a landing would count as a commit that was pushed."""
    try:
        return telling.was_pushed(session, transcripts.decode(transcript))
    except KeysFault:
        return False


async def residue(
    forge: Forge, who: Party, project: Project, after: int, since: int, most: int
) -> tuple[list[Kept], dict[int, str]]:
    """Return what git has besides landings behind the first `after`, and the commits of pushes.

    These are of positions behind `since`; `most` of either.
    """
    _may_read(who, project)
    return await forge.db.read(lambda tx: mirrored.told(forge, tx, project, after, since, most))


async def check_residue(
    forge: Forge, who: Party, project: Project, ids: Collection[Digest]
) -> None:
    """Raise `Absent` unless git needs all of `ids` besides landings."""
    _may_read(who, project)
    found = await forge.db.read(lambda tx: mirrored.objects(forge, tx, project))
    for one in ids:
        if one not in found:
            raise Absent(one)


def inherit(tx: Tx, origin: int, project: int) -> None:
    """Give a fork what git calls things of its origin, so that both have the same commits."""
    rows.inherit(tx, origin, project)


def let_go(tx: Tx, project: int) -> None:
    """Forget what git needs besides landings, of a mirror whose contents are to go."""
    rows.forget_residue(tx, project)


def residues(tx: Tx) -> Iterator[Kept]:
    """Return the contents that git needs besides landings: the collector keeps them."""
    return rows.all_residue(tx)


def _may_read(who: Party, project: Project) -> None:
    require(who, Action.READ, project)
