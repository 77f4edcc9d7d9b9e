"""Whether contents came with some landings of a project: what holders ask for, bit by bit.

The change lists say it, so no tree is walked: the cost is that of what landed in between, which the
asker bounds by asking for few positions, and the node by how many changes it looks through.
"""

from dataclasses import dataclass, field

from aiohttp import web

from mic.sync.membership import WALKS
from mic.sync.streams import Source
from node.kernel.errors import Exhausted, Invalid
from node.kernel.forge import Forge
from node.landings import reading
from node.projects.model import Project
from store import contents
from store.changes import MOST, Change
from store.database import Tx
from store.digest import Digest
from store.errors import Absent

LONGEST = 1_000
MOST_CHANGES = MOST + 250_000
"""However much one landing changed, what it brought can be asked for, with others before it."""
_STEP = 50


class RangeTooLarge(Exhausted):
    """Too much landed between two positions to look through it for one request."""

    def __init__(self) -> None:
        super().__init__(
            "objects.range-too-large",
            f"More than {MOST_CHANGES} changes landed there. Ask for fewer positions at once.",
            limit=MOST_CHANGES,
        )


@dataclass(slots=True)
class _Search:
    """What is looked for, and for what was found the older version that the asker has."""

    left: set[Digest]
    found: dict[Digest, Digest | None] = field(default_factory=dict)
    fresh: set[Digest] = field(default_factory=set)
    """What came in the range itself, which the asker need not have."""
    looked: int = 0

    def take(self, changes: tuple[Change, ...], source: Source) -> None:
        """Look through one change list."""
        self.looked += len(changes)
        if self.looked > MOST_CHANGES:
            raise RangeTooLarge
        for change in changes:
            if change.new is None:
                continue
            for part in contents.parts(change.new.id, change.new.size, source):
                if part in self.left:
                    self.left.discard(part)
                    self.found[part] = self._older(change, part)
        self.fresh.update(change.new.id for change in changes if change.new)

    def _older(self, change: Change, part: Digest) -> Digest | None:
        if change.old is None or change.new is None or part != change.new.id:
            return None
        is_whole = max(change.old.size, change.new.size) <= contents.BLOB_MAX
        return change.old.id if is_whole else None


async def named(
    forge: Forge, app: web.Application, project: Project, first: int, last: int, ids: list[Digest]
) -> dict[Digest, Digest | None]:
    """Return, for each of `ids`, the older version on which its difference may rest, if any.

    That is what stood at its path before, if it came below `first` or stands before it in `ids`.
    Raises `Absent` for an id that no change list of positions `first` to `last` names.
    """
    if not 0 < first <= last + 1 or last - first >= LONGEST:
        raise Invalid(
            "objects.bad-range", f"A range is 1 to {LONGEST} positions, the first one first."
        )
    search = _Search(set(ids))
    source = Source(forge.objects)

    def step(tx: Tx, start: int) -> None:
        source.tx = tx
        for landing in reversed(
            reading.between(tx, project.key, start, min(start + _STEP - 1, last))
        ):
            if search.left:
                search.take(reading.changes_of(forge, tx, landing), source)

    async with app[WALKS]:
        for start in range(first, last + 1, _STEP):
            await forge.db.read(lambda tx, start=start: step(tx, start))  # type: ignore[misc]
    if search.left:
        raise Absent(next(iter(search.left)))
    order = {digest: number for number, digest in enumerate(ids)}
    return {one: _known(search, order, one) for one in ids}


def _known(search: _Search, order: dict[Digest, int], digest: Digest) -> Digest | None:
    """Return the older version of an object if the asker has it by then."""
    older = search.found[digest]
    if older is None or older not in search.fresh:
        return older
    return older if order.get(older, len(order)) < order[digest] else None
