"""What git has of a project besides its landings: fetched after them, so that a mirror serves git.

It is nobody's loss if it does not come: the landings are whole without it, and whoever asks for git
is told where it can be had. How much of it there is, nobody has signed, so it is bounded before it
is fetched, and the home is asked first. What came is tried at once, and all of it forgotten where
it does not make the commits that the home has signed.
"""

import asyncio
import logging
from collections.abc import Sequence

from mic.wire.imports import Residue
from node.imports import mirrored
from node.imports.model import BadResidue, Kept
from node.kernel.errors import Fault
from node.kernel.forge import Forge
from node.projects.model import Project
from node.replication import verbs as replication
from p2p.contents import Span, Taking
from p2p.faults import HolderFault, Misbehaved
from p2p.scores import Offence
from p2p.sources import Source, proven
from store import contents
from store.database import Tx
from store.digest import Digest, parse_digest
from store.errors import BadManifest
from store.git import residue

log = logging.getLogger(__name__)

MOST = 500_000
"""Contents, and pushes, of one project."""

PAGES = 1_000
"""Answers in which a list of them comes."""

LONGEST_SECONDS = 1800.0
"""How long one holder may take: seeds wait for each other."""

_AT_ONCE = 16
_CUT = frozenset({Offence.STALL, Offence.TRUNCATED})
_REMEMBERED = 64
_GIT = Span(None, 0)

_tried: dict[tuple[str, str], set[str]] = {}
"""The nodes of this process, the projects for which they have tried it, and who gave what is none.

Those are not asked again: all that they give costs room until it is collected.
"""


async def bring(taking: Taking, project: Project, before: int, position: int) -> None:
    """Fetch what git lacks of a mirror that a pull brought from `before` to `position`.

    What could not be had is tried again when something has landed, or the node starts.
    """
    key = (taking.forge.node.did, project.id)
    if taking.seed.depth is not None or (key in _tried and before == position):
        return
    refuted = _tried.setdefault(key, set())
    if not await mirrored.lacks(taking.forge, project, before):
        return
    for source in _home_first(taking.sources, project):
        where = source.holder.where
        if where in refuted:
            continue
        try:
            if await _from(taking, project, source):
                return
        except (BadResidue, HolderFault) as fault:
            log.warning(fault.message, extra={"peer": where, "project": project.id})
            if isinstance(fault, HolderFault):
                taking.dropped.append((source, fault))
            if _is_refuted(taking, source, fault) and len(refuted) < _REMEMBERED:
                refuted.add(where)


def _is_refuted(taking: Taking, source: Source, fault: Fault) -> bool:
    """Return whether a holder has shown what does not do, and not only too little of it."""
    faults = [fault, *(one for asked, one in taking.dropped if asked is source)]
    lies = [one for one in faults if isinstance(one, Misbehaved) and one.offence not in _CUT]
    return isinstance(fault, BadResidue) or bool(lies)


def _home_first(sources: Sequence[Source], project: Project) -> list[Source]:
    """Return whom to ask: the operator's word and the home's key are worth more than others."""

    def is_other(source: Source) -> bool:
        way = source.holder.way
        return not (way.is_trusted or proven(way) == project.home)

    return sorted(sources, key=is_other)


async def _from(whole: Taking, project: Project, source: Source) -> bool:
    """Take what one holder has; return whether it had anything, and it does."""
    forge, seed = whole.forge, whole.seed
    after = await mirrored.count(forge, project)
    room = forge.limits.seeds if whole.room is None else whole.room
    taking = Taking(forge, seed, whole.project, [source], whole.dropped, room=room)
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            kept, pushed = await _listed(source, after)
            if not kept:
                return False
            _check_size(forge, kept)
            await _fetched(taking, kept, source.holder.where)
        await mirrored.take(forge, project, after, kept, pushed)
    except TimeoutError as late:
        raise Misbehaved(source.holder.where, Offence.STALL, "too little, too slowly") from late
    except (BadResidue, HolderFault) as fault:
        if _is_refuted(whole, source, fault):  # It is collected, and used nobody's quota up.
            spent = room - (taking.room or 0)
            await forge.db.write(lambda tx: replication.count_bytes(tx, seed.key, -spent))
        raise
    return True


def _check_size(forge: Forge, kept: Sequence[Kept]) -> None:
    """Raise `BadResidue` for more than git is given by anybody: a few bytes can say to be many."""
    size = sum(one.size for one in kept)
    if size > forge.limits.push:
        raise BadResidue(f"they have {size:,} bytes, and {forge.limits.push:,} are the most.")


async def _fetched(taking: Taking, kept: Sequence[Kept], where: str) -> None:
    """Fetch contents; raises `Misbehaved` for what is not as it is said to be."""
    forge = taking.forge
    await taking.fetch(_GIT, list(dict.fromkeys(one.content for one in kept)))
    large = [one for one in kept if one.size > contents.BLOB_MAX]

    def pieces(tx: Tx) -> list[Digest]:
        return [part for one in large for part, _ in _spans(forge, tx, one)]

    try:
        if large:
            await taking.fetch(_GIT, list(dict.fromkeys(await forge.db.read(pieces))))
        for first in range(0, len(kept), _AT_ONCE):
            some = kept[first : first + _AT_ONCE]
            await forge.db.read(lambda tx, some=some: _check(forge, tx, some))  # type: ignore[misc]
    except BadManifest as fault:
        raise Misbehaved(where, Offence.MALFORMED, f"what git cannot need: {fault}") from fault


def _spans(forge: Forge, tx: Tx, one: Kept) -> list[tuple[Digest, int]]:
    return contents.spans(one.content, one.size, lambda digest: forge.objects.get(tx, digest))


def _check(forge: Forge, tx: Tx, some: Sequence[Kept]) -> None:
    """Raise `BadManifest` for a size that is another, and for parts without objects of git."""
    for one in some:
        spans = _spans(forge, tx, one)
        there = forge.objects.lengths(tx, [part for part, _ in spans])
        if any(there.get(part) != length for part, length in spans):
            raise BadManifest(f"{one.content.hex()} has not {one.size} bytes")
        if one.kind == "part" and not residue.is_part(forge.objects.get(tx, one.content)):
            raise BadManifest(f"{one.content.hex()} holds no objects of git")


async def _listed(source: Source, after: int) -> tuple[list[Kept], dict[int, str]]:
    """Return what a holder has behind the first `after` contents, and all pushes."""
    kept: list[Kept] = []
    pushed: dict[int, str] = {}
    for _ in range(PAGES):
        query = {"after": after + len(kept), "since": max(pushed, default=0)}
        page = await source.holder.get(f"{source.path}/residue", Residue, query)
        before = len(kept), len(pushed)
        kept += [Kept(one.kind, parse_digest(one.id), one.size) for one in page.kept]
        pushed |= {one.position: one.commit for one in page.pushed}
        if (len(kept), len(pushed)) == before:
            return kept, pushed
        if max(len(kept), len(pushed)) > MOST:
            break
    raise Misbehaved(source.holder.where, Offence.OVERSIZE, "a residue without end")
