"""Trees: a project's files as nodes named by their digests.

One node for each directory, so that a listing is one read and a change rewrites one node on each
level above it. A directory of more than 256 entries is a prolly tree: cut where the names say so,
never where history happened to, so that however a tree came about it has one digest. Two peers
that hold the same files must get the same root: nothing in here may depend on the order of events.

A node that is not exactly what this module would have written is an error, never an empty tree.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from store import prolly
from store.digest import Digest
from store.errors import BadPath, BadTree
from store.nodes import EMPTY, Entry, Mode, Node, Row, Sink, Source, entry_of, load, row_of
from store.paths import MAX_DEPTH, MAX_PATH, check_path, name_fault

__all__ = [
    "EMPTY",
    "Entry",
    "Mode",
    "Sink",
    "Source",
    "apply",
    "build",
    "check_path",
    "diff",
    "draw",
    "listing",
    "lookup",
    "nodes",
    "walk",
]

_SHORT = 1000
"""Characters that no path can have and be too long, whatever its last name is."""

Difference = tuple[str, Entry | None, Entry | None]


class Seen(Protocol):
    """Digests that were met: a set, or what is like one and lies elsewhere."""

    def __contains__(self, digest: object, /) -> bool: ...
    def add(self, digest: Digest, /) -> object:
        """Put a digest in."""


class _Wanted:
    """What shall become of one directory: files of its own, and directories below."""

    __slots__ = ("below", "files")

    def __init__(self) -> None:
        self.files: dict[str, Entry | None] = {}
        self.below: dict[str, _Wanted] = {}

    def add(self, path: str, entry: Entry | None) -> None:
        if entry is not None and entry.mode is Mode.DIRECTORY:
            raise BadTree(f"{path} is to be a directory, which only its files can make")
        above, _, name = path.rpartition("/")
        place = self._directory(above, path)
        if reason := name_fault(name):
            raise BadPath(path, reason)
        if name in place.files:
            raise BadTree(f"{path} comes twice")
        place.files[name] = entry

    def _directory(self, above: str, path: str) -> "_Wanted":
        """Return the directory `above`; the first path that needs it is checked whole."""
        if not above and "/" not in path:
            return self
        place = self
        for segment in above.split("/"):
            below = place.below.get(segment)
            if below is None or len(path) > _SHORT:
                check_path(path)
                below = place.below.setdefault(segment, _Wanted())
            place = below
        return place


def build(files: Iterable[tuple[str, Entry]], sink: Sink) -> Digest:
    """Write the tree of `files`, given in any order, and return its root; raises `BadTree`."""
    wanted = _Wanted()
    for path, entry in files:
        wanted.add(path, entry)
    made = _built(wanted, sink)
    return made.id if made else EMPTY


def _built(wanted: _Wanted, sink: Sink) -> Entry | None:
    rows = []
    for name in sorted(wanted.files.keys() | wanted.below.keys()):
        entry = wanted.files.get(name)
        if name in wanted.below:
            if entry is not None:
                raise BadTree(f"{name} is to be a file and a directory")
            entry = _built(wanted.below[name], sink)
        if entry is not None:
            rows.append(row_of(name, entry))
    return prolly.write(rows, sink) if rows else None


def apply(root: Digest, changes: Mapping[str, Entry | None], source: Source, sink: Sink) -> Digest:
    """Write the tree that `changes` make of `root`, and return its root.

    None removes a path; to remove what is not there changes nothing. Raises `BadTree` where a file
    would stand in the place of a directory, `BadPath` for a path that no project may hold.
    """
    wanted = _Wanted()
    for path, entry in changes.items():
        wanted.add(path, entry)
    made = _applied(root, wanted, source, sink)
    return made.id if made else EMPTY


def _applied(root: Digest, wanted: _Wanted, source: Source, sink: Sink) -> Entry | None:
    node = load(root, source)
    edits: dict[str, Row | None] = {}
    for name in wanted.files.keys() | wanted.below.keys():
        row = prolly.find(node, name, source)
        before = entry_of(row) if row else None
        after = _changed(name, before, wanted, source, sink)
        if after != before:
            edits[name] = row_of(name, after) if after else None
    if not edits:
        return prolly.whole(root, node)
    return prolly.edit(root, node, edits, source, sink)


def _changed(
    name: str, before: Entry | None, wanted: _Wanted, source: Source, sink: Sink
) -> Entry | None:
    """Return what stands at `name` afterwards."""
    is_directory = before is not None and before.mode is Mode.DIRECTORY
    below = wanted.below.get(name)
    if below is None:
        if is_directory:
            raise BadTree(f"{name} is a directory")
        return wanted.files[name]
    file = wanted.files.get(name)
    if before is not None and not is_directory and (name not in wanted.files):
        file = before
    start = before.id if before is not None and is_directory else EMPTY
    directory = _applied(start, below, source, sink)
    if directory is not None and (file is not None or (is_directory and name in wanted.files)):
        raise BadTree(f"{name} would be a file and a directory")
    return directory or file


def lookup(root: Digest, path: str, source: Source) -> Entry | None:
    """Return what stands at `path`; the empty path is the root itself."""
    found = prolly.whole(root, load(root, source))
    if not path:
        return found or Entry(Mode.DIRECTORY, EMPTY, 0)
    for segment in path.split("/"):
        if found is None or found.mode is not Mode.DIRECTORY:
            return None
        row = prolly.find(load(found.id, source), segment, source)
        found = entry_of(row) if row else None
    return found


def listing(root: Digest, path: str, source: Source) -> list[tuple[str, Entry]]:
    """Return the names in the directory at `path`, in order; raises `BadTree` if it is none."""
    found = lookup(root, path, source)
    if found is None or found.mode is not Mode.DIRECTORY:
        raise BadTree(f"{path!r} is no directory")
    return [(row[0], entry_of(row)) for row in prolly.rows(load(found.id, source), source)]


def walk(root: Digest, source: Source, above: str = "") -> Iterator[tuple[str, Entry]]:
    """Yield every file with its path, directory by directory; raises `BadTree` where it is endless.

    Whoever made the tree may have let it be deeper than any path that a project may hold.
    """
    _check_depth(above)
    for row in prolly.rows(load(root, source), source):
        path = above + row[0]
        entry = entry_of(row)
        if entry.mode is Mode.DIRECTORY:
            yield from walk(entry.id, source, f"{path}/")
        else:
            yield path, entry


def draw(root: Digest, pick: Callable[[Sequence[int]], int], source: Source) -> Entry | None:
    """Return one file of a tree, None of an empty one; reads the nodes above it and no others.

    `pick` gets the sizes of what is to choose from and returns the place of one of them.
    """
    while rows := load(root, source).rows:
        row = rows[pick([one[3] for one in rows])]
        is_inner = load(root, source).level > 0
        if not is_inner and row[1] != Mode.DIRECTORY:
            return entry_of(row)
        root = Digest(row[2])
    return None


def nodes(root: Digest, source: Source, seen: Seen | None = None) -> Iterator[Digest]:
    """Yield the digest of every node once, each before the nodes that it names.

    Nodes in `seen` are left out with all that is below them; those that are yielded are added. The
    empty tree has no node: everybody knows it.
    """
    known: Seen = set() if seen is None else seen
    waiting = [root]
    while waiting:
        digest = waiting.pop()
        if digest in known or digest == EMPTY:
            continue
        known.add(digest)
        yield digest
        waiting.extend(reversed(_named_nodes(load(digest, source))))


def _named_nodes(node: Node) -> list[Digest]:
    if node.level:
        return [Digest(row[2]) for row in node.rows]
    return [Digest(row[2]) for row in node.rows if row[1] == Mode.DIRECTORY]


def diff(old: Digest, new: Digest, source: Source, above: str = "") -> Iterator[Difference]:
    """Yield the files that differ, as path, old and new entry; reads only what is not shared."""
    if old == new:
        return
    _check_depth(above)
    before, after = prolly.unshared(load(old, source), load(new, source), source)
    for name in sorted(before.keys() | after.keys()):
        ours, theirs = before.get(name), after.get(name)
        if ours != theirs:
            yield from _differences(above + name, ours, theirs, source)


def _differences(
    path: str, old: Row | None, new: Row | None, source: Source
) -> Iterator[Difference]:
    before, after = (entry_of(row) if row else None for row in (old, new))
    directories = [_directory(entry) for entry in (before, after)]
    files = [None if entry and entry.mode is Mode.DIRECTORY else entry for entry in (before, after)]
    if files[0] != files[1]:
        yield path, files[0], files[1]
    yield from diff(directories[0], directories[1], source, f"{path}/")


def _check_depth(above: str) -> None:
    if len(above) > MAX_PATH or above.count("/") >= MAX_DEPTH:
        raise BadTree(f"{above[:200]!r} is deeper than any path may be")


def _directory(entry: Entry | None) -> Digest:
    return entry.id if entry is not None and entry.mode is Mode.DIRECTORY else EMPTY
