"""Debian's Chromium before a node with a story: one of each for all tests of a worker."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, StorageState, sync_playwright

from tests.support.house import House

FOREIGN = Path(__file__).parents[1] / "foreign" / "node_modules"


@pytest.fixture(scope="session")
def house(tmp_path_factory):
    with House(tmp_path_factory.mktemp("house") / "data") as made:
        yield made


@pytest.fixture(scope="session")
def browser():
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "Chromium is not installed: run `make test`, or scripts/install dev"
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(
            executable_path=found,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--font-render-hinting=none",
                "--disable-lcd-text",
            ],
        )
        yield made
        made.close()


@pytest.fixture(scope="session")
def axe() -> str:
    return (FOREIGN / "axe-core" / "axe.min.js").read_text()


class Visitor:
    """A browser window of somebody; what it asks of other hosts is kept, as is what breaks."""

    def __init__(self, context: BrowserContext, house: House) -> None:
        self.house = house
        self.context = context
        self.page: Page = context.new_page()
        self.strays: list[str] = []
        self.faults: list[str] = []
        self.page.on("request", self._asked)
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.on("console", self._said)

    def _asked(self, request) -> None:
        if not request.url.startswith((self.house.url + "/", "about:", "blob:")):
            self.strays.append(request.url)

    def _said(self, message) -> None:
        if message.type == "error" and "the server responded with a status" not in message.text:
            self.faults.append(message.text)

    def go(self, path: str) -> Page:
        """Open a page, and wait until it stands."""
        self.page.goto(self.house.url + path, wait_until="load")
        self.page.evaluate("document.fonts.ready")
        return self.page

    def sign_in(self, handle: str) -> None:
        """Enter by a link."""
        self.go(self.house.signin(handle))
        self.page.get_by_role("button", name="Sign in").last.click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)


@pytest.fixture(scope="session")
def entered() -> dict[tuple[str, str], StorageState]:
    """Who has signed in at which node: a worker enters once for each, tests of signing in anew."""
    return {}


@pytest.fixture
def visit(browser, house, entered):
    """Make windows: `visit(width=375, theme="dark", scripts=False, as_="hazel")`."""
    contexts: list[BrowserContext] = []
    visitors: list[Visitor] = []

    def made(*, width=1280, theme="light", scripts=True, as_=None) -> Visitor:
        known = (house.url, as_)
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            color_scheme=theme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
            timezone_id="UTC",
            locale="en-GB",
            has_touch=width < 600,
            storage_state=entered.get(known),
        )
        contexts.append(context)
        visitor = Visitor(context, house)
        visitors.append(visitor)
        if as_ is not None and known not in entered:
            visitor.sign_in(as_)
            entered[known] = context.storage_state()
        return visitor

    yield made
    for context in contexts:
        context.close()
    assert [one for visitor in visitors for one in visitor.strays] == []
    assert [one for visitor in visitors for one in visitor.faults] == []
