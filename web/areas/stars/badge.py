"""A badge: a small picture of what a project has, for other sites to show."""

from aiohttp import web
from markupsafe import escape

from node.access.rules import PUBLIC
from node.kernel.errors import Missing
from node.projects import verbs as projects
from node.projects.model import Project
from node.stars import verbs as stars
from web.page import HEADERS, forge_of, party_of
from web.phrases import number, plural

SECONDS = 300
"""How long others may keep a badge."""

HEIGHT = 20
LETTER, PADDING = 6, 10
LABEL, VALUE = "#2f3237", "#1b7f4b"


class NoBadge(Missing):
    """There is no badge of that kind."""

    def __init__(self, kind: str) -> None:
        kinds = " or ".join(KINDS)
        super().__init__("badge.missing", f"A badge shows {kinds}, not {kind[:40]!r}.")


async def show(request: web.Request) -> web.StreamResponse:
    """Draw the badge of a project: its stars, or its newest landing."""
    forge, who, match = forge_of(request), party_of(request), request.match_info
    project = await projects.get(forge, who, match["account"], match["project"])
    kind = request.query.get("kind", KINDS[0])
    if kind not in KINDS:
        raise NoBadge(kind)
    (one,) = await stars.facts(forge, [project])
    value = plural(one.stars, "star") if kind == "stars" else f"@{number(one.landings)}"
    return web.Response(
        text=drawn(project.address, value), content_type="image/svg+xml", headers=_headers(project)
    )


KINDS = ("stars", "landing")


def _headers(project: Project) -> dict[str, str]:
    """Return headers that let any site show the badge of a public project."""
    is_public = project.visibility == PUBLIC
    return HEADERS | {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "cross-origin" if is_public else "same-origin",
        "Cache-Control": f"{'public' if is_public else 'private'}, max-age={SECONDS}",
    }


def drawn(label: str, value: str) -> str:
    """Return the picture of a word and its value, beside each other."""
    left, right = (LETTER * len(text) + PADDING for text in (label, value))
    said, name, shown = escape(f"{label}: {value}"), escape(label), escape(value)
    whole = left + right
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="{HEIGHT}"'
        f' viewBox="0 0 {whole} {HEIGHT}" role="img" aria-label="{said}"><title>{said}</title>'
        f'<clipPath id="r"><rect width="{whole}" height="{HEIGHT}" rx="3"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="{HEIGHT}" fill="{LABEL}"/>'
        f'<rect x="{left}" width="{right}" height="{HEIGHT}" fill="{VALUE}"/></g>'
        '<g fill="#fff" text-anchor="middle" font-family="Verdana,Geneva,sans-serif"'
        f' font-size="11">{_text(left / 2, left - PADDING, str(name))}'
        f"{_text(left + right / 2, right - PADDING, str(shown))}</g></svg>\n"
    )


def _text(middle: float, length: int, text: str) -> str:
    return (
        f'<text x="{middle:g}" y="14" textLength="{length}" lengthAdjust="spacingAndGlyphs">'
        f"{text}</text>"
    )
