"""A project's page: its newest landing, its files, its README."""

from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from keys.statements import equivocation
from keys.statements.equivocation import Equivocation
from node.access.model import Action
from node.forks import verbs as forks
from node.forks.model import Lineage
from node.kernel.forge import Forge
from node.landings import succeeding
from node.landings import verbs as landings
from node.landings.model import Landing
from node.languages import verbs as languages
from node.languages.model import Share
from node.projects.moved import Moved
from node.projects.rules import allows
from node.replication import overview, peering
from node.replication import verbs as replication
from node.replication.overview import Held
from node.stars import verbs as stars
from node.stars.model import Standing
from node.trees import verbs as trees
from web.areas.project import directory
from web.areas.project.data import described
from web.areas.project.licence import Licence, licences_of
from web.areas.project.readme import readme_of
from web.creators import Creators, creators_at
from web.faces import Faces, faces_at
from web.page import forge_of, party_of, render
from web.places import Place, place_of

RECENT = 200
SHOWN = 20


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `origins` counts the newest landings by origin.

    `verified` says that home and author both signed the newest landing, which was looked at now.

    `notes` are what a reader should know first: that this is a mirror, that a home contradicted
    itself; each with its tone. `copies` are those at other nodes, None where nobody said so.
    `count` counts the entries of the root, also those that one page does not show.
    """

    place: Place
    newest: Landing | None
    verified: bool
    faces: Faces
    rows: list[directory.Row]
    count: int
    size: int
    licences: list[Licence]
    readme_name: str
    readme: Markup
    origins: list[tuple[str, int]]
    notes: list[tuple[str, str]]
    copies: Held | None
    standing: Standing
    lineage: Lineage | None
    languages: list[Share]
    may_land: bool
    data: dict[str, object]
    creators: Creators


async def show(request: web.Request) -> web.StreamResponse:
    """Show a project at its head, or at the position asked for."""
    forge, who = forge_of(request), party_of(request)
    place = await place_of(request)
    listed = await trees.listing(forge, who, place.project, place.position)
    newest = await landings.log(forge, who, place.project, place.position + 1, 1)
    name, readme = await readme_of(request, place, listed, "")
    view = View(
        place=place,
        newest=newest[0] if newest else None,
        verified=bool(newest) and await landings.is_vouched(forge, who, place.project, newest[0]),
        faces=await faces_at(request, place, (one.author for one in newest)),
        rows=await directory.rows_of(forge, who, place, listed, ""),
        count=len(listed),
        size=sum(entry.size for _, entry in listed),
        licences=await licences_of(request, place, listed),
        readme_name=name,
        readme=readme,
        origins=await _origins(request, place),
        notes=await _notes(forge, place),
        copies=await overview.of_project(forge, who, place.project),
        standing=await stars.standing(forge, who, place.project),
        lineage=await forks.lineage(forge, who, place.project),
        languages=await languages.shares(forge, who, place.project),
        may_land=allows(who, Action.LAND, place.project),
        data=await described(forge, place.project),
        creators=await creators_at(request, place, place.project.account),
    )
    await stars.viewed(forge, who, place.project)
    return render(request, "areas/project/show.html", view)


async def _notes(forge: Forge, place: Place) -> list[tuple[str, str]]:
    project = place.project
    kept = await replication.equivocations(forge, project.id)
    found = [equivocation.decode(proof) for _, _, proof in kept[:SHOWN]]
    move = await succeeding.move_of(forge, project)
    if move is not None and move.stays and project.home:
        return [(str(Moved(project.home, move.position, project.id)), "bad")]
    mirror = [(await _whose(forge, place, project.home), "warn")] if project.home else []
    return mirror + [(_said(one), "bad") for one in found]


async def _whose(forge: Forge, place: Place, home: str) -> str:
    """Say who orders a mirror: by the name that the node gives itself, too, if it is known."""
    peer = await peering.of_did(forge, home)
    name = f"{peer.name}, {home}," if peer is not None and peer.name else home
    return (
        f"This is a mirror. The node {name} orders this project, and what is landed here is passed"
        f" on to it; this node has checked every landing up to @{place.head} itself."
    )


def _said(proof: Equivocation) -> str:
    """Say what a home did; the signed proof of it is kept."""
    if proof.documents:
        what = f"signed a record for @{proof.position} that does not count: it orders no more there"
    else:
        what = f"signed two records for @{proof.position}"
    return f"The node {proof.signer} {what}. The proof is kept, and anybody can check it."


async def _origins(request: web.Request, place: Place) -> list[tuple[str, int]]:
    forge, who = forge_of(request), party_of(request)
    counts = await landings.origins(forge, who, place.project, place.position + 1, RECENT)
    kinds = ("human", "ai-assisted", "ai-generated", "unknown")
    return [(kind, counts[kind]) for kind in kinds if kind in counts]
