"""The search page: what has all the words, of what the viewer may see."""

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from node.search import rules
from node.search import verbs as searching
from node.search.model import MOST_COUNTED, Results, Scope
from web.faces import Faces, faces_of
from web.page import forge_of, party_of, render

NAMES = {
    Scope.ALL: "Everything",
    Scope.PROJECTS: "Projects",
    Scope.CODE: "Code",
    Scope.REASONS: "Reasons",
}


@dataclass(frozen=True, slots=True)
class Tab:
    """One scope, its address, and how much it has: `1,000+` beyond what is counted."""

    name: str
    url: str
    count: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows; `project` is what it is narrowed to, `wider` the way out of that."""

    typed: str
    project: str
    wider: str
    tabs: list[Tab]
    is_asked: bool
    found: Results
    previous: str
    next: str
    faces: Faces


async def show(request: web.Request) -> web.StreamResponse:
    """Search for `?q=`, in `?scope=`, in all or in `?project=`, from `?page=` on."""
    forge, who = forge_of(request), party_of(request)
    typed = request.query.get("q", "")[: rules.LONGEST]
    asked = rules.question(typed, request.query.get("project", "")[:200])
    scope = _scope(request.query.get("scope", ""))
    page = _page(request.query.get("page", ""))
    found = await searching.search(forge, who, asked, scope, page)

    def url(to: Scope = scope, number: int = 1, project: str = asked.project) -> str:
        told = {
            "q": typed,
            "scope": to.value if to is not Scope.ALL else "",
            "project": project,
            "page": str(number) if number > 1 else "",
        }
        return "/search?" + urlencode({name: value for name, value in told.items() if value})

    view = View(
        typed=typed,
        project=asked.project,
        wider=url(project="") if request.query.get("project") else "",
        tabs=[Tab(NAMES[one], url(one), _count(found, one), one is scope) for one in Scope],
        is_asked=not asked.is_empty,
        found=found,
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
