"""What an owner comes to do, from the link that signs in to the reason of a line.

At four widths, with and without scripts: nothing scrolls sideways on the way, and what scripts
quicken is there without them. The repository that is imported is on no host, so that the import
ends soon: the page follows it to its end by itself.
"""

import re

import pytest
from playwright.sync_api import expect

from node.landings import verbs as landings
from node.projects import verbs as projects
from node.projects.model import NewProject
from tests.support.drafts import a_draft
from tests.support.roles import acting

pytestmark = [pytest.mark.slow, pytest.mark.journey]

OUTBOX = b"def send(reading):\n    return wait(250)\n"
SPREAD = b"def send(reading, station):\n    return wait(jitter(station))\n"


WAYS = [
    pytest.param(width, scripts, id=f"{width}-{'quick' if scripts else 'bare'}")
    for width in (320, 375, 768, 1280)
    for scripts in (True, False)
]


@pytest.mark.parametrize(("width", "scripts"), WAYS)
def test_an_owner_signs_in_and_makes_projects(visit, width, scripts):
    visitor = visit(width=width, scripts=scripts)
    way = f"{width}-{'quick' if scripts else 'bare'}"
    signs_in(visitor)
    makes_a_project(visitor, f"made-{way}")
    changes_settings(visitor, f"made-{way}")
    imports_one(visitor, f"brought-{way}")


@pytest.mark.parametrize(("width", "scripts"), WAYS)
def test_an_owner_finds_what_landed_and_asks_why(visit, house, width, scripts):
    visitor = visit(width=width, scripts=scripts, as_="tomas")
    word = f"tide{width}{'quick' if scripts else 'bare'}"
    house.do(lambda forge: land(forge, house.story.people["tomas"], word))
    house.settled()
    stars_and_forks(visitor, f"of-{word}")
    searches(visitor, word)
    reads_a_diff(visitor, word)
    asks_why(visitor, word)


async def land(forge, account, handle):
    """Land twice in a new project of `account`, as `mic` would; the goal says its handle."""
    who = await acting(forge, account)
    new = NewProject(handle, visibility="public")
    project = await projects.create(forge, who, account.handle, new)
    goal = f"Spread the waits of {handle}, so that two masts stop colliding"
    for reason, text in (("Send at once", OUTBOX), (goal, SPREAD)):
        draft = await a_draft(forge, account, project, {"outbox.py": text}, goal=reason)
        await landings.land(forge, who, project, draft)


def stands(visitor):
    """The page is as wide as the window."""
    page = visitor.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


def signs_in(visitor):
    visitor.sign_in("tomas")
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text("tomas")
    stands(visitor)


def makes_a_project(visitor, handle):
    page = visitor.page
    page.get_by_role("link", name="New project").first.click()
    page.get_by_label("Name").fill(f"Tide {handle}")
    page.get_by_label("Handle").fill(handle)
    page.get_by_label(re.compile("^public")).check()
    stands(visitor)
    page.get_by_role("button", name="Make it").click()
    page.wait_for_url(f"**/tomas/{handle}")
    stands(visitor)


def imports_one(visitor, handle):
    page = visitor.go("/projects/import")
    page.get_by_label("Address of the repository").fill("https://git.example.invalid/tide.git")
    page.get_by_label("Handle").fill(handle)
    stands(visitor)
    page.get_by_role("button", name="Import it").click()
    page.wait_for_url(f"**/tomas/{handle}/import/*")
    expect(page.get_by_text("Nothing was imported.").first).to_be_visible(timeout=15_000)
    stands(visitor)


def changes_settings(visitor, handle):
    page = visitor.go(f"/tomas/{handle}/settings")
    page.get_by_label("Description").fill("Says when the water comes; מתי המים באים")
    stands(visitor)
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_label("Description")).to_have_value(re.compile("^Says when the water"))
    page.goto(visitor.house.url + f"/tomas/{handle}")
    expect(page.locator(".heading-lead")).to_contain_text("Says when the water comes")


def stars_and_forks(visitor, handle):
    page = visitor.go("/mycelia/hypha")
    star = page.get_by_role("button", name=re.compile("^Star"))
    was = star.get_attribute("aria-pressed")
    star.click()
    expect(star).to_have_attribute("aria-pressed", "false" if was == "true" else "true")
    stands(visitor)
    page.get_by_role("link", name=re.compile("^Fork")).click()
    page.get_by_label("Handle").fill(handle)
    stands(visitor)
    page.get_by_role("button", name="Fork it").click()
    page.wait_for_url(f"**/tomas/{handle}")
    expect(page.locator(".forked")).to_contain_text("Forked from mycelia/hypha")
    stands(visitor)


def searches(visitor, word):
    page = visitor.page
    if visitor.page.viewport_size["width"] < 768:
        page.get_by_role("link", name="Search").first.click()
    page.get_by_role("searchbox").last.fill(word)
    page.get_by_role("searchbox").last.press("Enter")
    page.wait_for_url(f"**/search?*{word}*")
    expect(page.get_by_role("main")).to_contain_text(f"tomas/{word}")
    stands(visitor)


def reads_a_diff(visitor, handle):
    page = visitor.page
    page.get_by_role("main").get_by_role("link", name=re.compile("Spread the waits")).first.click()
    page.wait_for_url(f"**/tomas/{handle}/landings/2*")
    expect(page.locator(".diff")).to_contain_text("jitter")
    stands(visitor)
    page.get_by_role("link", name="side by side").click()
    expect(page.locator(".diff-split")).to_contain_text("jitter")
    stands(visitor)


def asks_why(visitor, handle):
    page = visitor.page
    page.get_by_role("link", name="Blame").first.click()
    page.wait_for_url(f"**/tomas/{handle}/blame/outbox.py*")
    page.locator("summary", has_text="Spread the waits").first.click()
    expect(page.get_by_role("link", name="Read the session").first).to_be_visible()
    stands(visitor)
