"""All projects that the viewer may see, in the order that they choose."""

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from node.stars import verbs as stars
from node.stars.model import Page, Sort
from web.page import forge_of, party_of, render

SIZE = 20
SAID = {
    Sort.POPULAR: "most stars first",
    Sort.TRENDING: "stars and landings of the last seven days first",
    Sort.RECENT: "what happened last first",
}


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows."""

    page: Page
    sort: Sort

    @property
    def sorts(self) -> list[tuple[str, str, bool]]:
        """Return each order with its address, and whether it is the chosen one."""
        return [(one.value, address(one, 1), one is self.sort) for one in Sort]

    @property
    def said(self) -> str:
        """Say what the order means."""
        return SAID[self.sort]

    @property
    def before(self) -> str:
        """Return the address of the page before, empty on the first."""
        return address(self.sort, self.page.number - 1) if self.page.number > 1 else ""

    @property
    def after(self) -> str:
        """Return the address of the next page, empty on the last."""
        is_last = self.page.number >= self.page.pages
        return "" if is_last else address(self.sort, self.page.number + 1)


async def show(request: web.Request) -> web.StreamResponse:
    """Show a page of projects."""
    forge, who = forge_of(request), party_of(request)
    sort = sort_of(request.query.get("sort", ""))
    page = await stars.explore(forge, who, sort, number_of(request, "page"), SIZE)
    return render(request, "areas/explore/show.html", View(page, sort))


def sort_of(text: str) -> Sort:
    """Return the order that is asked for; any other word is the usual one."""
    return next((one for one in Sort if one.value == text), Sort.POPULAR)


def number_of(request: web.Request, name: str) -> int:
    """Return the page that is asked for, the first for what is no number."""
    text = request.query.get(name, "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 1


def address(sort: Sort, page: int) -> str:
    """Return the address of a page."""
    asked = {} if sort is Sort.POPULAR else {"sort": sort.value}
    more = asked | ({"page": str(page)} if page > 1 else {})
    return f"/explore?{urlencode(more)}" if more else "/explore"
