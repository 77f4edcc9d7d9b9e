"""A Jupyter notebook as its cells: prose, code, and what the code said.

Format: nbformat 4. What a cell said is shown as text or as an image of the notebook itself; HTML
and scripts that it brings are left out.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import msgspec
from markupsafe import Markup

from node.kernel import markup

NOTEBOOK = ".ipynb"
LARGEST = 4 << 20
CELLS = 500
OUTPUTS = 20
SHOWN_CHARS = 20_000
PICTURES = {"image/png": b"\x89PNG\r\n", "image/jpeg": b"\xff\xd8\xff"}


class _Output(msgspec.Struct):
    output_type: str = ""
    text: str | list[str] = ""
    data: dict[str, Any] = {}
    ename: str = ""
    evalue: str = ""


class _Cell(msgspec.Struct):
    cell_type: str = ""
    source: str | list[str] = ""
    outputs: list[_Output] = []
    execution_count: int | None = None


class _Notebook(msgspec.Struct):
    cells: list[_Cell]
    metadata: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Said:
    """What a cell said: text, or the number of an image that `picture` finds."""

    text: str
    picture: str
    is_fault: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: prose as HTML, or the lines of code and what they said."""

    prose: Markup
    lines: list[Markup]
    number: int | None
    said: list[Said]


@dataclass(frozen=True, slots=True)
class Notebook:
    """The cells of a notebook; `is_cut` says that there are more."""

    cells: list[Cell]
    is_cut: bool


def notebook(raw: bytes, link: markup.Resolve, image: markup.Resolve) -> Notebook | None:
    """Return a notebook to look at; None for what is none."""
    found = _decoded(raw)
    if found is None:
        return None
    ending = "x." + _language(found)
    shown = [_cell(cell, at, ending, link, image) for at, cell in enumerate(found.cells[:CELLS])]
    return Notebook(shown, len(found.cells) > CELLS)


def picture(raw: bytes, name: str) -> tuple[str, bytes] | None:
    """Return the type and the bytes of an image of a notebook, by its `cell.output`."""
    found = _decoded(raw)
    cell, _, output = name.partition(".")
    if found is None or not (_is_number(cell) and _is_number(output)):
        return None
    try:
        one = found.cells[int(cell)].outputs[int(output)]
    except IndexError:
        return None
    return _picture(one)


def _decoded(raw: bytes) -> _Notebook | None:
    if len(raw) > LARGEST:
        return None
    try:
        return msgspec.json.decode(raw, type=_Notebook)
    except (msgspec.DecodeError, RecursionError):
        return None


def _language(found: _Notebook) -> str:
    known = found.metadata.get("language_info")
    ending = known.get("file_extension") if isinstance(known, dict) else None
    return ending.lstrip(".") if isinstance(ending, str) and ending else "py"


def _cell(cell: _Cell, at: int, ending: str, link: markup.Resolve, image: markup.Resolve) -> Cell:
    text = _text(cell.source)[:SHOWN_CHARS]
    if cell.cell_type == "markdown":
        drawn = markup.lowered(markup.markdown(text, link, image))
        return Cell(Markup(drawn), [], None, [])  # noqa: S704 - markup sanitizes
    lines = [
        Markup(line)  # noqa: S704 - highlight escapes
        for line in markup.highlight(ending if cell.cell_type == "code" else "x.txt", text)
    ]
    said = [_said(one, at, n) for n, one in enumerate(cell.outputs[:OUTPUTS])]
    return Cell(
        Markup(), lines, cell.execution_count, [one for one in said if one.text or one.picture]
    )


def _said(one: _Output, cell: int, output: int) -> Said:
    if one.output_type == "error":
        return Said(f"{one.ename}: {one.evalue}"[:SHOWN_CHARS], "", is_fault=True)
    if _picture(one):
        return Said("", f"{cell}.{output}")
    plain = one.data.get("text/plain", "")
    text = _text(one.text) or (_text(plain) if isinstance(plain, str | list) else "")
    return Said(text[:SHOWN_CHARS], "")


def _picture(one: _Output) -> tuple[str, bytes] | None:
    for kind, begins in PICTURES.items():
        value = one.data.get(kind)
        if not isinstance(value, str | list):
            continue
        try:
            raw = base64.b64decode(_text(value))
        except (binascii.Error, ValueError):
            continue
        if raw.startswith(begins):
            return kind, raw
    return None


def _text(value: str | list[Any]) -> str:
    return value if isinstance(value, str) else "".join(map(str, value))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 6
