"""Take the pictures of docs/images/pages, of a node with a story; `make screenshots`.

Ten pages, light and dark, on a phone and at a desk. Look at them afterwards.
"""

import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.support.house import House  # noqa: E402  it stands beside the program, not in it

PLACE = ROOT / "docs" / "images" / "pages"
PAGES = {
    "home": "/",
    "explore": "/explore",
    "project": "/mycelia/spore",
    "file": "/mycelia/spore/blob/src/outbox.rs",
    "blame": "/mycelia/spore/blame/src/outbox.rs",
    "landings": "/mycelia/spore/landings",
    "landing": "/mycelia/spore/landings/6",
    "session": "/mycelia/spore/sessions/hand-over-to-neighbours",
    "profile": "/hazel",
    "search": "/search?q=jitter",
}
SIZES = {"desktop": (1280, 860), "phone": (375, 740)}
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
COLOURS = 128


def main() -> None:
    """Take all pictures."""
    PLACE.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as place,
        House(Path(place) / "data") as house,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        for size, (width, height) in SIZES.items():
            for theme in THEMES:
                page = browser.new_page(
                    viewport={"width": width, "height": height},
                    color_scheme=theme,
                    timezone_id="UTC",
                )
                for name, path in PAGES.items():
                    _take(page, house.url + path, PLACE / f"{name}-{theme}-{size}.png")
        browser.close()


def _take(page: Page, url: str, place: Path) -> None:
    answer = page.goto(url, wait_until="load")
    assert answer is not None, url
    assert answer.ok, f"{url}: {answer.status}"
    page.evaluate("document.fonts.ready")
    taken = Image.open(io.BytesIO(page.screenshot(animations="disabled")))
    taken.convert("RGB").quantize(COLOURS).save(place, optimize=True)


if __name__ == "__main__":
    main()
