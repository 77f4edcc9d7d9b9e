"""An import is followed by the page itself: with scripts in its place, without by loading anew."""

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.journey]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_page_follows_an_import_to_its_end(visit, scripts):
    """There is no such host, so it ends soon, and the page says so by itself."""
    page = visit(scripts=scripts, as_="wren").go("/projects/import")
    handle = f"brought-{scripts}".lower()
    page.get_by_label("Address of the repository").fill("https://git.example.invalid/tide.git")
    page.get_by_label("Handle").fill(handle)
    page.get_by_role("button", name="Import it").click()
    page.wait_for_url(f"**/wren/{handle}/import/*")
    expect(page.get_by_text("Nothing was imported.").first).to_be_visible(timeout=15_000)
