"""Every page can be read by everybody: axe finds nothing serious, nothing scrolls sideways.

The pages are those of the table of routes: a new one is looked at without a line here.
"""

import re

import pytest

from web.areas_table import ROUTES

pytestmark = [pytest.mark.slow, pytest.mark.journey]

NAMES = {
    "account": "mycelia",
    "project": "spore",
    "organization": "mycelia",
    "position": "6",
    "session": "hand-over-to-neighbours",
    "shelf": "how-to",
    "document": "run-a-node",
}
PATHS = {"tree": ["src"], "blob": ["src/outbox.rs", "docs/wire.md"], "blame": ["src/outbox.rs"]}
NO_PAGE = re.compile(
    r"/(raw|archive|live|paths|export\.zip|badge\.svg)\b|\{(token|id|kind)\}|\.(md|txt|xml|json|atom|svg)$"
)
NOT_FOUND = ["/nobody", "/mycelia/spore/blob/none"]
OWN = re.compile(
    r"^/(account|organizations|invitations|deleted|projects|notifications|settings)|/settings"
)
WIDE = """() => {
  const wide = document.documentElement.scrollWidth > innerWidth;
  const parts = [...document.querySelectorAll("main *")].filter((one) =>
    one.getBoundingClientRect().right > innerWidth + 1 &&
    !one.closest(".tabs, .activity-frame, .home-art, .table-frame, pre, .unseen, .prose table"));
  return wide ? parts.slice(0, 5).map((one) => one.outerHTML.slice(0, 120)) : [];
}"""


def plain(path):
    return re.sub(r"\{(\w+):[^}]*\}(?:\})?", r"{\1}", path)


def pages():
    """Yield the path of each page that somebody can look at."""
    for route in ROUTES:
        path = plain(route.path)
        if route.method != "GET" or NO_PAGE.search(path):
            continue
        kind = next((kind for kind in PATHS if f"/{kind}/" in path), None)
        for one in PATHS.get(kind, [""]):
            names = NAMES | {"path": one}
            if set(re.findall(r"\{(\w+)\}", path)) <= set(names):
                yield path.format(**names)
    yield from NOT_FOUND


PAGES = sorted(set(pages()))


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everybody(visit, axe, path):
    visitor = visit(as_="hazel" if OWN.search(path) else None)
    page = visitor.go(path)
    page.evaluate(axe)
    assert grave(page, {}) == []
    page.emulate_media(color_scheme="dark")
    assert grave(page, {"runOnly": ["color-contrast"]}) == []
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.evaluate(WIDE)


def grave(page, options):
    """What axe calls serious or critical on a page, with the parts that it is about."""
    found = page.evaluate("async (options) => (await axe.run(options)).violations", options)
    return [
        (one["id"], one["impact"], [node["html"][:200] for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


def test_a_fault_would_be_found(visit, axe):
    page = visit().go("/")
    page.evaluate("document.querySelector('main').innerHTML = '<img src=x><a href=#></a>'")
    page.evaluate(axe)
    assert {one[0] for one in grave(page, {})} >= {"image-alt", "link-name"}
