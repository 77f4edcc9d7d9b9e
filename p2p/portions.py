"""A portion of a log as it comes, and what of one had come when an earlier pull was cut off.

Records lie in a file until their positions are accepted. What is read from there is proven again,
and asked for again if it does not hold: whoever sent it is not known any more. A position that had
come in part comes once more.
"""

from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing
from pathlib import Path

from node.kernel.forge import Forge
from p2p import received
from p2p.faults import Misbehaved
from p2p.groups import Group, groups
from p2p.received import Received
from store.records import Record


def name(project_id: str) -> str:
    """Return what the files of a project's log are kept under."""
    return f"{project_id} log"


class Portions:
    """What came of one project's log, for one pull at a time."""

    def __init__(self, forge: Forge, project_id: str) -> None:
        self._cache, self._pool = forge.cache, forge.objects.pool
        self._in_thread = forge.objects.in_thread
        self._name = name(project_id)

    async def before(self, first: int, last: int) -> list[Group]:
        """Return the positions from `first` to `last` that had come, as far as none is missing.

        Files that bring nothing to that go: who breaks off each time would fill the disk with them.
        """
        found: dict[int, tuple[Path, Group]] = {}
        for path in await self._in_thread(lambda: received.left(self._cache, self._name)):
            records = await self._in_thread(lambda one=path: list(received.records(one)))  # type: ignore[misc]
            for group in await _whole(path, records):
                found[group.record.position] = path, group
        here: list[tuple[Path, Group]] = []
        while first + len(here) <= last and first + len(here) in found:
            here.append(found[first + len(here)])
        await self.clear(but={path for path, _ in here})
        return [group for _, group in here]

    async def coming(
        self, records: AsyncGenerator[Record, None], where: str, room: int, last: int
    ) -> list[Group]:
        """Return what comes up to the position `last`, or until `room` bytes are used up."""
        found: list[Group] = []
        async with Received(self._cache, self._name, self._pool) as file:
            noted = _noted(records, file)
            async with aclosing(records), aclosing(noted), aclosing(groups(noted, where)) as cut:
                async for group in cut:
                    found.append(group)
                    room -= group.size
                    if room <= 0 or group.record.position >= last:
                        break
            if found:
                await file.finish(found[-1].record.position)
        return found

    async def clear(self, but: Collection[Path] = ()) -> None:
        """Forget what came, `but` for some files: it is accepted, or refused, or leads nowhere."""

        def work() -> None:
            for path in received.left(self._cache, self._name):
                if path not in but:
                    path.unlink(missing_ok=True)

        await self._in_thread(work)


async def _noted(records: AsyncIterator[Record], file: Received) -> AsyncGenerator[Record, None]:
    async for record in records:
        await file.add(record)
        yield record


async def _whole(path: Path, records: list[Record]) -> list[Group]:
    """Return the positions of a file that are whole; the last may not be, if it was cut off."""
    found: list[Group] = []
    try:
        async for group in groups(_each(records), "an earlier pull"):
            found.append(group)  # noqa: PERF401  those before one that is torn are kept
    except Misbehaved:
        return found
    until = received.finished(path)
    return [one for one in found if one is not found[-1] or one.record.position <= until]


async def _each(records: list[Record]) -> AsyncIterator[Record]:
    for record in records:
        yield record
