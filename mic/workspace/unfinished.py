"""What a killed `mic` has left under way, written down before it began.

- `.mic/cloning`: a clone has not written all files of the position that stands in it.
- `.mic/syncing`: a sync has written files of the position that stands in it, not the manifest.
- `.mic/landing.json`: a landing was sent, and the manifest may not know what became of it.
"""

from pathlib import Path
from typing import Literal

import msgspec

from mic.errors import Conflict, Invalid
from mic.workspace import files
from mic.workspace.manifest import FOLDER, Manifest, Tracked

CLONING = "cloning"
SYNCING = "syncing"
LANDING = "landing.json"
LANDING_MAX = 256 << 20


class Landing(msgspec.Struct, frozen=True, kw_only=True):
    """A landing that was sent: its session, and what of the manifest it changes.

    `lines` are the files that it adds or replaces, `removed` the paths that it takes away.
    """

    version: Literal[1] = 1
    session: str
    goal: str
    origin: str
    base: int
    lines: list[Tracked]
    removed: list[str]

    @property
    def pairs(self) -> list[tuple[str, Tracked | None]]:
        """Each path with its line of the manifest, None where it is taken away."""
        return [*((one.path, one) for one in self.lines), *((path, None) for path in self.removed)]


def begin(root: Path, what: str, position: int) -> None:
    """Write down that a clone or sync to `position` begins."""
    files.replace_file(root / FOLDER / what, str(position).encode())


def end(root: Path, what: str) -> None:
    """Forget what was under way: it is done, or came to nothing. Idempotent."""
    (root / FOLDER / what).unlink(missing_ok=True)


def clone(root: Path) -> int | None:
    """Return the position that a broken-off clone was to get, None if there is none."""
    return _position(root, CLONING)


def sync(root: Path, manifest: Manifest) -> int | None:
    """Return the position that a broken-off sync was to bring, None if there is none."""
    begun = _position(root, SYNCING)
    return begun if begun is not None and begun > (manifest.position or 0) else None


def need_clone(root: Path) -> None:
    """Raise `Conflict` where a clone is to be finished first."""
    if clone(root) is not None:
        raise Conflict(
            "A clone broke off here; not all files have come.",
            code="clone.broken-off",
            hint=f"Finish it: run `mic clone` again, with the same address and {root}",
        )


def send(root: Path, landing: Landing) -> None:
    """Write down that a landing is about to be sent."""
    files.replace_file(root / FOLDER / LANDING, msgspec.json.encode(landing))


def landing(root: Path) -> Landing | None:
    """Return the landing whose end is not known here, None if there is none."""
    try:
        data = files.read_bytes(root, f"{FOLDER}/{LANDING}", LANDING_MAX)
    except FileNotFoundError:
        return None
    try:
        return msgspec.json.decode(data, type=Landing)
    except (ValueError, RecursionError) as fault:
        raise Invalid(
            f"{FOLDER}/{LANDING} cannot be read: {fault}.",
            code="workspace.corrupt",
            hint=f"See in `mic log` whether your last landing is there, remove {FOLDER}/{LANDING},"
            " then run `mic sync`.",
        ) from fault


def _position(root: Path, what: str) -> int | None:
    try:
        return int((root / FOLDER / what).read_text())
    except (FileNotFoundError, ValueError):
        return None
