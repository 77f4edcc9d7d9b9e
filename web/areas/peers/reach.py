"""The drawing of a node among its peers: a thread to each, as thick as what it holds.

Where a thread bends follows from the peer's key alone, so that a peer stays where it was.
"""

import cmath
import hashlib
import itertools
import math
from collections.abc import Iterable
from dataclasses import dataclass

from node.replication.overview import Known
from web.phrases import plural

WIDTH, HEIGHT = 480, 244
CENTRE = complex(WIDTH / 2, HEIGHT / 2)
ACROSS, DOWN = 140, 92
"""How far from the centre the ends lie."""

MOST = 8
LONGEST_NAME = 13
SILENT_MS = 24 * 3_600_000
"""After that long without an answer a peer counts as silent."""


@dataclass(frozen=True, slots=True)
class Strand:
    """One peer of the drawing: its thread with three side threads, and the words at its end.

    `state` is `level`, `late` or `silent`; `anchor` is the side of the words that is at the end.
    """

    name: str
    title: str
    said: str
    state: str
    width: float
    thread: str
    hairs: tuple[str, ...]
    x: int
    y: int
    anchor: str

    @property
    def text_x(self) -> int:
        """Where the words begin, or end."""
        return self.x + (12 if self.anchor == "start" else -12)


@dataclass(frozen=True, slots=True)
class Reach:
    """The drawing: its strands, and what it shows in words."""

    strands: tuple[Strand, ...]
    width: int = WIDTH
    height: int = HEIGHT
    centre: complex = CENTRE

    @property
    def words(self) -> str:
        """The same for whoever does not see it."""
        return "; ".join(f"{one.title}: {one.said}" for one in self.strands)


def reach(peers: Iterable[Known], now: int) -> Reach:
    """Draw the peers that hold most, at most eight of them."""
    chosen = sorted(peers, key=lambda one: -one.copies)[:MOST]
    chosen.sort(key=lambda one: one.peer.key)
    turns = [math.pi * (2 * number / len(chosen) - 0.82) for number in range(len(chosen))]
    return Reach(tuple(_strand(one, turn, now) for one, turn in zip(chosen, turns, strict=True)))


def stand(one: Known, now: int) -> tuple[str, str]:
    """Return the state of a peer, and how people say it."""
    seen = one.peer.seen_at
    if one.is_banned:
        return "silent", "banned"
    if seen is None:
        return "silent", "not heard of yet"
    if now - seen > SILENT_MS:
        return "silent", f"silent, {plural((now - seen) // SILENT_MS, 'day')}"
    if one.lag:
        return "late", f"{one.lag:,} behind"
    return "level", "level" if one.copies else "holds nothing"


def _strand(one: Known, turn: float, now: int) -> Strand:
    state, said = stand(one, now)
    title = one.peer.title
    drawn = hashlib.sha256((one.peer.did or title).encode()).digest()
    end = CENTRE + complex(ACROSS * math.cos(turn), DOWN * math.sin(turn))
    curve = _curve(end, drawn)
    return Strand(
        name=_short(title),
        title=title,
        said=said,
        state=state,
        width=round(min(3.6, 1.2 + 0.6 * math.sqrt(one.copies)), 1),
        thread=_path("C", curve),
        hairs=() if state == "silent" else tuple(_hairs(curve, drawn)),
        x=round(end.real),
        y=round(end.imag),
        anchor="start" if end.real >= CENTRE.real else "end",
    )


def _short(title: str) -> str:
    """Return what fits beside the end of a thread."""
    name = title.removeprefix("https://").removeprefix("http://")
    if name.startswith("did:key:"):
        return f"…{name[-8:]}"
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _curve(end: complex, drawn: bytes) -> tuple[complex, complex, complex, complex]:
    """Return the four points of a Bézier curve from the centre to an end."""
    whole = end - CENTRE
    bends = [cmath.rect(0.5, (byte - 128) / 200) for byte in drawn[:2]]
    return CENTRE, CENTRE + whole * bends[0], end - whole * bends[1].conjugate(), end


def _hairs(curve: tuple[complex, complex, complex, complex], drawn: bytes) -> Iterable[str]:
    """Draw three side threads along a curve, each to the side and as long as a byte says."""
    for number, at in enumerate((0.35, 0.55, 0.75)):
        byte = drawn[2 + number]
        root, ahead = _at(curve, at), _at(curve, at + 0.1)
        along = (ahead - root) / abs(ahead - root)
        side = along * (1j if byte % 2 else -1j) * (10 + byte / 16)
        yield _path("Q", (root, root + side * 0.5 + along * 3, root + side + along * 12))


def _at(curve: tuple[complex, complex, complex, complex], at: float) -> complex:
    """Return the point of a cubic Bézier curve at a share of its way, by de Casteljau."""
    points = list(curve)
    while len(points) > 1:
        points = [a + (b - a) * at for a, b in itertools.pairwise(points)]
    return points[0]


def _path(kind: str, points: tuple[complex, ...]) -> str:
    first, *rest = (f"{point.real:.0f} {point.imag:.0f}" for point in points)
    return f"M{first}{kind}{' '.join(rest)}"
