"""The main pages look as they did when somebody last looked at them.

A picture is compared at a quarter of its size, so that another machine's way of smoothing letters
is no difference and a part that moved, vanished or changed its colour is one. To take new ones
after a change that is meant: `make baselines`, then look at them.
"""

import io
import os
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.support.house import House

pytestmark = [pytest.mark.slow, pytest.mark.journey]

BASELINES = Path(__file__).parent / "baselines"
PAGES = {
    "home": "/",
    "profile": "/hazel",
    "project": "/mycelia/spore",
    "file": "/mycelia/spore/blame/src/outbox.rs",
    "landing": "/mycelia/spore/landings/6",
    "diff": "/mycelia/spore/compare?from=3&to=6",
    "search": "/search?q=outbox",
}
WIDTHS = (375, 1280)
SHRUNK = 4
APART = 24
"""By how much a colour may differ, of 255."""
ALLOWED = 0.004
"""What part of a picture may differ by more than that."""
TALLEST = 2_400
VOLATILE = "[data-volatile], .facts code:not(.statement:not([open]) code)"
"""What is another one each time: keys, and ids made with them."""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A node of these tests alone: what others do to theirs is on no picture."""
    with House(tmp_path_factory.mktemp("house") / "data") as made:
        yield made


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_as_it_did(visit, name, width, theme):
    visitor = visit(width=width, theme=theme)
    visitor.go("/sign-in")  # a font that comes late is for the next page
    page = visitor.go(PAGES[name])
    height = min(page.evaluate("document.documentElement.scrollHeight"), TALLEST)
    page.set_viewport_size({"width": width, "height": height})
    raw = page.screenshot(
        mask=[page.locator(VOLATILE)], mask_color="#808080", animations="disabled"
    )
    taken = Image.open(io.BytesIO(raw)).convert("RGB")
    small = taken.resize((taken.width // SHRUNK, taken.height // SHRUNK), Image.Resampling.BOX)
    kept = BASELINES / f"{name}-{theme}-{width}.png"
    if os.environ.get("BASELINES") == "take":
        kept.parent.mkdir(exist_ok=True)
        small.quantize(128).save(kept, optimize=True)
        return
    assert kept.exists(), f"no baseline {kept.name}: make baselines"
    before = Image.open(kept).convert("RGB")
    assert before.size == small.size, f"{name}: {small.size} now, {before.size} before"
    apart = ImageChops.difference(before, small).convert("L").point(lambda one: one > APART and 255)
    differs = sum(apart.histogram()[1:]) / (apart.width * apart.height)
    assert differs <= ALLOWED, f"{name}: {differs:.2%} of the picture differ; make baselines"
