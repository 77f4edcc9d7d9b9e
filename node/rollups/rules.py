"""Which blocks exist, what goes into their filters, and how a reader uses them.

A filter is only ever made of a complete block: one that is made while its block still grows would
hide every later landing of that block. A reader without the node's index walks the blocks from the
largest down and looks at single landings only where no filter can rule them out.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from node.rollups.model import LEVELS, Rollup, Span
from store.bloom import Bloom
from store.changes import Change

ITSELF, BELOW = b"=", b"/"


def due(level: int, head: int, built: int) -> Iterator[int]:
    """Yield the first positions of the complete blocks after position `built`, oldest first."""
    size = LEVELS[level]
    yield from range(built + 1, head - size + 2, size)


def keys_of(changes: Iterable[Change]) -> set[bytes]:
    """Return what a landing leaves in a filter: its paths, and the directories above them."""
    keys = set()
    for change in changes:
        path = change.path.encode()
        keys.add(ITSELF + path)
        keys.update(BELOW + parent for parent in _above(path))
    return keys


def questions(path: str) -> list[bytes]:
    """Return the keys of which a block that clashes with `path` has at least one in its filter."""
    raw = path.encode()
    return [ITSELF + raw, BELOW + raw, *(ITSELF + parent for parent in _above(raw))]


def candidates(
    paths: Sequence[str], asked: Span, rollups: Iterable[Rollup], load: Callable[[Rollup], Bloom]
) -> list[Span]:
    """Return the spans of `asked` in which one of `paths` may have been touched.

    Never leaves out a position that touched one: a filter has no false negatives, and what no
    complete block covers is always returned.
    """
    keys = [key for path in paths for key in questions(path)]
    known = {(rollup.level, rollup.start): rollup for rollup in rollups}

    def walk(span: Span, level: int) -> Iterator[Span]:
        if level == 0:
            yield span
            return
        for block in _blocks(span, LEVELS[level]):
            whole = block.end - block.start + 1 == LEVELS[level]
            rollup = known.get((level, block.start)) if whole else None
            if rollup is None or any(map(load(rollup).may_contain, keys)):
                yield from walk(block, level - 1)

    return _joined(walk(asked, max(LEVELS)))


def _above(path: bytes) -> Iterator[bytes]:
    end = path.rfind(b"/")
    while end > 0:
        yield path[:end]
        end = path.rfind(b"/", 0, end)


def _blocks(span: Span, size: int) -> Iterator[Span]:
    """Cut a span where blocks of `size` positions begin."""
    start = span.start
    while start <= span.end:
        end = min((start - 1) // size * size + size, span.end)
        yield Span(start, end)
        start = end + 1


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and joined[-1].end + 1 == span.start:
            joined[-1] = Span(joined[-1].start, span.end)
        else:
            joined.append(span)
    return joined
