"""Stars, forks, and the forms that make projects, with and without scripts, on a phone and off."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.journey]

WAYS = pytest.mark.parametrize(("width", "scripts"), [(320, False), (1280, True)])
SPORE = "/mycelia/spore"


@WAYS
def test_whoever_wants_to_give_a_star_signs_in_and_comes_back(visit, house, width, scripts):
    visitor = visit(width=width, scripts=scripts)
    page = visitor.go(SPORE)
    page.get_by_role("link", name=re.compile("^Star")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Sign in")
    page.goto(house.url + house.signin("wren"))
    page.get_by_role("button", name="Sign in").last.click()
    page.wait_for_url(f"**{SPORE}")
    button = page.get_by_role("button", name=re.compile("^Star"))
    was = button.get_attribute("aria-pressed")
    button.click()
    now = "false" if was == "true" else "true"
    expect(page.get_by_role("button", name=re.compile("^Star"))).to_have_attribute(
        "aria-pressed", now
    )


@WAYS
def test_a_project_is_forked_and_brought_level(visit, width, scripts):
    visitor = visit(width=width, scripts=scripts, as_="wren")
    page = visitor.go(SPORE)
    page.get_by_role("link", name=re.compile("^Fork")).click()
    page.get_by_label("Handle").fill(f"spore-{width}")
    page.get_by_role("button", name="Fork it").click()
    page.wait_for_url(f"**/wren/spore-{width}")
    expect(page.locator(".forked")).to_contain_text("Forked from mycelia/spore")
    page.get_by_role("link", name="Landings").click()
    expect(page.get_by_text("Fork mycelia/spore at")).to_be_visible()
    visitor.go(f"/wren/spore-{width}/sync")
    expect(page.get_by_text("Everything is here.")).to_be_visible()


@WAYS
def test_projects_are_looked_through(visit, width, scripts):
    page = visit(width=width, scripts=scripts).go("/")
    page.get_by_role("link", name="All projects").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Projects")
    for name in ("trending", "recent", "popular"):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.get_by_role("link", name=name, exact=True)).to_have_attribute(
            "aria-current", "page"
        )
    page.get_by_role("link", name="mycelia/spore", exact=True).click()
    page.wait_for_url(f"**{SPORE}")


@WAYS
def test_a_project_is_made_and_told_about(visit, width, scripts):
    page = visit(width=width, scripts=scripts, as_="wren").go("/projects")
    page.get_by_role("link", name="New project", exact=True).first.click()
    page.get_by_label("Name").fill(f"River {width}")
    page.get_by_label("Description").fill("نهر, and what it carries")
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url(f"**/wren/river-{width}")
    page.get_by_role("link", name="Settings").click()
    page.get_by_role("textbox", name="Site").fill("ftp://nowhere")
    page.get_by_label("Model").fill("kept while it is mended")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("alert")).to_contain_text("A url is an http")
    expect(page.get_by_label("Model")).to_have_value("kept while it is mended")
