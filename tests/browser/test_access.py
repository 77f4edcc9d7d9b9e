"""Every page can be read by everybody: axe finds nothing serious, nothing scrolls sideways.

On a phone every link and button is large enough for a finger, or far enough from the next one.

The pages are those of the table of routes: a new one is looked at without a line here, unless its
address has a name that nobody can guess.
"""

import json

import pytest

from node.imports import verbs as imports
from node.imports.model import NewImport
from node.invitations import verbs as invitations
from node.landings import verbs as landings
from node.projects import verbs as projects
from node.projects.model import NewProject
from tests.browser.routes import ADDRESSES, FILES, LEAD_ELSEWHERE, OWN, UNGUESSED, WIDE
from tests.support.drafts import a_draft
from tests.support.forges import the_keeper

pytestmark = [pytest.mark.slow, pytest.mark.journey]

NAMES = {
    "account": "mycelia",
    "project": "spore",
    "organization": "mycelia",
    "position": "6",
    "session": "hand-over-to-neighbours",
    "shelf": "how-to",
    "document": "run-a-node",
    "version": "next",
}
PATHS = {"tree": ["src"], "blob": ["src/outbox.rs", "docs/wire.md"], "blame": ["src/outbox.rs"]}
LONG = "w" * 180
NOTEBOOK = {
    "cells": [
        {"cell_type": "markdown", "source": ["# The wire\n", "Every frame, measured."]},
        {
            "cell_type": "code",
            "execution_count": 1,
            "source": "print('frame ' * 40)",
            "outputs": [{"output_type": "stream", "name": "stdout", "text": "frame " * 40}],
        },
    ],
    "metadata": {"language_info": {"name": "python"}},
}
KINDS = {
    "README.md": f"# {LONG}\n\n## קריאה {LONG}\n\n| a | b |\n|---|---|\n| {LONG} | 1 |\n",
    f"{LONG}/{LONG}.txt": f"{LONG * 3}\n\u05e9\u05dc\u05d5\u05dd\n",
    "wire.ipynb": json.dumps(NOTEBOOK),
    "frames.csv": "station,frames," + ",".join(f"hour {n}" for n in range(24)) + "\nalder,7\n",
    "told.rst": f"Told\n====\n\n{LONG}\n",
    "mark.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    "firmware.bin": "\0\1\2",
}
MORE = [
    "/nobody",
    "/mycelia/spore/blob/none",
    "/mycelia/spore/landings/6?diff=split",
    "/mycelia/spore/landings?path=src/outbox.rs",
    "/mycelia/spore/compare?from=3&to=6",
    "/mycelia/spore/find?q=out",
    "/hazel?tab=stars",
    "/search?q=outbox",
    "/search?q=nothingofthekind",
    "/wren/bare",
    "/wren/bare/landings",
    "/wren/bare/sessions",
    "/wren/kinds",
    "/wren/kinds/landings",
    "/wren/kinds/landings/1",
    "/wren/kinds/landings/2",
    "/wren/kinds/landings?path=" + LONG,
    "/wren/kinds/compare?from=0&to=2",
    "/wren/kinds/sessions",
    "/wren",
    f"/search?q={LONG}",
    f"/search?q=in:wren/kinds+{LONG[:40]}",
    f"/wren/kinds/tree/{LONG}",
    f"/wren/kinds/blame/{LONG}/{LONG}.txt",
    *(f"/wren/kinds/blob/{path}" for path in KINDS),
]
"""Other states of the pages: nothing there, nothing found, long, from right to left, each kind."""


def pages():
    """Yield the path of each page that somebody can look at."""
    for path in ADDRESSES:
        if FILES.search(path) or path in LEAD_ELSEWHERE or path in UNGUESSED:
            continue
        kind = next((kind for kind in PATHS if f"/{kind}/" in path), None)
        for one in PATHS.get(kind, [""]):
            yield path.format(**NAMES, path=one)  # a name that is missing fails: name it above
    yield from MORE


PAGES = sorted(set(pages()))


@pytest.fixture(scope="module")
def grounds(house):
    """Make what the story has not: an empty project, one of every kind of file, open links."""
    wren = house.story.people["wren"]

    async def make(forge):
        keeper = (await the_keeper(forge)).party
        await projects.create(forge, wren.party, "wren", NewProject("bare", visibility="public"))
        about = f"{LONG} نهر"
        new = NewProject("kinds", name=LONG[:100], description=about, visibility="public")
        kinds = await projects.create(forge, wren.party, "wren", new)
        files = {path: text.encode() for path, text in KINDS.items()}
        draft = await a_draft(forge, wren, kinds, files, goal=f"מטרה {LONG * 2}")
        await landings.land(forge, wren.party, kinds, draft)
        draft = await a_draft(forge, wren, kinds, {"next": b"x"}, goal=LONG.upper())
        await landings.land(forge, wren.party, kinds, draft)
        asked = NewImport("https://git.example.invalid/tide.git", "tide")
        brought = await imports.start(forge, wren.party, "wren", asked)
        _, secret = await invitations.invite_by_link(forge, keeper)
        return f"/wren/tide/import/{brought.id}", f"/invite/{secret}"

    brought, invited = house.do(make)
    house.settled()
    links = (house.signin("tomas"), invited, brought)
    return dict(zip(UNGUESSED, links, strict=True))


def of(path):
    """Who looks at a page that is not for everybody: who may."""
    return "keeper" if path == "/admin" else "hazel" if OWN.search(path) else None


@pytest.mark.usefixtures("grounds")
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_for_everybody(visit, axe, path):
    looked_at(visit(as_=of(path)), axe, path)


@pytest.mark.parametrize("address", UNGUESSED)
def test_a_page_behind_a_link_is_for_everybody(visit, axe, grounds, address):
    looked_at(visit(as_=UNGUESSED[address] or None), axe, grounds[address])


def looked_at(visitor, axe, path):
    page = visitor.page
    page.goto(visitor.house.url + path)
    assert page.url == visitor.house.url + path, "it led elsewhere: who may look at it?"
    page.evaluate(axe)
    assert grave(page, {}) == []
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 320, "height": 640})
    assert grave(page, {"runOnly": ["color-contrast", "target-size"]}) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.evaluate(WIDE)


@pytest.mark.parametrize("address", sorted(LEAD_ELSEWHERE))
def test_an_address_that_is_no_page_leads_to_one(visit, address):
    visitor = visit(as_=of(address))
    path = address.format(**NAMES)
    answer = visitor.context.request.get(visitor.house.url + path, max_redirects=0)
    assert answer.status in {301, 302, 303, 307, 308}, path


def test_each_name_of_what_is_no_page_is_of_the_table():
    assert set(ADDRESSES) >= LEAD_ELSEWHERE | set(UNGUESSED)


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
