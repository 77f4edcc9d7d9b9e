"""Where in a project a page is: the project, the position that is shown, the newest one."""

from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from keys.statements.notice import Notice
from node.access.model import Action, NoProject
from node.imports import verbs as imports
from node.imports.model import NoTag
from node.kernel.errors import Invalid, Missing
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import verbs as landings
from node.projects import mirroring
from node.projects import verbs as projects
from node.projects.model import Project
from node.projects.rules import allows
from node.replication import verbs as replication
from node.sessions import verbs as sessions
from web.page import forge_of, party_of


@dataclass(frozen=True, slots=True)
class Place:
    """A project at a position; `pinned` when the address names one, so that links keep it.

    `has_settings` when the viewer may change something about it; `active` counts sessions.
    """

    project: Project
    position: int
    head: int
    pinned: bool
    node: str
    has_settings: bool = False
    active: int = 0

    def url(self, page: str = "", path: str = "", *, at: int | None = None, more: str = "") -> str:
        """Return the address of a page of this project, at this position if it is pinned.

        `more` is a query that goes with it, as `as=code`.
        """
        parts = (self.project.account, self.project.handle, page, path)
        where = "/" + "/".join(quote(part, safe="/") for part in parts if part)
        position = at if at is not None else self.position if self.pinned else None
        query = "&".join(filter(None, (more, "" if position is None else f"at={position}")))
        return f"{where}?{query}" if query else where

    def named(self, tag: str) -> str:
        """Return the address of the files at the position that `tag` names."""
        return f"/{self.project.address}?at={quote(tag, safe='')}"

    def landing(self, position: int) -> str:
        """Return the address of a landing."""
        return f"/{self.project.address}/landings/{position}"

    @property
    def address(self) -> str:
        """What `mic clone` takes."""
        return f"{self.node}/{self.project.address}"


class MirrorEnded(Missing):
    """A mirror was here, and its home has taken the project back."""

    def __init__(self, notice: Notice) -> None:
        what = "deleted it" if notice.state == "deleted" else "keeps it to itself now"
        super().__init__(
            "project.withdrawn",
            f"This was a mirror. Its home {what}, so this node shows it no more.",
            id=notice.project,
        )


async def place_of(request: web.Request) -> Place:
    """Return where the address of `request` is; raises `Missing` or `Invalid`."""
    forge, who, match = forge_of(request), party_of(request), request.match_info
    project = await _project(forge, who, match["account"], match["project"])
    if project.is_mirror:
        await replication.used(forge, project.key)
    head = await landings.head(forge, who, project)
    asked = await position_of(request, project, request.query.get("at", ""))
    shown = head.position if asked is None else asked
    may = allows(who, Action.WRITE_SETTINGS, project) or allows(who, Action.MANAGE, project)
    active = await sessions.count_active(forge, who, project)
    return Place(project, shown, head.position, asked is not None, forge.node.url, may, active)


async def _project(forge: Forge, who: Party, account: str, handle: str) -> Project:
    try:
        return await projects.get(forge, who, account, handle)
    except NoProject:
        notice = await mirroring.ended(forge, account, handle)
        if notice is None:
            raise
    raise MirrorEnded(notice)


async def position_of(request: web.Request, project: Project, text: str) -> int | None:
    """Read `N`, `@N`, `latest`, `head`, nothing, or the name of a position: a tag.

    None for the newest; raises `Invalid` for what is no position.
    """
    name = text.removeprefix("@")
    if name.lower() in {"", "latest", "head"}:
        return None
    if name.isascii() and name.isdigit() and len(name) <= 12:
        return int(name)
    try:
        return await imports.named(forge_of(request), party_of(request), project, text)
    except NoTag as fault:
        raise Invalid(
            "position.malformed", f"{text[:40]!r} is no position; write ?at=12, or a tag."
        ) from fault


async def tags_of(request: web.Request, place: Place) -> dict[int, list[str]]:
    """Return the names that positions of a project have."""
    found: dict[int, list[str]] = {}
    for tag in await imports.tags(forge_of(request), party_of(request), place.project):
        if tag.position is not None:
            found.setdefault(tag.position, []).append(tag.name)
    return found
