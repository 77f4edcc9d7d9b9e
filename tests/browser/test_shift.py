"""A project's page stays where it is while it loads: nothing moves once it is seen.

Fonts and scripts are held back until the page is painted: what they change comes as late as it can.
"""

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.journey]

PAGES = ["/mycelia/spore", "/mycelia/spore/blob/src/outbox.rs", "/mycelia/spore/landings/6", "/"]
WATCH = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const one of list.getEntries())
    window.shifts.push([one.value, ...one.sources.map(({ node, previousRect, currentRect }) => [
      node?.outerHTML?.slice(0, 120) ?? node?.nodeName, previousRect.y, currentRect.y])]);
}).observe({ type: "layout-shift", buffered: true });
"""
PAINTED = """() => new Promise((done) => new PerformanceObserver((list) =>
  list.getEntriesByName("first-contentful-paint").length && done()
).observe({ type: "paint", buffered: true }))"""
SETTLED = """async () => {
  await document.fonts.ready;
  for (let n = 0; n < 3; n++) await new Promise((done) => requestAnimationFrame(done));
}"""


@pytest.mark.parametrize("width", [320, 768, 1280])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_moves(visit, path, width):
    assert moved(visit(width=width), path) == []


def test_what_moves_would_be_found(visit):
    visitor = visit()
    assert moved(visitor, PAGES[0]) == []
    visitor.page.evaluate(
        "document.querySelector('main').prepend('x', document.createElement('hr'))"
    )
    visitor.page.evaluate(SETTLED)
    assert visitor.page.evaluate("window.shifts") != []


def moved(visitor, path):
    """Load a page, its fonts and scripts after the first paint; return what moved."""
    page, held, is_painted = visitor.page, [], False

    def hold(route):
        route.continue_() if is_painted else held.append(route)

    page.add_init_script(WATCH)
    page.route("**/*.{woff2,js}", hold)
    page.goto(visitor.house.url + path, wait_until="commit")
    page.evaluate(PAINTED)
    is_painted = True
    assert held, "there is something that comes late"
    for route in held:
        route.continue_()
    page.wait_for_load_state("load")
    page.evaluate(SETTLED)
    return page.evaluate("window.shifts")
