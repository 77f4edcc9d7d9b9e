"""Which landing brought each line of a file.

Only the landings that touched the path are read: the index of touched paths names them. From the
oldest on, lines that the diff keeps carry their landing along, lines that it brings get the new
one.
"""

from collections.abc import Sequence
from itertools import pairwise

from node.kernel.forge import Forge
from node.landings import reading
from node.landings.model import Landing
from node.projects.model import Project
from node.trees.model import BinaryFile, BlameLine
from store import contents, lines, tree
from store.database import Tx
from store.digest import Digest
from store.tree import Mode


def attribute(forge: Forge, tx: Tx, project: Project, until: int, path: str) -> list[BlameLine]:
    """Return the lines of `path` at position `until`; raises `BinaryFile`."""
    landings = reading.history_of(forge, tx, project, path, until)
    versions = [b"", *(_version(forge, tx, landing, path) for landing in landings)]
    if lines.is_binary(versions[-1]):
        raise BinaryFile(path)
    owners: list[Landing] = []
    for (old, new), landing in zip(pairwise(versions), landings, strict=True):
        owners = carried(owners, old, new, landing)
    texts = lines.split(versions[-1])
    return [
        _line(number, text, landing)
        for number, (text, landing) in enumerate(zip(texts, owners, strict=True), 1)
    ]


def carried(owners: Sequence[Landing], old: bytes, new: bytes, landing: Landing) -> list[Landing]:
    """Return the owner of each line of `new`, given those of `old`."""
    after: list[Landing] = []
    done = 0
    for hunk in lines.hunks(old, new):
        after += owners[done : hunk.old_start]
        after += [landing] * hunk.new_count
        done = hunk.old_start + hunk.old_count
    return after + list(owners[done:])


def _version(forge: Forge, tx: Tx, landing: Landing, path: str) -> bytes:
    """Return the file as a landing left it; empty where it was removed or is no longer a file."""

    def source(digest: Digest) -> bytes:
        return forge.objects.get(tx, digest)

    found = tree.lookup(landing.tree, path, source)
    if found is None or found.mode is Mode.DIRECTORY or found.size > forge.limits.blame:
        return b""
    return b"".join(contents.read(found.id, found.size, source))


def _line(number: int, text: bytes, landing: Landing) -> BlameLine:
    return BlameLine(
        number=number,
        text=text.decode("utf-8", "replace").rstrip("\r\n"),
        position=landing.position,
        session=landing.session,
        author=landing.author,
        landed_at=landing.landed_at,
        goal=landing.goal,
        origin=landing.origin,
    )
