"""The latest of what somebody else says faster than we listen: bounded, the oldest is dropped."""

import asyncio
from collections import deque
from typing import Generic, Self, TypeVar

Item = TypeVar("Item")


class Latest(Generic[Item]):
    """An endless iterator for one reader."""

    def __init__(self, most: int) -> None:
        self._items: deque[Item] = deque(maxlen=most)
        self._has_some = asyncio.Event()

    def put(self, item: Item) -> None:
        """Add `item`; where there is no room the oldest goes."""
        self._items.append(item)
        self._has_some.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Item:
        while not self._items:
            self._has_some.clear()
            await self._has_some.wait()
        return self._items.popleft()
