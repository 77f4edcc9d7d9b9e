"""Every part in every state: what pages are made of, to look at and to test.

What is not here does not exist yet. Colours and icons are read from the files that define them, so
that none is forgotten.
"""

import functools
import re
from dataclasses import dataclass, replace
from pathlib import Path

from aiohttp import web
from markupsafe import Markup

from node.access.model import Member
from node.devices.model import Device
from node.federation.model import Follow
from node.forks.model import Lineage
from node.invitations.model import Invitation
from node.landings.model import Landing
from node.languages.model import Share
from node.llms.model import Llms
from node.organizations.model import Organization
from node.projects.behind import Lag
from node.projects.model import Deleted
from node.projects.moved import Move
from node.replication.model import Seed
from node.replication.overview import Held, Known
from node.sessions.model import Progress, Session
from node.signin.model import Token, WebSession
from node.stars.model import Listed, Page, Standing
from web import design
from web.areas.account.tokens import Form
from web.areas.design import credentials, files, peers, people, profiles, projects, samples
from web.areas.design.files import Files
from web.areas.design.profiles import People
from web.areas.files.crumbs import Crumb
from web.areas.imports.show import Step
from web.areas.landings.changes import Changes
from web.areas.landings.talk import Said
from web.areas.landings.vouching import Vouched
from web.areas.peers.reach import Reach, reach
from web.areas.project.directory import Row
from web.areas.projects.bring import Offer
from web.areas.settings.audit import Deed
from web.design.lines import Run
from web.page import forge_of, render
from web.places import Place

ORIGINS = ("human", "ai-assisted", "ai-generated", "unknown")
BUTTONS = ("button-main", "", "button-danger", "button-quiet")
CHECKED = ({"name": "tests", "said": "passed"}, {"name": "lint", "said": "failed"})
STEPS = (
    Step("Look whether a repository answers", "done"),
    Step("Fetch it", "now", "500 of 9,083", 55),
    Step("Read and check its history", "failed"),
    Step("Land each commit", "later"),
)
_DESIGN = Path(design.__file__).parent


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    colours: tuple[str, ...]
    icons: tuple[str, ...]
    origins: tuple[str, ...]
    buttons: tuple[str, ...]
    place: Place
    earlier: Place
    landings: list[Landing]
    rows: list[Row]
    crumbs: list[Crumb]
    said: list[Said]
    lines: list[Markup]
    runs: list[Run]
    changes: list[Changes]
    active: list[Progress]
    ended: list[Session]
    vouched: list[Vouched]
    readme: Markup
    people: People
    organization: Organization
    members: list[Member]
    invitations: list[Invitation]
    deleted: Deleted
    devices: list[Device]
    browser: WebSession
    tokens: list[Token]
    scopes: list[tuple[str, str]]
    token_form: Form
    deed: Deed
    seeds: list[Seed]
    held: Held
    lag: Lag
    moves: list[Move]
    peers: list[Known]
    reach: Reach
    follows: list[Follow]
    listed: list[Listed]
    offers: list[Offer]
    standing: Standing
    lineages: list[Lineage]
    languages: list[Share]
    models: Llms
    files: Files
    checked: tuple[dict[str, str], ...]
    steps: tuple[Step, ...]
    page: Page


async def show(request: web.Request) -> web.StreamResponse:
    """Show the design."""
    forge = forge_of(request)
    now, drawn = forge.now(), samples.lines()
    landed = samples.landings(now)
    view = View(
        colours=_names("pages/design.css", r"\.swatch-([\w-]+) \{"),
        icons=_names("components/icons.html", r'id="i-([\w-]+)"'),
        origins=ORIGINS,
        buttons=BUTTONS,
        place=samples.place(forge.node.url, now),
        earlier=replace(samples.place(forge.node.url, now), position=3, pinned=True),
        landings=landed,
        rows=samples.rows(landed),
        crumbs=samples.crumbs(),
        said=samples.said(now),
        lines=drawn,
        runs=samples.runs(landed, drawn),
        active=samples.sessions(now),
        ended=samples.ended(now),
        vouched=samples.vouched(),
        changes=[samples.changes(drawn, is_split=split) for split in (False, True)],
        readme=samples.readme(),
        people=profiles.people(now),
        organization=people.organization(now),
        members=people.members(now),
        invitations=people.invitations(now),
        deed=people.deed(now),
        devices=credentials.devices(now),
        browser=credentials.browser(now),
        tokens=credentials.tokens(now),
        scopes=credentials.SCOPES,
        token_form=credentials.FORM,
        deleted=people.deleted(samples.place(forge.node.url, now).project, now),
        seeds=peers.seeds(now),
        held=peers.held(samples.place(forge.node.url, now).project, now),
        lag=peers.lag(samples.place(forge.node.url, now).project, now),
        moves=peers.moves(samples.place(forge.node.url, now).project, now),
        peers=peers.peers(now),
        reach=reach(peers.peers(now), now),
        follows=peers.follows(now),
        listed=projects.listed(samples.place(forge.node.url, now).project, now),
        offers=projects.offers(samples.place(forge.node.url, now).project, now),
        standing=projects.STANDING,
        lineages=projects.lineages(samples.place(forge.node.url, now).project),
        languages=projects.SHARES,
        models=projects.MODELS,
        files=files.files(samples.place(forge.node.url, now).project.address, now),
        checked=CHECKED,
        steps=STEPS,
        page=projects.page(samples.place(forge.node.url, now).project, now),
    )
    return render(request, "areas/design/show.html", view)


@functools.cache
def _names(file: str, pattern: str) -> tuple[str, ...]:
    return tuple(re.findall(pattern, (_DESIGN / file).read_text()))
