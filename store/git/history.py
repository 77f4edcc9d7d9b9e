"""The first-parent line of a repository: its commits, and what each changed, oldest first.

git itself compares the trees, so that nothing is read that did not change; what is odd in a tree is
told with the step in which it came.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from store.errors import BadPath
from store.git.commits import Commit, parse
from store.git.errors import BadHistory
from store.git.objects import objects
from store.git.program import asked, run
from store.nodes import Mode
from store.paths import check_path

MODES = {"100644": Mode.FILE, "100664": Mode.FILE, "100755": Mode.EXECUTABLE, "120000": Mode.LINK}
DIRECTORY, SUBMODULE = "040000", "160000"
_READ = 1 << 18
_TOLD, _TOLD_FOR_EACH = 64 << 20, 1 << 10
"""Bytes that git may take to tell what a history changed: so many, and more for each object. A few
trees that name each other ten times over are more paths than there is room for."""


@dataclass(frozen=True, slots=True)
class Side:
    """What stands at a path: git's mode, and the id of the object."""

    mode: str
    id: str


@dataclass(frozen=True, slots=True)
class Delta:
    """What a commit did to a path; None is nothing."""

    path: str
    old: Side | None
    new: Side | None


@dataclass(frozen=True, slots=True)
class Step:
    """A commit of the line and what it changed against the one before.

    `files` are files and links, `trees` the ids of the directories that came, the root included;
    `submodules` are the paths at which another repository is or was.
    """

    commit: str
    files: tuple[Delta, ...]
    trees: tuple[str, ...]
    submodules: tuple[str, ...]


def line(repository: Path, tip: str, after: str | None = None) -> list[str]:
    """Return the commits of the first-parent line that ends with `tip`, oldest first.

    With `after`, those that follow it; it stands on the line itself.
    """
    given = [tip] if after is None else [tip, f"^{after}"]
    text = run(repository, "rev-list", "--first-parent", "--reverse", *given, "--")
    return text.decode().split()


def commits(repository: Path, ids: Iterable[str]) -> Iterator[Commit]:
    """Yield the commits of `ids` in their order; raises `BadHistory`."""
    for found in objects(repository, ids):
        if found.kind != "commit" or found.body is not None:
            raise BadHistory(found.id, "", "is no commit that can be read")
        yield parse(found.id, found.data)


def steps(repository: Path, line_: Iterable[Commit], *, any_path: bool = False) -> Iterator[Step]:
    """Yield what each commit of a line changed against its first parent; raises `BadHistory`.

    `any_path` lets pass what no project may hold, for whoever asks for the contents only.
    """
    arguments = ("--stdin", "-r", "-t", "-z", "--raw", "--no-abbrev", "--root", "--no-renames")
    known = list(line_)
    asks = (" ".join((one.id, *one.parents[:1])) for one in known)
    with asked(repository, asks, "diff-tree", *arguments, "--always") as stream:
        fields = _fields(stream, known[-1].id if known else "", _room(repository))
        name = next(fields, b"")
        for one in known:
            if name.decode() != one.id:
                raise BadHistory(one.id, "", "has a tree that git cannot read")
            rows, name = _rows(fields)
            yield _step(one, rows, any_path=any_path)


def _rows(fields: Iterator[bytes]) -> tuple[list[tuple[bytes, bytes]], bytes]:
    """Return the facts and paths of one commit, and the name of the next."""
    rows: list[tuple[bytes, bytes]] = []
    for field in fields:
        if not field.startswith(b":"):
            return rows, field
        rows.append((field, next(fields, b"")))
    return rows, b""


def changed(repository: Path, one: str, other: str) -> Iterator[bytes]:
    """Yield the paths that differ between two commits; raises `BadHistory` for far too many."""
    arguments = ("-r", "-z", "--name-only", "--no-renames", one, other)
    with asked(repository, (), "diff-tree", *arguments) as stream:
        yield from _fields(stream, other, _room(repository))


def _room(repository: Path) -> int:
    """Return how many bytes git may take to tell what changed."""
    rows = run(repository, "count-objects", "-v").decode().splitlines()
    counted = dict(row.split(": ", 1) for row in rows)
    return _TOLD + _TOLD_FOR_EACH * (int(counted["count"]) + int(counted["in-pack"]))


def _fields(stream: IO[bytes], tip: str, room: int) -> Iterator[bytes]:
    """Yield what NULs end; raises `BadHistory` once it is more than `room`."""
    held = b""
    while data := stream.read1(_READ):  # type: ignore[attr-defined]  # it is buffered
        room -= len(data)
        if room < 0:
            raise BadHistory(tip, "", "changes more paths than its objects could fill")
        *whole, held = (held + data).split(b"\0")
        yield from whole


def _step(commit: Commit, rows: list[tuple[bytes, bytes]], *, any_path: bool) -> Step:
    files: list[Delta] = []
    trees, submodules = [commit.tree], []
    for facts, raw in rows:
        old_mode, new_mode, old_id, new_id, _ = facts[1:].decode().split(" ")
        if DIRECTORY in {old_mode, new_mode}:
            trees += [new_id] if new_mode == DIRECTORY else []
        if SUBMODULE in {old_mode, new_mode}:
            submodules.append(raw.decode("utf-8", "backslashreplace"))
        old, new = _side(old_mode, old_id), _side(new_mode, new_id)
        if old is None and new is None:
            continue
        path = raw.decode("utf-8", "surrogateescape") if any_path else _path(commit.id, raw)
        files.append(Delta(path, old, new))
    return Step(commit.id, tuple(files), tuple(trees), tuple(submodules))


def _side(mode: str, name: str) -> Side | None:
    return Side(mode, name) if mode in MODES else None


def _path(commit: str, raw: bytes) -> str:
    """Return a path that a project may hold; raises `BadHistory` for any other."""
    try:
        path = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        shown = raw.decode("utf-8", "backslashreplace")
        raise BadHistory(commit, shown, "is not valid UTF-8") from fault
    try:
        check_path(path)
    except BadPath as fault:
        raise BadHistory(commit, path, fault.reason) from fault
    return path
