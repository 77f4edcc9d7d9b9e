"""The sets of project ids that askers told this node, so that they need not tell them again.

A cache, bounded in all and for each asker: whoever's set was forgotten is told `unknown` and sends
it once more. A set is kept for its asker alone: from another one, its digest says nothing.
"""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Final

IDS: Final = 1 << 18
"""Ids in all sets together: 8 MiB of them."""

SETS_OF_ONE: Final = 64


class Told:
    """What was told by whom, the least recently asked about first."""

    def __init__(self, ids: int = IDS, sets_of_one: int = SETS_OF_ONE) -> None:
        self._sets: OrderedDict[tuple[Hashable, str], Sequence[bytes]] = OrderedDict()
        self._room = ids
        self._sets_of_one = sets_of_one

    def get(self, asker: Hashable, name: str) -> Sequence[bytes] | None:
        """Return the ids of the set `name` that `asker` told."""
        found = self._sets.get((asker, name))
        if found is not None:
            self._sets.move_to_end((asker, name))
        return found

    def keep(self, asker: Hashable, name: str, ids: Sequence[bytes]) -> None:
        """Remember a set, and forget what there is no room for."""
        self._forget((asker, name))
        own = [key for key in self._sets if key[0] == asker]
        for key in own[: max(0, len(own) - self._sets_of_one + 1)]:
            self._forget(key)
        self._sets[asker, name] = ids
        self._room -= len(ids) + 1
        while self._room < 0:
            self._forget(next(iter(self._sets)))

    def _forget(self, key: tuple[Hashable, str]) -> None:
        self._room += len(gone) + 1 if (gone := self._sets.pop(key, None)) is not None else 0
