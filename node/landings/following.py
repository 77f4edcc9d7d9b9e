"""The history of a file through its names, newest first.

A landing says which paths came and which went; that a file only got another name is found out when
somebody asks, as git does it: a file that came in a landing that also took files away was that one
of them which is most like it, if at least half of it is the same.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from node.kernel.forge import Forge
from node.landings import reading, rows, rules
from node.landings.model import Landing
from node.projects.model import Project
from store import contents, tree
from store.changes import Change
from store.database import Tx
from store.digest import Digest
from store.git.similarity import File, source_of
from store.nodes import Entry, Mode

PAGE = 100
NEWEST = 1 << 62
READ = 64 << 20
"""Bytes of files that went that are looked at for one that came: those nearest in size first."""

_KEPT = 20_000
_found: "OrderedDict[tuple[Digest, str], str | None]" = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Touch:
    """A landing that changed a file: under which path, what stood there, what stands there.

    `source` is the path that the file had before, where this landing gave it another one; then
    `old` stood there. With neither of the entries it is a directory, in which something changed.
    """

    landing: Landing
    path: str
    old: Entry | None = None
    new: Entry | None = None
    source: str | None = None


def touches(forge: Forge, tx: Tx, project: Project, path: str, before: int) -> Iterator[Touch]:
    """Yield what touched `path`, or anything below it, before a position, through its names."""
    while True:
        key = rules.path_key(path, reading.path_seed(forge))
        some = rows.touching(tx, project.key, key, before, PAGE)
        for landing in some:
            before = landing.position
            touch = _touch(forge, tx, landing, path)
            yield touch
            if touch.source is not None:
                path = touch.source
                break
        else:
            if len(some) < PAGE:
                return


def page(forge: Forge, tx: Tx, project: Project, path: str, before: int, limit: int) -> list[Touch]:
    """Return up to `limit` touches below a position; the names are those of the file there now."""
    key = rules.path_key(path, reading.path_seed(forge))
    is_file = bool(rows.positions_of(tx, project.key, key, NEWEST))
    found = touches(forge, tx, project, path, NEWEST if is_file else before)
    return list(islice((one for one in found if one.landing.position < before), limit))


def _touch(forge: Forge, tx: Tx, landing: Landing, path: str) -> Touch:
    def file(root: Digest, name: str) -> Entry | None:
        found = tree.lookup(root, name, lambda digest: forge.objects.get(tx, digest))
        return found if found and found.mode is not Mode.DIRECTORY else None

    old, new = file(landing.previous_tree, path), file(landing.tree, path)
    if new is None or old is not None:
        return Touch(landing, path, old, new)
    source = source_at(forge, tx, landing, path)
    old = file(landing.previous_tree, source) if source else None
    return Touch(landing, path, old, new, source)


def source_at(forge: Forge, tx: Tx, landing: Landing, path: str) -> str | None:
    """Return what the file that came to `path` was called before this landing, if it was."""
    asked = (landing.id, path)
    with _lock:
        if asked in _found:
            _found.move_to_end(asked)
            return _found[asked]
    answer = _source(forge, tx, reading.changes_of(forge, tx, landing), path)
    with _lock:
        _found[asked] = answer
        if len(_found) > _KEPT:
            _found.popitem(last=False)
    return answer


def _source(forge: Forge, tx: Tx, changes: tuple[Change, ...], path: str) -> str | None:
    came = next((one.new for one in changes if one.path == path and one.old is None), None)
    if came is None:
        return None
    return source_of(_file(forge, tx, path, came), _gone(forge, tx, changes, came))


def _gone(forge: Forge, tx: Tx, changes: tuple[Change, ...], came: Entry) -> list[File]:
    """Return the files that went and can be compared: the same, and others while they fit."""
    gone = [(one.path, one.old) for one in changes if one.new is None and one.old is not None]
    most, left = forge.limits.blame, READ
    found = []
    for path, entry in sorted(gone, key=lambda one: abs(one[1].size - came.size)):
        if entry.id != came.id:
            left -= entry.size
            if max(entry.size, came.size) > most or left < 0:
                continue
        found.append(_file(forge, tx, path, entry))
    return found


def _file(forge: Forge, tx: Tx, path: str, entry: Entry) -> File:
    def source(digest: Digest) -> bytes:
        return forge.objects.get(tx, digest)

    return File(path, entry, lambda: b"".join(contents.read(entry.id, entry.size, source)))
