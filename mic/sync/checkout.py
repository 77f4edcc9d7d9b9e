"""Everything a workspace needs of one position, or what it lacks after another.

Nodes come root first and each before what it names, then file contents in the order of the paths,
so that a reader can write files as they arrive and hold nothing but the tree.
"""

from collections.abc import Iterator

from aiohttp import web

from mic.sync import edge, streams
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import verbs as landings
from node.projects.model import Project
from store import contents, tree
from store.digest import Digest
from store.tree import EMPTY, Entry


async def checkout(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Send the objects of position `at` (the head unless said) without those of position `have`."""
    project = await edge.project(forge, who, request)
    new = await tree_at(forge, who, project, edge.number(request, "at"))
    have = edge.number(request, "have")
    old = EMPTY if have is None else await tree_at(forge, who, project, have)
    source = streams.Source(forge.objects)
    return await streams.send(forge, request, source, _needed(old, new, source))


async def tree_at(forge: Forge, who: Party, project: Project, position: int | None) -> Digest:
    """Return the root tree of a position, of the head for None; raises `Missing`."""
    if position is None:
        return (await landings.head(forge, who, project)).tree
    if position == 0:
        return EMPTY
    return (await landings.get(forge, who, project, position)).tree


def _needed(old: Digest, new: Digest, source: streams.Source) -> Iterator[Digest]:
    seen: set[Digest] = set(tree.nodes(old, source))
    yield from tree.nodes(new, source, seen)
    for entry in _files(old, new, source):
        if entry.id not in seen:
            fresh = [one for one in contents.parts(entry.id, entry.size, source) if one not in seen]
            seen.update(fresh)
            yield from fresh


def _files(old: Digest, new: Digest, source: streams.Source) -> Iterator[Entry]:
    return (entry for _, _, entry in tree.diff(old, new, source) if entry is not None)
