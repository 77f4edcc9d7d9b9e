"""The nodes of one directory: a single one, or a search tree cut by its names.

Up to 256 entries stand in one node. More are cut after each name whose hash ends in five zero bits
(one in 32), and after 1,024 entries at the latest; the nodes of a level become the entries of the
next, cut by the same rule with the level as seed, until one node holds all. An inner node has at
least two children, so that no choice of names makes the levels endless.

A cut depends on what follows the cut before it and on nothing else. So an edit rewrites from the
start of the node it falls into until a new cut meets an old one; there both trees go on alike.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping

import mmh3

from store.digest import Digest
from store.errors import BadTree
from store.nodes import Entry, Mode, Node, Row, Sink, Source, load, save

ONE_NODE = 256
LONGEST = 1024
_MASK = 31

Edits = Mapping[str, Row | None]


def write(rows: list[Row], sink: Sink, replaced: Digest | None = None) -> Entry:
    """Write a directory of `rows`, in order and at least one, from scratch."""
    if len(rows) <= ONE_NODE:
        return _entry(rows, 0, save(0, rows, sink, replaced))
    level, refs = 0, _cut_all(0, rows, sink)
    while len(refs) > 1:
        level += 1
        refs = _cut_all(level, refs, sink)
    return _top(refs[0])


def whole(root: Digest, node: Node) -> Entry | None:
    """Return a directory's entry in its parent, None for the empty one."""
    return _entry(node.rows, node.level, root) if node.rows else None


def find(node: Node, name: str, source: Source) -> Row | None:
    """Return the row of `name` in the directory whose top is `node`."""
    leaf, _, _ = _descend(node, None, 0, name, source)
    index = bisect_left(leaf.names, name)
    return leaf.rows[index] if index < len(leaf.rows) and leaf.names[index] == name else None


def rows(node: Node, source: Source) -> Iterator[Row]:
    """Yield all rows of a directory in order; raises `BadTree` where a name could come twice."""
    last = ""
    for leaf in _leaves(node, source):
        last = _after(last, leaf)
        yield from leaf.rows


def _leaves(node: Node, source: Source) -> Iterator[Node]:
    if node.level == 0:
        yield node
        return
    for row in node.rows:
        yield from _leaves(_child(node, row, source), source)


def _after(last: str, leaf: Node) -> str:
    """Return the last name of `leaf`; raises `BadTree` unless all of it comes behind `last`.

    Two nodes that overlap could hold one name twice: as a link, and as a directory to go into.
    """
    if not leaf.names:
        return last
    if leaf.names[0] <= last:
        raise BadTree(f"the node at {leaf.names[0]!r} begins before the one before it ends")
    return leaf.names[-1]


def edit(root: Digest, node: Node, edits: Edits, source: Source, sink: Sink) -> Entry | None:
    """Write the directory that `edits` make of the one whose top is `node`."""
    if node.level == 0:
        after = _merged(node.rows, sorted(edits), edits)
        return write(after, sink, root) if after else None
    level, pending = 0, dict(edits)
    remaining = sum(row[1] for row in node.rows) + _growth(node, edits, source)
    if remaining <= ONE_NODE:
        after = _merged(list(rows(node, source)), sorted(edits), edits)
        return write(after, sink, root) if after else None
    while level < node.level:
        pending = _recut(level, root, node, pending, source, sink)
        level += 1
    refs = _cut_all(level, _merged(node.rows, sorted(pending), pending), sink, root)
    while len(refs) > 1:
        level += 1
        refs = _cut_all(level, refs, sink)
    return _lowered(level, refs[0], source)


def _growth(node: Node, edits: Edits, source: Source) -> int:
    grown = 0
    for name, row in edits.items():
        grown += (row is not None) - (find(node, name, source) is not None)
    return grown


def _recut(
    level: int, root: Digest, top: Node, edits: Edits, source: Source, sink: Sink
) -> dict[str, Row | None]:
    """Rewrite the nodes of `level` that `edits` touch; return the edits of the level above."""
    above: dict[str, Row | None] = {}
    keys, done = sorted(edits), 0
    while done < len(keys):
        key: str | None = keys[done]
        pending: list[Row] = []
        while key is not None:
            node, digest, end = _descend(top, root, level, key, source)
            above[node.names[0]] = None
            stop = len(keys) if end is None else bisect_left(keys, end, done)
            for row in _merged(node.rows, keys[done:stop], edits):
                pending.append(row)
                if _ends(level, pending):
                    above[pending[0][0]] = _written(level, pending, sink, digest)
                    pending, digest = [], None
            done = stop
            key = end if pending else None
        if pending:
            above[pending[0][0]] = _written(level, pending, sink, digest)
    return above


def _lowered(level: int, ref: Row, source: Source) -> Entry:
    """Return the directory of `ref`, without tops that have but one child."""
    node = load(Digest(ref[2]), source)
    while level and len(node.rows) == 1:
        ref = node.rows[0]
        node = _child(node, ref, source)
        level -= 1
    return _top(ref)


def _descend(
    node: Node, digest: Digest | None, level: int, name: str, source: Source
) -> tuple[Node, Digest | None, str | None]:
    """Return the node of `level` in which `name` belongs, and where the one behind it begins."""
    end: str | None = None
    while node.level > level:
        index = max(bisect_right(node.names, name) - 1, 0)
        if index + 1 < len(node.names):
            end = node.names[index + 1]
        digest = Digest(node.rows[index][2])
        node = _child(node, node.rows[index], source)
    return node, digest, end


def _child(parent: Node, row: Row, source: Source) -> Node:
    node = load(Digest(row[2]), source)
    if node.level != parent.level - 1 or not node.names or node.names[0] != row[0]:
        raise BadTree(f"the node at {row[0]!r} is not the one that its parent describes")
    count, size = _sums(node.rows, node.level)
    if (count, size) != (row[1], row[3]):
        raise BadTree(f"the node at {row[0]!r} holds more or less than its parent says")
    return node


def _merged(before: list[Row], keys: Iterable[str], edits: Edits) -> list[Row]:
    """Return rows `before` with the edits of `keys`, which are in order."""
    after: list[Row] = []
    start = 0
    names = [row[0] for row in before]
    for key in keys:
        index = bisect_left(names, key, start)
        after += before[start:index]
        row = edits[key]
        if row is not None:
            after.append(row)
        start = index + 1 if index < len(names) and names[index] == key else index
    after += before[start:]
    return after


def _cut_all(level: int, rows: list[Row], sink: Sink, replaced: Digest | None = None) -> list[Row]:
    refs, pending = [], []
    for row in rows:
        pending.append(row)
        if _ends(level, pending):
            refs.append(_written(level, pending, sink, replaced))
            pending, replaced = [], None
    if pending:
        refs.append(_written(level, pending, sink, replaced))
    return refs


def _ends(level: int, pending: list[Row]) -> bool:
    """Whether a node ends behind the last of `pending`."""
    if len(pending) >= LONGEST:
        return True
    if level and len(pending) == 1:
        return False
    return not mmh3.hash(pending[-1][0].encode(), level, signed=False) & _MASK


def _written(level: int, rows: list[Row], sink: Sink, replaced: Digest | None) -> Row:
    count, size = _sums(rows, level)
    return rows[0][0], count, save(level, rows, sink, replaced), size


def _sums(rows: list[Row], level: int) -> tuple[int, int]:
    """Return how many entries stand below a node and how large they are."""
    count = sum(row[1] for row in rows) if level else len(rows)
    return count, sum(row[3] for row in rows)


def _entry(rows: list[Row], level: int, digest: Digest) -> Entry:
    return Entry(Mode.DIRECTORY, digest, _sums(rows, level)[1])


def _top(ref: Row) -> Entry:
    return Entry(Mode.DIRECTORY, Digest(ref[2]), ref[3])


def unshared(old: Node, new: Node, source: Source) -> tuple[dict[str, Row], dict[str, Row]]:
    """Return the rows of two directories by name, without those in nodes that both have."""
    ours, theirs = [old], [new]
    while True:
        level = max(node.level for node in (*ours, *theirs)) if ours or theirs else 0
        if level == 0:
            return _by_name(ours), _by_name(theirs)
        if all(node.level == level for node in (*ours, *theirs)):
            ours, theirs = _children_apart(ours, theirs, source)
        else:
            ours, theirs = (_below(side, level, source) for side in (ours, theirs))


def _children_apart(
    ours: list[Node], theirs: list[Node], source: Source
) -> tuple[list[Node], list[Node]]:
    left = {row[2] for node in ours for row in node.rows}
    shared = left & {row[2] for node in theirs for row in node.rows}
    return _children(ours, shared, source), _children(theirs, shared, source)


def _below(side: list[Node], level: int, source: Source) -> list[Node]:
    """Replace the nodes of `level` by their children."""
    return _children(side, set(), source) if side and side[0].level == level else side


def _children(side: list[Node], without: set[bytes], source: Source) -> list[Node]:
    return [
        _child(node, row, source) for node in side for row in node.rows if row[2] not in without
    ]


def _by_name(leaves: list[Node]) -> dict[str, Row]:
    last = ""
    for leaf in leaves:
        last = _after(last, leaf)
    return {row[0]: row for node in leaves for row in node.rows}
