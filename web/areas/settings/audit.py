"""Who did what to a project, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from node.audit.model import AuditRow
from node.kernel.errors import Invalid
from node.projects import verbs as projects
from web.faces import Faces, faces_of
from web.page import forge_of, party_of, render
from web.places import Place, place_of

PAGE = 50
WORDS = {
    "project.created": "made the project",
    "project.starred": "gave it a star",
    "project.unstarred": "took a star back",
    "project.forked": "forked it",
    "project.synced": "brought in what landed on the origin",
    "project.import": "began an import",
    "project.imported": "imported a history",
    "project.updated": "changed the settings",
    "project.deleted": "deleted the project",
    "project.restored": "brought the project back",
    "project.archived": "archived the project",
    "project.unarchived": "let the project change again",
    "project.transferred": "transferred the project",
    "member.set": "gave a role",
    "member.removed": "took a role away",
    "session.landed": "landed a session",
    "session.abandoned": "gave a session up",
    "invitation.made": "offered the project",
    "invitation.accepted": "accepted the project",
    "invitation.declined": "declined the project",
    "invitation.withdrawn": "took an offer back",
}
SHOWN = (
    "fork",
    "first",
    "last",
    "url",
    "handle",
    "role",
    "position",
    "changed",
    "before",
    "to",
    "name",
)


@dataclass(frozen=True, slots=True)
class Deed:
    """One line: who, what, when, and the facts that say which."""

    handle: str
    what: str
    facts: str
    at: int


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `older` continues it, 0 at the end."""

    place: Place
    deeds: list[Deed]
    older: int
    faces: Faces


async def show(request: web.Request) -> web.StreamResponse:
    """Show fifty deeds."""
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    before = _before(request.query.get("before", ""))
    rows = await projects.history(forge, who, place.project, before, PAGE)
    older = rows[-1].seq if len(rows) == PAGE else 0
    faces = await faces_of(request, (row.handle or "" for row in rows))
    view = View(place, [_deed(row) for row in rows], older, faces)
    return render(request, "areas/settings/audit.html", view)


def _deed(row: AuditRow) -> Deed:
    what = WORDS.get(row.action, row.action)
    by_token = " with a token" if row.token is not None else ""
    return Deed(row.handle or "nobody", what + by_token, _facts(row.metadata), row.at)


def _facts(metadata: Mapping[str, object]) -> str:
    found = ((name, metadata.get(name)) for name in SHOWN)
    return " · ".join(f"{name} {_said(value)}" for name, value in found if value)


def _said(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _before(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Invalid("request.bad-number", f"{text[:40]!r} is not a number.")
    return int(text)
