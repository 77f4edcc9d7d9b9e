"""What git has of a project besides its landings: fetched after them, so that a mirror serves git.

It is nobody's loss if it does not come: the landings are whole without it, and whoever asks for git
is told where it can be had. What came is tried at once, and all of it forgotten where it does not
make the commits that the home has signed.
"""

import logging

from mic.wire.imports import Residue
from node.imports import mirrored
from node.imports.model import BadResidue, Kept
from node.projects.model import Project
from p2p.contents import Span, Taking
from p2p.faults import HolderFault, Misbehaved
from p2p.scores import Offence
from p2p.sources import Source
from store import contents
from store.database import Tx
from store.digest import Digest, parse_digest

log = logging.getLogger(__name__)

MOST = 500_000
"""Contents, and pushes, of one project."""

_GIT = Span(None, 0)

_tried: set[tuple[str, str]] = set()
"""The nodes of this process, and the projects for which they have tried it."""


async def bring(taking: Taking, project: Project, before: int, position: int) -> None:
    """Fetch what git lacks of a mirror that a pull brought from `before` to `position`.

    What could not be had is tried again when something has landed, or the node starts.
    """
    key = (taking.forge.node.did, project.id)
    if taking.seed.depth is not None or (key in _tried and before == position):
        return
    _tried.add(key)
    if not await mirrored.lacks(taking.forge, project, before):
        return
    for source in list(taking.sources):
        try:
            if await _from(taking, project, source):
                return
        except HolderFault as fault:
            taking.dropped.append((source, fault))
        except BadResidue as fault:
            log.warning(fault.message, extra={"peer": source.holder.where, "project": project.id})


async def _from(whole: Taking, project: Project, source: Source) -> bool:
    """Take what one holder has; return whether it had anything, and it does."""
    forge = whole.forge
    after = await mirrored.count(forge, project)
    kept, pushed = await _listed(source, after)
    if not kept:
        return False
    room = forge.limits.seeds if whole.room is None else whole.room
    taking = Taking(forge, whole.seed, whole.project, [source], whole.dropped, room=room)
    await taking.fetch(_GIT, list(dict.fromkeys(one.content for one in kept)))
    large = [one for one in kept if one.size > contents.BLOB_MAX]

    def pieces(tx: Tx) -> list[Digest]:
        def source(digest: Digest) -> bytes:
            return forge.objects.get(tx, digest)

        return [part for one in large for part in contents.parts(one.content, one.size, source)]

    if large:
        await taking.fetch(_GIT, list(dict.fromkeys(await forge.db.read(pieces))))
    await mirrored.take(forge, project, after, kept, pushed)
    return True


async def _listed(source: Source, after: int) -> tuple[list[Kept], dict[int, str]]:
    """Return what a holder has behind the first `after` contents, and all pushes."""
    kept: list[Kept] = []
    pushed: dict[int, str] = {}
    while True:
        query = {"after": after + len(kept), "since": max(pushed, default=0)}
        page = await source.holder.get(f"{source.path}/residue", Residue, query)
        before = len(kept), len(pushed)
        kept += [Kept(one.kind, parse_digest(one.id), one.size) for one in page.kept]
        pushed |= {one.position: one.commit for one in page.pushed}
        if (len(kept), len(pushed)) == before:
            return kept, pushed
        if max(len(kept), len(pushed)) > MOST:
            raise Misbehaved(source.holder.where, Offence.OVERSIZE, "a residue without end")
