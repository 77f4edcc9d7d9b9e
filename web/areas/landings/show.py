"""One landing: what for, how it came about, who vouches for it, what changed."""

from dataclasses import dataclass

from aiohttp import web

from keys.statements import transcript as transcripts
from keys.statements.transcript import Decision, Message
from node.forks import verbs as forks
from node.landings import verbs as landings
from node.landings.model import Landing
from node.projects.model import Project
from node.sessions import verbs as sessions
from web import forms
from web.areas.landings.changes import Changes, changes_of
from web.page import LONG, forge_of, party_of, render
from web.places import Place, place_of, tags_of


@dataclass(frozen=True, slots=True)
class Said:
    """One moment of the session: a message, or a decision."""

    at: int
    message: Message | None
    decision: Decision | None


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    place: Place
    landing: Landing
    verified: bool
    is_signed: bool
    started_at: int
    said: list[Said]
    messages: int
    decisions: int
    changes: Changes
    tags: list[str]
    previous: Landing | None
    next: int | None
    came_from: Project | None


async def lead(request: web.Request) -> web.StreamResponse:
    """Lead from `account/project/@N`, as landings are named everywhere, to the landing."""
    place = await place_of(request)
    raise forms.seen_other(place.landing(int(request.match_info["position"])))


async def show(request: web.Request) -> web.StreamResponse:
    """Show the landing at a position."""
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    position = int(request.match_info["position"])
    detail = await landings.detail(forge, who, place.project, position)
    sources = await landings.sources(forge, who, place.project, detail)
    ends = (position - 1, position)
    changes = await changes_of(request, place, detail.changes, ends, sources)
    said = transcripts.decode(detail.transcript)
    earlier = await landings.log(forge, who, place.project, position, 1)
    view = View(
        place=place,
        landing=detail.landing,
        verified=detail.verified,
        is_signed=detail.statement is not None,
        started_at=await _started(request, place, detail.landing),
        said=_in_order(said.conversation, said.decisions),
        messages=len(said.conversation),
        decisions=len(said.decisions),
        changes=changes,
        tags=(await tags_of(request, place)).get(position, []),
        previous=earlier[0] if earlier else None,
        next=position + 1 if position < place.head else None,
        came_from=await forks.came_from(forge, who, detail.landing),
    )
    return render(request, "areas/landings/show.html", view, is_long=changes.lines > LONG)


async def _started(request: web.Request, place: Place, landing: Landing) -> int:
    session = await sessions.get(
        forge_of(request), party_of(request), place.project, landing.session
    )
    return session.started_at


def _in_order(messages: tuple[Message, ...], decisions: tuple[Decision, ...]) -> list[Said]:
    said = [Said(message.at, message, None) for message in messages]
    said += [Said(decision.at, None, decision) for decision in decisions]
    return sorted(said, key=lambda moment: moment.at)
