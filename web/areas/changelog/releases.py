"""What releases brought, and what the next one will: Markdown that lies beside the program."""

import functools
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from node.kernel import markup
from web.areas.docs.library import CHECKOUT, Document, library

_FRONT = re.compile(r"\A---\ndate: *(\d{4}-\d{2}-\d{2}) *\n---\n", re.ASCII)
_VERSION = re.compile(r"\d+(?:\.\d+)*", re.ASCII)
NEXT = "next"


@dataclass(frozen=True, slots=True)
class Release:
    """A release, or what is coming next; `at` is Unix milliseconds, `body` safe HTML."""

    version: str
    at: int
    body: str

    @property
    def is_next(self) -> bool:
        """Whether it is still to come."""
        return self.version == NEXT

    @property
    def title(self) -> str:
        """What it is called."""
        return "Coming next" if self.is_next else f"Micelio {self.version}"

    @property
    def url(self) -> str:
        """Return the path of its own page."""
        return f"/changelog/version/{self.version}"

    @property
    def anchor(self) -> str:
        """Return the name of its part of the page."""
        return f"v-{self.version}"


@functools.cache
def releases(root: Path = CHECKOUT) -> tuple[Release, ...]:
    """Return what is coming next, if anything is, then the releases, the newest first."""
    made = [one for file in (root / "docs/changelog").glob("*.md") if (one := _release(file))]
    ordered = sorted(made, key=lambda one: (one.at, _numbers(one.version)), reverse=True)
    coming = _coming(root)
    return (coming, *ordered) if coming else tuple(ordered)


def _release(file: Path) -> Release | None:
    """Return the release that a file tells of; None for a file that is about something else."""
    text = file.read_text("utf-8")
    front = _FRONT.match(text)
    if front is None or not _VERSION.match(file.stem):
        return None
    day = datetime.combine(date.fromisoformat(front[1]), datetime.min.time(), UTC)
    return Release(file.stem, _ms(day), _drawn(text[front.end() :], file.stem))


def _coming(root: Path) -> Release | None:
    files = sorted(file for file in (root / "docs/news").glob("*.md") if file.name != "README.md")
    if not files:
        return None
    said = [" ".join(file.read_text("utf-8").split()) for file in files]
    newest = max(file.stat().st_mtime for file in files)
    return Release(NEXT, int(newest) * 1000, _drawn("\n".join(f"- {one}" for one in said), NEXT))


def _drawn(text: str, version: str) -> str:
    place = Document("changelog", version, f"docs/changelog/{version}.md", version, "", text)
    held = library()
    return markup.markdown(
        text, lambda target: held.link(place, target), lambda target: held.picture(place, target)
    )


def _numbers(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def _ms(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
