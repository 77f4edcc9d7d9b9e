"""The search page: what has all the words, of what the viewer may see."""

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from node.search import rules
from node.search import verbs as searching
from node.search.model import MOST_COUNTED, Question, Results, Scope
from web.faces import Faces, faces_of
from web.page import forge_of, party_of, render

NAMES = {
    Scope.ALL: "Everything",
    Scope.PROJECTS: "Projects",
    Scope.CODE: "Code",
    Scope.REASONS: "Reasons",
    Scope.PEERS: "Peers",
}
SHELF = 5
"""How many projects are named of those that have hits."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One scope, its address, and how much it has: `1,000+` beyond what is counted."""

    name: str
    url: str
    count: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `wider` is the way out of one project to all.

    `where` are the projects with most hits: address, how many, and the way to these alone.
    `elsewhere` is how many others there are, `kept` what the filters keep of the address.
    """

    typed: str
    asked: Question
    wider: str
    tabs: list[Tab]
    found: Results
    where: list[tuple[str, int, str]]
    elsewhere: int
    kept: list[tuple[str, str]]
    previous: str
    next: str
    faces: Faces

    @property
    def has_any(self) -> bool:
        """Whether anything was found."""
        found = self.found
        return bool(found.projects or found.reasons or found.files or found.peers)


async def show(request: web.Request) -> web.StreamResponse:
    """Search for `?q=`, in `?scope=`, in all or in `?project=`, from `?page=` on.

    Each `?origin=` is one from which landings and sessions may come.
    """
    forge, who = forge_of(request), party_of(request)
    typed = request.query.get("q", "")[: rules.LONGEST]
    origins = request.query.getall("origin", [])[: len(rules.ORIGINS)]
    asked = rules.question(typed, request.query.get("project", "")[:200], origins)
    scope = _scope(request.query.get("scope", ""))
    page = _page(request.query.get("page", ""))
    found = await searching.search(forge, who, asked, scope, page)

    def url(to: Scope = scope, number: int = 1, project: str = asked.project) -> str:
        told = [
            ("q", typed),
            ("scope", to.value if to is not Scope.ALL else ""),
            ("project", project),
            *(("origin", one) for one in asked.origins if origins),
            ("page", str(number) if number > 1 else ""),
        ]
        return "/search?" + urlencode([(name, value) for name, value in told if value])

    scopes = [one for one in Scope if one is not Scope.PEERS or who.is_admin]
    where = [] if asked.project else list(found.where)
    kept = {"q": typed, "scope": scope.value, "project": asked.project}

    view = View(
        typed=typed,
        asked=asked,
        wider=url(project="") if request.query.get("project") else "",
        tabs=[Tab(NAMES[one], url(one), _count(found, one), one is scope) for one in scopes],
        found=found,
        where=[(one, count, url(project=one)) for one, count in where[:SHELF]],
        elsewhere=max(0, len(where) - SHELF),
        kept=[(name, value) for name, value in kept.items() if value],
        previous=url(number=page - 1) if page > 1 else "",
        next=url(number=page + 1) if found.has_more else "",
        faces=await faces_of(request, (one.author for one in found.reasons if one.is_account)),
    )
    return render(request, "areas/search/show.html", view)


def _scope(text: str) -> Scope:
    return Scope(text) if text in set(Scope) else Scope.ALL


def _page(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) else 1


def _count(found: Results, scope: Scope) -> str:
    count = found.counts[scope]
    return f"{count:,}+" if count >= MOST_COUNTED else f"{count:,}"
