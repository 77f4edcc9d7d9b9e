"""One landing: what for, how it came about, who vouches for it, what changed."""

from dataclasses import dataclass

from aiohttp import web

from keys.statements import transcript as transcripts
from node.forks import verbs as forks
from node.kernel.forge import Forge
from node.landings import succeeding
from node.landings import verbs as landings
from node.landings.model import Landing
from node.replication import overview
from node.replication.overview import Held
from node.sessions import verbs as sessions
from web import forms
from web.areas.landings.changes import Changes, changes_of
from web.areas.landings.talk import Talk, talk_of
from web.areas.landings.vouching import Vouched, vouched
from web.creators import Creators, creators_at
from web.faces import Faces, faces_at
from web.page import LONG, forge_of, party_of, render
from web.places import Place, place_of, tags_of


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows.

    `outlived` says so where the project had another home by then.
    """

    place: Place
    landing: Landing
    vouched: Vouched
    held: Held | None
    started_at: int
    talk: Talk
    changes: Changes
    tags: list[str]
    previous: Landing | None
    next: Landing | None
    outlived: str
    faces: Faces
    creators: Creators


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
    near = await landings.log(forge, who, place.project, position + 2, 3)
    came_from = await forks.came_from(forge, who, detail.landing)
    view = View(
        place=place,
        landing=detail.landing,
        vouched=vouched(detail, came_from),
        held=await overview.of_project(forge, who, place.project),
        started_at=await _started(request, place, detail.landing),
        talk=talk_of(request, said.conversation, said.decisions),
        changes=changes,
        tags=(await tags_of(request, place)).get(position, []),
        previous=next((one for one in near if one.position == position - 1), None),
        next=next((one for one in near if one.position == position + 1), None),
        outlived=await _outlived(forge, place, position),
        faces=await faces_at(request, place, [detail.landing.author]),
        creators=await _creators(request, place, detail.landing),
    )
    return render(request, "areas/landings/show.html", view, is_long=changes.lines > LONG)


async def _creators(request: web.Request, place: Place, landing: Landing) -> Creators:
    is_foreign = landing.imported is not None or landing.carried is not None
    return [] if is_foreign else await creators_at(request, place, landing.author)


async def _outlived(forge: Forge, place: Place, position: int) -> str:
    """Say that a landing was acknowledged here after the project moved, nothing for any other."""
    move = await succeeding.move_of(forge, place.project)
    if move is None or not move.stays or position <= move.position:
        return ""
    return f"Landed here after the project moved; it counts nowhere else. {move.advice}"


async def _started(request: web.Request, place: Place, landing: Landing) -> int:
    session = await sessions.get(
        forge_of(request), party_of(request), place.project, landing.session
    )
    return session.started_at
