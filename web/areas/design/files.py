"""Made-up files and what a search finds: a table, a notebook, symbols, hits, in every state."""

import json
from dataclasses import dataclass

from node.kernel import markup
from node.kernel.outline import Symbol, outline
from node.search.model import FileHit, Line, PeerHit, ProjectHit, ReasonHit
from web.areas.files.notebooks import Notebook, notebook
from web.areas.files.sheets import Sheet
from web.areas.sessions.listed import Choice

SHEET = Sheet(
    head=["station", "readings", "last heard"],
    rows=[["mast 3", "1,204", "today"], ["mast 4", "", "a very long time ago"], ["צוף", "7", ""]],
    is_cut=True,
    figures=frozenset({1}),
)
CELLS = [
    {"cell_type": "markdown", "source": "## The October floods\n\nWhat the masts heard."},
    {
        "cell_type": "code",
        "execution_count": 3,
        "source": "readings = station.run(7)\nlen(readings)",
        "outputs": [{"output_type": "execute_result", "data": {"text/plain": "1204"}}],
    },
    {
        "cell_type": "code",
        "execution_count": None,
        "source": "station.run(99)",
        "outputs": [
            {
                "output_type": "error",
                "ename": "KeyError",
                "evalue": "99",
                "traceback": ["KeyError: 99"],
            }
        ],
    },
]
CODE = "class Outbox:\n    def drain(self):\n        pass\n\n\ndef wait(tries):\n    pass\n"
CHOICES = (Choice("all", "#files", is_chosen=True), Choice("active", "#files", is_chosen=False))


@dataclass(frozen=True, slots=True)
class Files:
    """What the part of the page about files and search shows."""

    sheet: Sheet
    notebook: Notebook | None
    nothing: Notebook
    symbols: list[Symbol]
    projects: list[ProjectHit]
    reasons: list[ReasonHit]
    hits: list[FileHit]
    peers: list[PeerHit]
    choices: tuple[Choice, ...]


def files(address: str, now: int) -> Files:
    """Return files and hits of the project at `address`."""
    raw = json.dumps({"cells": CELLS, "metadata": {}, "nbformat": 4}).encode()
    return Files(
        sheet=SHEET,
        notebook=notebook(raw, lambda _: None, lambda _: None),
        nothing=Notebook([], is_cut=False),
        symbols=outline("outbox.py", CODE, markup.highlight("outbox.py", CODE)),
        projects=[
            ProjectHit(address, ((address, False),), (("Carries ", False), ("readings", True)))
        ],
        reasons=[
            _reason(address, now, 6, "", "decision"),
            _reason(address, now, None, "hand-over-to-neighbours", "goal"),
        ],
        hits=[
            FileHit(
                address,
                6,
                (("src/", False), ("outbox", True), (".rs", False)),
                "src/outbox.rs",
                (Line(12, (("    let ", False), ("outbox", True), (" = open();", False))),),
                3,
            ),
            FileHit(address, 6, (("docs/outbox.md", False),), "docs/outbox.md", (), 0),
        ],
        peers=[
            PeerHit(
                (("fen", True),), (("https://fen.example", False),), "https://fen.example", now
            ),
            PeerHit((("did:key:z6Mk", False),), (), "", None),
        ],
        choices=CHOICES,
    )


def _reason(address: str, now: int, position: int | None, session: str, kind: str) -> ReasonHit:
    text = (("A seed makes the ", False), ("outbox", True), (" wait repeatably.", False))
    title = (("Retry the ", False), ("outbox", True), (" with jitter", False))
    return ReasonHit(
        address, position, session, title, kind, text, "hazel", "ai-assisted", now - 7_200_000
    )
