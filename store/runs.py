"""Long sequences in runs of bounded weight: how the store works on much in little memory."""

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def runs(items: Iterable[T], weight: Callable[[T], int], most: int) -> Iterator[list[T]]:
    """Yield `items` in lists that each end with the item that makes them weigh `most`."""
    run: list[T] = []
    held = 0
    for item in items:
        run.append(item)
        held += weight(item)
        if held >= most:
            yield run
            run, held = [], 0
    if run:
        yield run
