"""What a workspace's files say now, against its manifest: added, modified, deleted.

One pass over the directories, one `lstat` a file. A file is read only if its size and times do not
settle the question. Links are looked at, never followed; what a tree cannot hold (sockets, pipes,
devices) is skipped and named; a name that cannot travel is refused before anything is sent.
What reads files is imported only when a file has to be read: most often none has.
"""

import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal

import msgspec

from mic.errors import Denied, Invalid
from mic.workspace import ignore
from mic.workspace.files import Stat, folders_of, mode_of, stat_of
from mic.workspace.manifest import FOLDER, TICK_NS, Manifest, Tracked
from store.errors import BadPath
from store.nodes import Entry, Mode
from store.paths import check_path

Letter = Literal["A", "M", "D"]
HASHERS = 4
_NAMED = 10
HALF_WRITTEN = re.compile(r"(?:.*/)?\.mic-[0-9a-f]{16}", re.DOTALL)


class Item(msgspec.Struct, frozen=True):
    """One path that differs. `old` is what the manifest has; mode, size and stat are of now."""

    letter: Letter
    path: str
    old: Entry | None
    mode: Mode | None = None
    size: int = 0
    stat: Stat | None = None


class Scan(msgspec.Struct, frozen=True):
    """The differences by path, and the manifest with what was learnt about unchanged files."""

    items: tuple[Item, ...]
    manifest: Manifest
    is_refreshed: bool
    skipped: tuple[tuple[str, str], ...]


class _Seen:
    """What the pass over the directories found."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.doubtful: list[tuple[Tracked, os.stat_result]] = []
        self.added: list[Item] = []
        self.skipped: list[tuple[str, str]] = []
        self.unsafe: list[str] = []


def scan(root: Path, manifest: Manifest) -> Scan:
    """Compare the files below `root` with `manifest`.

    Raises `Invalid`, naming them, if new files have names that no project may hold, and `Denied`
    if a directory or a doubtful file cannot be read: unreadable is not deleted.
    """
    started = time.time_ns()
    found = _walk(root, manifest, ignore.load(root))
    if found.unsafe:
        raise _unsafe(found.unsafe)
    modified, fresh = _settle(root, found.doubtful, started)
    deleted = [
        Item("D", path, tracked.entry)
        for path, tracked in manifest.entries.items()
        if path not in found.paths
    ]
    items = sorted((*found.added, *modified, *deleted), key=lambda item: item.path)
    known = manifest
    if fresh:
        known = msgspec.structs.replace(manifest, entries={**manifest.entries, **fresh})
    return Scan(tuple(items), known, bool(fresh), tuple(found.skipped))


def _walk(root: Path, manifest: Manifest, rules: ignore.Rules) -> _Seen:
    found = _Seen()
    prunes = _pruner(rules, manifest.entries)
    stack = [("", os.fspath(root))]
    while stack:
        prefix, folder = stack.pop()
        try:
            with os.scandir(folder) as listing:
                strange = _pass(listing, prefix, manifest, found)
        except FileNotFoundError:
            continue
        except PermissionError as fault:
            raise _unreadable(folder) from fault
        for path, each in strange:
            if not each.is_dir(follow_symlinks=False):
                _add(found, rules, path, each)
            elif not prunes(path):
                stack.append((path + "/", each.path))
    return found


def _pass(
    listing: Iterator[os.DirEntry[str]], prefix: str, manifest: Manifest, found: _Seen
) -> list[tuple[str, os.DirEntry[str]]]:
    """Compare the tracked files of a directory; return what else is in it."""
    strange: list[tuple[str, os.DirEntry[str]]] = []
    get, seen, limit = manifest.entries.get, found.paths.add, manifest.saved_at - TICK_NS
    for each in listing:
        path = prefix + each.name
        known = get(path)
        if known is None:
            strange.append((path, each))
            continue
        facts = each.stat(follow_symlinks=False)
        times = (facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino)
        if known.stat == times and known.size == facts.st_size and times[1] <= limit:
            seen(path)
        elif stat.S_ISDIR(facts.st_mode):
            strange.append((path, each))
        else:
            seen(path)
            found.doubtful.append((known, facts))
    return strange


def _unreadable(folder: str) -> Denied:
    return Denied(
        f"The directory {folder} cannot be read.", code="workspace.unreadable", path=folder
    )


def _pruner(rules: ignore.Rules, entries: Mapping[str, Tracked]) -> Callable[[str], bool]:
    """Return whether an untracked directory can be left out: ignored, and nothing tracked below."""
    folders: set[str] = set()

    def holds(path: str) -> bool:
        if not folders:
            folders.update({"", *folders_of(entries)})
        return path in folders

    return lambda path: path == FOLDER or (rules.prunes(path) and not holds(path))


def _add(found: _Seen, rules: ignore.Rules, path: str, each: os.DirEntry[str]) -> None:
    if rules.ignores(path):
        return
    try:
        facts = each.stat(follow_symlinks=False)
    except FileNotFoundError:
        return
    if HALF_WRITTEN.fullmatch(path):
        found.skipped.append((path, "is what a mic that was stopped left half written"))
        return
    if (mode := mode_of(facts)) is None:
        found.skipped.append((path, "is no file, link or directory"))
        return
    try:
        check_path(path)
    except (BadPath, UnicodeError):
        found.unsafe.append(path)
    else:
        found.added.append(Item("A", path, None, mode, facts.st_size, stat_of(facts)))


def _settle(
    root: Path, doubtful: list[tuple[Tracked, os.stat_result]], started: int
) -> tuple[list[Item], dict[str, Tracked]]:
    """Return which of the `doubtful` are modified, and what to remember of the others."""
    modified: list[Item] = []
    fresh: dict[str, Tracked] = {}
    for (known, facts), is_same in zip(doubtful, _same(root, doubtful), strict=True):
        if is_same:
            times = stat_of(facts) if facts.st_ctime_ns + TICK_NS <= started else None
            if times is not None or known.stat is not None:
                fresh[known.path] = msgspec.structs.replace(known, stat=times)
        else:
            mode, times = mode_of(facts), stat_of(facts)
            modified.append(Item("M", known.path, known.entry, mode, facts.st_size, times))
    return modified, fresh


def _same(root: Path, doubtful: list[tuple[Tracked, os.stat_result]]) -> Iterator[bool]:
    if len(doubtful) < HASHERS:
        yield from (_is_same(root, *pair) for pair in doubtful)
        return
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - see the module docstring

    with ThreadPoolExecutor(HASHERS) as pool:
        yield from pool.map(lambda pair: _is_same(root, *pair), doubtful)


def _is_same(root: Path, known: Tracked, facts: os.stat_result) -> bool:
    if mode_of(facts) != known.mode or facts.st_size != known.size:
        return False
    from mic.workspace import reading  # noqa: PLC0415 - see the module docstring

    return reading.content_id(root, known.path, Mode(known.mode)).hex() == known.hash


def _unsafe(paths: list[str]) -> Invalid:
    named = [os.fsencode(path).decode("utf-8", "backslashreplace") for path in sorted(paths)]
    listed = ", ".join(map(repr, named[:_NAMED])) + (", …" if len(named) > _NAMED else "")
    return Invalid(
        f"No project may hold a file of this name: {listed}.",
        code="workspace.unsafe-names",
        hint="Rename it (valid UTF-8, no backslash, at most 255 bytes a part), or put it in "
        ".micignore.",
        paths=named,
    )
