"""The documents that lie beside the program: what there is, what each says, and what names what.

They are read once. A node that was put somewhere without them has an empty library, and says so.
"""

import functools
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import web

CHECKOUT = Path(web.__file__).parents[1]
SHELVES = {
    "tutorials": "Learn",
    "how-to": "Do",
    "explanation": "Understand",
    "reference": "Look up",
    "adr": "Decisions",
}
LEAD = {
    "tutorials": "From nothing to a first landing, step by step.",
    "how-to": "One task each.",
    "explanation": "How the parts fit, and what is defended.",
    "reference": "Commands, formats, protocols and words.",
    "adr": "What was decided on the way, and what spoke against it.",
}
BESIDES = {
    "CONTRIBUTING.md": ("how-to", "contribute"),
    "THREAT_MODEL.md": ("explanation", "threat-model"),
}
"""Documents of the root, and where they stand here."""

PICTURES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}


@dataclass(frozen=True, slots=True)
class Document:
    """One document; `path` is where it lies in a checkout, `text` is Markdown without its title."""

    shelf: str
    name: str
    path: str
    title: str
    lead: str
    text: str

    @property
    def url(self) -> str:
        """Return the address of its page."""
        return f"/docs/{self.shelf}/{self.name}"


@dataclass(frozen=True, slots=True)
class Library:
    """All documents in the order in which one could read them, and the pictures they show."""

    documents: tuple[Document, ...]
    pictures: Mapping[str, Path]

    def on(self, shelf: str) -> list[Document]:
        """Return the documents of one kind."""
        return [one for one in self.documents if one.shelf == shelf]

    def find(self, shelf: str, name: str) -> int | None:
        """Return which document this is, None for none."""
        found = (
            at for at, one in enumerate(self.documents) if (one.shelf, one.name) == (shelf, name)
        )
        return next(found, None)

    def link(self, document: Document, target: str) -> str | None:
        """Return the address of what a document names; None for what has no page."""
        path = _resolved(document, target)
        if path in {"README.md", "docs", "."}:
            return "/docs"
        if path == "docs/news" or path.startswith("docs/changelog"):
            return "/changelog"
        return next((one.url for one in self.documents if one.path == path), None)

    def picture(self, document: Document, target: str) -> str | None:
        """Return the address of a picture that a document shows; None if there is none."""
        path = _resolved(document, target)
        name = path.removeprefix("docs/images/")
        return f"/docs/images/{name}" if name != path and name in self.pictures else None


@functools.cache
def library(root: Path = CHECKOUT) -> Library:
    """Return what lies below `root`."""
    found = [one for shelf in SHELVES for one in _shelf(root, shelf)]
    images = root / "docs/images"
    pictures = {
        file.relative_to(images).as_posix(): file
        for file in images.rglob("*")
        if file.suffix in PICTURES
    }
    return Library(tuple(found), pictures)


def _shelf(root: Path, shelf: str) -> list[Document]:
    files = sorted((root / "docs" / shelf).glob("*.md"))
    found = [_read(file, f"docs/{shelf}/{file.name}", shelf, file.stem) for file in files]
    for path, (where, name) in BESIDES.items():
        if where == shelf and (root / path).is_file() and files:
            found.append(_read(root / path, path, shelf, name))
    return found if shelf == "adr" else sorted(found, key=lambda one: one.title.lower())


def _read(file: Path, path: str, shelf: str, name: str) -> Document:
    text = file.read_text("utf-8")
    first, _, rest = text.partition("\n")
    title = first.removeprefix("# ").strip() if first.startswith("# ") else name
    body = rest if first.startswith("# ") else text
    return Document(shelf, name, path, plain(title), _lead(body), body)


def _lead(text: str) -> str:
    """Return the first sentence of the first paragraph that is prose."""
    for part in text.split("\n\n"):
        said = " ".join(part.split())
        if part.startswith("    "):
            continue
        if said[:1].isalpha() or said[:1] in "`*[":
            return plain(said).partition(". ")[0].rstrip(".:") + "."
    return ""


def plain(text: str) -> str:
    """Return a line of Markdown without the signs of its links, code and stress."""
    pieces = text.split("](")
    joined = pieces[0] + "".join(piece.partition(")")[2] for piece in pieces[1:])
    return joined.replace("[", "").replace("`", "").replace("*", "")


def _resolved(document: Document, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(document.path), target))
