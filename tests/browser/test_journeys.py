"""What people come to do, done with and without scripts, on a phone and at a desk."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = [pytest.mark.slow, pytest.mark.journey]

EVERYWHERE = [(width, scripts) for width in (320, 375, 768, 1280) for scripts in (True, False)]
WAYS = pytest.mark.parametrize(("width", "scripts"), EVERYWHERE)
SPORE = "/mycelia/spore"


@WAYS
def test_a_visitor_reads_a_project(visit, width, scripts):
    visitor = visit(width=width, scripts=scripts)
    page = visitor.go("/")
    page.get_by_role("link", name="mycelia/spore", exact=True).first.click()
    expect(page.locator("h1.heading-title")).to_contain_text("spore")
    page.get_by_role("link", name=re.compile("^src")).first.click()
    page.get_by_role("link", name="outbox.rs").first.click()
    expect(page.locator("#L9 .code-text")).to_contain_text("FIRST_WAIT")
    page.get_by_role("link", name="blame", exact=True).click()
    page.locator("summary", has_text="keep the start of the storm").first.click()
    expect(
        page.get_by_text("the first hour is what the hydrologists ask for").first
    ).to_be_visible()
    page.get_by_role("link", name="Read the session").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("When the disk is full")
    page.get_by_role("link", name="landings", exact=True).click()
    page.get_by_role("link", name=re.compile("Retry the outbox with jitter")).first.click()
    expect(page.get_by_text("Masts 3 and 4 collide every morning")).to_be_visible()
    expect(page.get_by_text("Full jitter, seeded by the station.").first).to_be_visible()
    expect(page.locator(".diff", has_text="src/outbox.rs").first).to_contain_text("saturating_pow")


def test_a_file_is_found_by_its_letters(visit):
    page = visit().go(SPORE)
    page.keyboard.press("t")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.type("sroutb")
    expect(page.get_by_role("option").first).to_have_text("src/outbox.rs")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/blob/src/outbox\.rs"))


def test_a_file_is_found_without_a_script(visit):
    page = visit(scripts=False).go(SPORE)
    page.get_by_role("link", name="Find a file").click()
    page.get_by_label("Some letters of a path").fill("sroutb")
    page.get_by_role("button", name="Find", exact=True).click()
    page.get_by_role("link", name="src/outbox.rs").click()
    expect(page.locator("#L1")).to_be_visible()


def test_the_chosen_tab_is_seen_on_a_phone(visit):
    page = visit(width=320, as_="hazel").go("/deleted")
    expect(page.get_by_role("link", name="Deleted projects", exact=True)).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") == 0


def test_keys_are_left_alone_while_somebody_types(visit):
    page = visit().go(SPORE)
    page.keyboard.press("/")
    page.keyboard.type("t?y")
    expect(page.get_by_role("searchbox").first).to_have_value("t?y")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Tab")
    page.locator("h1.heading-title").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Find a file by its name")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_address_is_made_to_stay_and_lines_are_marked(visit):
    page = visit().go(f"{SPORE}/blob/src/outbox.rs")
    page.keyboard.press("y")
    assert page.url.endswith("?at=6")
    page.locator("#L3 .code-no").click()
    page.locator("#L5 .code-no").click(modifiers=["Shift"])
    expect(page.locator(".is-marked")).to_have_count(3)
    assert "lines=3-5" in page.url
    page.reload()
    expect(page.locator(".is-marked")).to_have_count(3)


def test_a_command_is_copied(visit):
    visitor = visit()
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visitor.go(SPORE)
    page.locator(".command").first.hover()
    page.get_by_role("button", name="Copy").first.click()
    assert page.evaluate("navigator.clipboard.readText()").startswith("mic clone ")


@pytest.mark.parametrize("scripts", [True, False])
def test_the_theme_is_chosen_and_stays(visit, scripts):
    page = visit(scripts=scripts).go(SPORE)
    page.get_by_role("button", name="dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("link", name=re.compile("^Landings")).first.click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
