"""Search for programs: the same questions and hits as on the page."""

from typing import cast

from aiohttp import web

from mic.sync import edge
from mic.wire import search as wire
from mic.wire.messages import Origin
from node.kernel.errors import Invalid
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.search import rules
from node.search import verbs as searching
from node.search.model import FileHit, Pieces, ProjectHit, ReasonHit, Results, Scope

LONGEST_PROJECT = 300


async def search(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Search for `?q=` in `?scope=`, in all that the asker may see or in `?project=`."""
    asked = rules.question(
        request.query.get("q", ""), request.query.get("project", "")[:LONGEST_PROJECT]
    )
    page = edge.number(request, "page") or 1
    found = await searching.search(forge, who, asked, _scope(request), page)
    return edge.reply(_found(found))


def _scope(request: web.Request) -> Scope:
    text = request.query.get("scope", Scope.ALL.value)
    if text not in wire.SCOPES:
        raise Invalid("search.scope", f"Searched is {', '.join(wire.SCOPES)}, not {text[:40]!r}.")
    return Scope(text)


def _found(found: Results) -> wire.Found:
    return wire.Found(
        counts=wire.Counts(
            projects=found.counts[Scope.PROJECTS],
            code=found.counts[Scope.CODE],
            reasons=found.counts[Scope.REASONS],
        ),
        more=found.has_more,
        projects=[_project(one) for one in found.projects],
        files=[_file(one) for one in found.files],
        reasons=[_reason(one) for one in found.reasons],
    )


def _project(hit: ProjectHit) -> wire.ProjectFound:
    return wire.ProjectFound(project=hit.address, description=_plain(hit.about))


def _file(hit: FileHit) -> wire.FileFound:
    return wire.FileFound(
        project=hit.address,
        position=hit.position,
        path=hit.plain_path,
        matching=hit.count,
        lines=[wire.LineFound(number=one.number, text=_plain(one.text)) for one in hit.lines],
    )


def _reason(hit: ReasonHit) -> wire.ReasonFound:
    return wire.ReasonFound(
        project=hit.address,
        position=hit.position or 0,
        session=hit.session,
        goal=_plain(hit.title),
        kind=hit.kind,
        text=_plain(hit.text),
        author=hit.author,
        origin=cast("Origin", hit.origin),
        made_at=hit.made_at,
    )


def _plain(text: Pieces) -> str:
    return "".join(piece for piece, _ in text)
