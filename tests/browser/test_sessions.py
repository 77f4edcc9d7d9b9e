"""Chromium follows who is at work, and reads diffs side by side."""

import pytest
from playwright.sync_api import expect

from node.sessions import verbs as sessions
from tests.support.roles import acting

pytestmark = [pytest.mark.slow, pytest.mark.journey]

SPORE = "/mycelia/spore"
NAME = "hand-over-to-neighbours"


def test_what_an_agent_says_appears_by_itself(visit, house):
    page = visit().go(f"{SPORE}/agents")
    expect(page.locator("#agents")).to_contain_text("Which side speaks first?")

    async def say(forge):
        party = await acting(forge, house.story.people["wren"])
        project = next(one for one in house.story.projects.values() if one.handle == "spore")
        await sessions.note(forge, party, project, NAME, "agent", "The one whose link is better.")

    with page.expect_request("**/live?after=*"):
        page.reload()
    house.do(say)
    expect(page.locator("#agents")).to_contain_text("The one whose link is better.")


@pytest.mark.parametrize("width", [320, 1280])
def test_a_diff_is_read_side_by_side_without_a_script(visit, width):
    page = visit(width=width, scripts=False).go(f"{SPORE}/landings/6")
    page.get_by_role("link", name="side by side").click()
    expect(page.locator(".diff-split").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("link", name="Alone").first.click()
    expect(page.locator(".diff")).to_have_count(1)
    expect(page.locator(".diff-split")).to_have_count(1)


def test_a_statement_opens_and_says_how_to_check_it(visit):
    page = visit(scripts=False).go(f"{SPORE}/landings/6")
    page.get_by_text("Signed by hazel, verified here").click()
    expect(page.get_by_text("mic verify mycelia/spore")).to_be_visible()
