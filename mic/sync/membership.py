"""Whether an object belongs to a project that the asker may read.

Objects are shared by all projects of a node, so an id alone must not open a private one. That a
project holds an object does not open it either: it was sent, and may never land. So the asker says
at which position it saw the ids (the head unless it says so), and the node looks for them where
that position can name them: the record of the landing, its tree, the contents of its files. The
walk stops when all are found; the decoded nodes come from the store's cache. One request costs at
most one walk of one tree, and few walks run at a time.
"""

import asyncio
from collections.abc import Iterator

from aiohttp import web

from mic.sync.streams import Source
from node.kernel.forge import Forge
from node.landings.model import Landing
from store import contents, tree
from store.database import Tx
from store.digest import Digest
from store.errors import Absent

WALKS = web.AppKey("walks", asyncio.Semaphore)
WALKS_AT_ONCE = 2
"""Fewer than the database has readers, so that walks never starve the cheap reads."""


async def require(
    forge: Forge, app: web.Application, tree_id: Digest, landing: Landing | None, ids: list[Digest]
) -> None:
    """Raise `Absent` unless every id belongs to the tree or to the landing's own documents."""
    left = set(ids) - (documents(landing) if landing else set())
    if not left:
        return
    async with app[WALKS]:
        await forge.db.read(lambda tx: _look(tx, forge, tree_id, landing, left))


def documents(landing: Landing) -> set[bytes | None]:
    """Return the ids of what vouches for a landing."""
    return {landing.id, landing.contribution, landing.changes.id, landing.transcript}


def _look(
    tx: Tx, forge: Forge, tree_id: Digest, landing: Landing | None, left: set[Digest]
) -> None:
    source = Source(forge.objects)
    source.tx = tx
    for digest in _reachable(tree_id, landing, source):
        left.discard(digest)
        if not left:
            return
    raise Absent(next(iter(left)))


def _reachable(tree_id: Digest, landing: Landing | None, source: Source) -> Iterator[Digest]:
    yield from tree.nodes(tree_id, source)
    if landing is not None:
        yield from contents.parts(Digest(landing.changes.id), landing.changes.size, source)
    for _, entry in tree.walk(tree_id, source):
        yield from contents.parts(entry.id, entry.size, source)
