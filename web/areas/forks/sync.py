"""A fork and its origin: what landed there since, and the button that brings it here."""

from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from node.access.model import Action
from node.forks import syncing
from node.forks import verbs as forks
from node.forks.model import Lineage, NoFork, SyncConflicts, Synced
from node.kernel.errors import Fault
from node.landings import verbs as landings
from node.landings.model import Landing
from node.projects.rules import allows
from web import forms
from web.faces import Faces, faces_of
from web.failures import status_of
from web.page import forge_of, party_of, render
from web.places import Place, place_of

SHOWN = 20
SIDE = "side:"

Side = Literal["ours", "theirs"]


@dataclass(frozen=True, slots=True)
class Clash:
    """A path that both sides changed, and why that cannot be merged."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: the origin's newest landings that are not here, and what clashes.

    `decided` are paths that were decided before, kept while others are.
    """

    place: Place
    lineage: Lineage
    waiting: list[Landing]
    faces: Faces
    may_sync: bool
    clashes: list[Clash] = field(default_factory=list)
    decided: list[tuple[str, str]] = field(default_factory=list)
    said: str = ""
    problem: str = ""


async def show(request: web.Request) -> web.StreamResponse:
    """Show what a sync would bring."""
    return await _page(request, None, {})


async def sync(request: web.Request) -> web.StreamResponse:
    """Bring it, or show what has to be decided first."""
    forge, who, form = forge_of(request), party_of(request), await forms.typed(request)
    place = await place_of(request)
    chosen = sides(form)
    done: list[Synced] = []

    async def bring() -> None:
        done.append(await syncing.sync(forge, who, place.project, chosen))

    if fault := await forms.fault_of(bring()):
        return await _page(request, fault, chosen)
    raise forms.seen_other(f"/{place.project.address}/{'sync' if done[0].left else 'landings'}")


def sides(form: forms.Typed) -> dict[str, Side]:
    """Return which side is to stand at which path, as the form says."""
    words: dict[str, Side] = {"ours": "ours", "theirs": "theirs"}
    named = {name: forms.text(form, name) for name in form if name.startswith(SIDE)}
    return {name[len(SIDE) :]: words[said] for name, said in named.items() if said in words}


async def _page(
    request: web.Request, fault: Fault | None, chosen: dict[str, Side]
) -> web.StreamResponse:
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    lineage = await forks.lineage(forge, who, place.project)
    if lineage is None:
        raise NoFork(place.project.address)
    waiting: list[Landing] = []
    if lineage.origin is not None and lineage.behind:
        some = min(SHOWN, lineage.behind)
        waiting = await landings.log(forge, who, lineage.origin, limit=some)
    view = View(
        place=place,
        lineage=lineage,
        waiting=waiting,
        faces=await _faces(request, lineage, waiting),
        may_sync=allows(who, Action.LAND, place.project),
        clashes=_clashes(fault),
        decided=list(chosen.items()),
        problem=fault.message if fault else "",
    )
    status = status_of(fault) if fault else 200
    return render(request, "areas/forks/sync.html", view, status)


async def _faces(request: web.Request, lineage: Lineage, waiting: list[Landing]) -> Faces:
    if lineage.origin is None or lineage.origin.is_mirror:
        return {}
    return await faces_of(request, (one.author for one in waiting))


def _clashes(fault: Fault | None) -> list[Clash]:
    if not isinstance(fault, SyncConflicts):
        return []
    return [Clash(path, reason) for path, reason in sorted(fault.reasons.items())]
