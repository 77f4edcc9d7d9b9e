"""Where a node of this directory runs or last ran, for the commands beside it.

A small file, replaced whole. It is a hint for people: whether a node runs is decided by the lock.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE = "node.json"

PEERS = "peers.json"
"""Where the node listened to peers last, and how others reached it there."""


@dataclass(frozen=True, slots=True)
class Presence:
    """The address of a node's pages, its process, and when it started (Unix ms)."""

    url: str
    pid: int
    started_at: int


def write(data: Path, presence: Presence) -> None:
    """Say where the node is."""
    fresh = data / f".{FILE}.new"
    fresh.touch(mode=0o600)
    fresh.chmod(0o600)  # one that a killed node left may be open to others
    fresh.write_text(json.dumps(asdict(presence)) + "\n", encoding="utf-8")
    os.replace(fresh, data / FILE)  # noqa: PTH105  the same directory, by its own name


def read(data: Path) -> Presence | None:
    """Return where the node is or was; None if that is not known."""
    try:
        return Presence(**json.loads((data / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def reached(data: Path) -> tuple[list[str], str | None]:
    """Return the addresses at which peers reach a node that runs, and why they do not."""
    last = read(data)
    try:
        found = json.loads((data / PEERS).read_text(encoding="utf-8"))
        if last is not None and found["pid"] == last.pid:
            return [str(one) for one in found["addresses"]], found.get("fault")
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return [], None
