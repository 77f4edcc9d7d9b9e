"""Every part in every state: what pages are made of, to look at and to test."""

from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from web.areas.landings.diffs import FileDiff, Line
from web.page import render

ORIGINS = ("human", "ai-assisted", "ai-generated", "unknown")


@dataclass(frozen=True, slots=True)
class View:
    """Sample values for the parts that need some."""

    origins: tuple[str, ...]
    file: FileDiff
    lines: list[Markup]


async def show(request: web.Request) -> web.StreamResponse:
    """Show the design."""
    lines = [
        Markup('<span class="k">def</span> <span class="nf">wait</span>(tries):'),
        Markup('    <span class="sd">"""Return seconds."""</span>'),
        Markup('    <span class="k">return</span> <span class="mi">2</span> ** tries'),
    ]
    drawn = [
        Line("same", 1, 1, lines[0]),
        Line("removed", 2, None, lines[2]),
        Line("added", None, 2, lines[1]),
        Line("added", None, 3, lines[2]),
    ]
    file = FileDiff("src/wait.py", "changed", 2, 1, drawn, "", is_open=True)
    return render(request, "areas/design/show.html", View(ORIGINS, file, lines))
