"""The signed log as objects: what `mic verify` and a mirror need to check every step themselves."""

from collections.abc import AsyncIterator, Iterator

from aiohttp import web

from mic.sync import edge, streams
from node.kernel.errors import Invalid
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.landings import verbs as landings
from node.landings.model import Landing
from node.projects.model import Project
from store import contents
from store.digest import Digest

LONGEST = 10_000
STEP = 200


async def records(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Send, for each position `from`..`to`, landing, contribution, change list and transcript."""
    project = await edge.project(forge, who, request)
    head = await landings.head(forge, who, project)
    first = edge.number(request, "from") or 1
    asked = edge.number(request, "to")
    last = head.position if asked is None else min(asked, head.position)
    if last - first >= LONGEST:
        raise Invalid(
            "records.too-many", f"One request sends at most {LONGEST} positions.", limit=LONGEST
        )
    found = [one async for one in _between(forge, who, project, first, last)]
    source = streams.Source(forge.objects)
    return await streams.send(forge, request, source, _documents(found, source))


async def _between(
    forge: Forge, who: Party, project: Project, first: int, last: int
) -> AsyncIterator[Landing]:
    for start in range(first, last + 1, STEP):
        stop = min(start + STEP, last + 1)
        page = await landings.log(forge, who, project, before=stop, limit=stop - start)
        for landing in reversed(page):
            yield landing


def _documents(found: list[Landing], source: streams.Source) -> Iterator[Digest]:
    for landing in found:
        yield landing.id
        if landing.contribution is not None:
            yield landing.contribution
        yield from contents.parts(Digest(landing.changes.id), landing.changes.size, source)
        yield landing.transcript
