"""Bare repositories below DATA/cache/git: made from landings and residue, thrown away at will.

One for each project that somebody asked for. It is brought up to date when it is opened, by one
task at a time; who has it open keeps it from being thrown away. It is made aside and renamed, so
that a crash leaves either nothing or one that can be brought on. One whose head is not a commit of
the project's rows is made anew.

What the landings of one project look like in git is told to `git fast-import`; what cannot be made
from them comes from the residue, as packs.
"""

import asyncio
import logging
import os
import shutil
import weakref
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from keys.statements import transcript as transcripts
from node.imports import rows, stream, telling
from node.imports.model import MAIN, CommitsElsewhere
from node.kernel.forge import Forge
from node.landings import reading
from node.landings.model import Landing
from node.projects.model import Project
from store.database import Tx
from store.errors import StoreFault
from store.git.checks import LENIENT
from store.git.objects import ZERO
from store.git.program import run
from store.git.residue import write_pack

log = logging.getLogger(__name__)

TAGS = "refs/tags/"
RESIDUE = "micelio-residue"
"""The file that says how many packs of the residue the repository has."""

PACKS_AT_MOST = 24


@dataclass(eq=False)
class _Shelf:
    """What this process knows of one repository: who brings it on, and how many have it open."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    open: int = 0


_shelves: "weakref.WeakValueDictionary[str, _Shelf]" = weakref.WeakValueDictionary()


def path_of(forge: Forge, project: int) -> Path:
    """Return where the repository of a project lies, if it lies."""
    return forge.cache / "git" / f"{project}.git"


def trial_of(forge: Forge, project: int) -> Path:
    """Return the file that lies there until what a holder gave for git has proven good."""
    return path_of(forge, project).with_suffix(".trial")


@asynccontextmanager
async def locked(forge: Forge, project: int) -> AsyncIterator[Path]:
    """Let nobody else change the repository of a project for the length of the block."""
    path = path_of(forge, project)
    shelf = _shelves.setdefault(str(path), _Shelf())
    async with shelf.lock:
        yield path


def is_busy(forge: Forge, project: int) -> bool:
    """Whether somebody changes the repository of a project now."""
    shelf = _shelves.get(str(path_of(forge, project)))
    return shelf is not None and shelf.lock.locked()


@asynccontextmanager
async def opened(forge: Forge, project: Project) -> AsyncIterator[Path]:
    """Give the repository of `project`, up to date, and keep it for the length of the block."""
    path = path_of(forge, project.key)
    shelf = _shelves.setdefault(str(path), _Shelf())
    shelf.open += 1
    try:
        async with shelf.lock:
            await brought_up(forge, project, path)
        yield path
    finally:
        shelf.open -= 1


async def brought_up(forge: Forge, project: Project, path: Path) -> None:
    """Make the repository at `path` say what the rows say; the caller holds its lock.

    Raises `CommitsElsewhere` where the commits that it should have cannot be made here.
    """
    await forge.db.read(lambda tx: check_whole(forge, tx, project.key))
    if path.exists() and not await _is_ours(forge, project, path):
        await asyncio.to_thread(shutil.rmtree, path)
    if path.exists():
        await _brought_on(forge, project, path)
        os.utime(path)
        return
    aside = path.with_suffix(".new")
    await asyncio.to_thread(_begin, aside)
    await _brought_on(forge, project, aside)
    aside.rename(path)
    await evict(forge, but=path)


async def _brought_on(forge: Forge, project: Project, path: Path) -> None:
    """Do as `_bring_on`; what is on trial is forgotten where it does not do."""
    trial = trial_of(forge, project.key)
    try:
        await _bring_on(forge, project, path)
        if trial.exists():
            await asyncio.to_thread(_check_all, path)
    except StoreFault:
        if not trial.exists():
            raise
        log.warning("what a holder gave for git does not do", exc_info=True)
        await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)
        await forge.db.write(lambda tx: rows.forget_residue(tx, project.key))
        trial.unlink()
        await forge.db.read(lambda tx: check_whole(forge, tx, project.key))
        raise
    trial.unlink(missing_ok=True)


def _check_all(path: Path) -> None:
    """Raise `GitFailed` unless all is there, and nothing that git refuses where it is pushed.

    Who has a project's home may have signed commits that attack those who clone them.
    """
    settings = tuple(f"fsck.{name}=ignore" for name in LENIENT)
    run(path, "fsck", "--strict", "--no-dangling", "--no-progress", settings=settings)


def check_whole(forge: Forge, tx: Tx, project: int, after: int = 0) -> None:
    """Raise `CommitsElsewhere` for landings that came from git and whose commits are not kept here.

    Pushes are looked for behind the position `after`, and what has a commit here.

    They could be told to git as others are. But then they would have other ids than at the home,
    and whoever fetched here and there would have two histories.
    """
    if reading.held(tx, project):
        return
    last = reading.last_imported(tx, project)
    if last and not rows.kept_commits(tx, project, last, last):
        raise CommitsElsewhere(last)
    known = rows.newest_commit(tx, project, reading.height(tx, project))
    for landing in reading.unsigned(tx, project, max(after, known[0] if known else 0)):
        if telling.was_pushed(landing.session, transcripts.decode(_said(forge, tx, landing))):
            raise CommitsElsewhere(landing.position)


def _said(forge: Forge, tx: Tx, landing: Landing) -> bytes:
    return forge.objects.get(tx, landing.transcript)


def _begin(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    empty(path)


def empty(path: Path) -> None:
    """Make an empty bare repository whose HEAD is the project's branch."""
    run(
        None, "init", "--quiet", "--bare", "--template=", f"--initial-branch={MAIN[11:]}", str(path)
    )


async def adopted(forge: Forge, project: Project, source: Path, path: Path) -> None:
    """Let the repository at `path` take over all objects of `source`, and bring it up to date."""
    aside = path.with_suffix(".new")
    await asyncio.to_thread(_begin, aside)
    borrowed = aside / "objects" / "info" / "alternates"
    borrowed.write_text(f"{source.absolute() / 'objects'}\n")
    kept, wanted = await forge.db.read(
        lambda tx: (
            rows.residue(tx, project.key),
            _wanted(tx, project.key, reading.height(tx, project.key)),
        )
    )
    await asyncio.to_thread(_settle, aside, wanted)
    (aside / RESIDUE).write_text(f"{len(kept)}\n")
    await asyncio.to_thread(run, aside, "repack", "-a", "-d", "-b", "-q")
    borrowed.unlink()
    await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)
    aside.rename(path)
    await evict(forge, but=path)


async def _is_ours(forge: Forge, project: Project, path: Path) -> bool:
    """Whether the repository stands at a landing of the project."""
    refs = await asyncio.to_thread(_refs, path)
    head = refs.get(MAIN)
    if head is None:
        return not refs
    return await forge.db.read(lambda tx: rows.position_of(tx, project.key, head)) is not None


async def _bring_on(forge: Forge, project: Project, path: Path) -> None:
    await _take_residue(forge, project, path)
    before = await asyncio.to_thread(_refs, path)
    head = await forge.db.read(lambda tx: _height(tx, project.key))
    start = 0
    if found := before.get(MAIN):
        start = await forge.db.read(lambda tx: rows.position_of(tx, project.key, found) or 0)
    if start < head:
        await stream.told(forge, project, path, start, head)
    wanted = await forge.db.read(lambda tx: _wanted(tx, project.key, head))
    await asyncio.to_thread(_settle, path, wanted)
    if start == 0 < head or await asyncio.to_thread(_packs, path) > PACKS_AT_MOST:
        await asyncio.to_thread(run, path, "repack", "-a", "-d", "-b", "-q")


def _height(tx: Tx, project: int) -> int:
    """Return the newest position; what is being imported is not there before it is whole."""
    return 0 if reading.held(tx, project) else reading.height(tx, project)


async def _take_residue(forge: Forge, project: Project, path: Path) -> None:
    marked = path / RESIDUE
    have = int(marked.read_text()) if marked.exists() else 0
    kept = await forge.db.read(lambda tx: rows.residue(tx, project.key, have))
    for one in kept:
        if one.kind == "part":
            part = await forge.db.read(lambda tx, d=one.content: forge.objects.get(tx, d))  # type: ignore[misc]
            await asyncio.to_thread(_index, path, part)
    await stream.contents_told(forge, path, [one for one in kept if one.kind == "blob"])
    if kept:
        marked.write_text(f"{have + len(kept)}\n")


def _index(path: Path, part: bytes) -> None:
    scratch = path / "micelio-residue.tmp"
    write_pack(part, scratch)
    with scratch.open("rb") as given:
        run(path, "index-pack", "--stdin", given=given)
    scratch.unlink()


def _wanted(tx: Tx, project: int, head: int) -> dict[str, str]:
    wanted = {f"{TAGS}{tag.name}": tag.oid for tag in rows.tags(tx, project)}
    newest = rows.commit_at(tx, project, head) if head else None
    return wanted | ({MAIN: newest} if newest else {})


def _refs(path: Path) -> dict[str, str]:
    listed = run(path, "for-each-ref", "--format=%(refname) %(objectname)").decode()
    return dict(row.split(" ") for row in listed.splitlines())


def _settle(path: Path, wanted: dict[str, str]) -> None:
    """Let the references be `wanted`."""
    before = _refs(path)
    lines = [f"delete {name}" for name in before if name not in wanted]
    lines += [
        f"update {name} {oid} {before.get(name, ZERO)}"
        for name, oid in wanted.items()
        if before.get(name) != oid
    ]
    if lines:
        run(path, "update-ref", "--no-deref", "--stdin", given="\n".join([*lines, ""]).encode())
        run(path, "pack-refs", "--all")


def _packs(path: Path) -> int:
    return len(list((path / "objects" / "pack").glob("*.pack")))


async def evict(forge: Forge, but: Path | None = None) -> int:
    """Throw away the repositories opened longest ago until the rest fits; return how many."""
    limit, gone = forge.limits.git_cache, 0
    found = [one for one in (forge.cache / "git").glob("*.git") if one != but]
    by_age = sorted(found, key=lambda one: one.stat().st_mtime)
    sizes = {
        one: await asyncio.to_thread(size_of, one) for one in (*found, *([but] if but else []))
    }
    for one in by_age:
        shelf = _shelves.get(str(one))
        if sum(sizes.values()) <= limit:
            break
        if shelf is None or not (shelf.open or shelf.lock.locked()):
            aside = one.with_suffix(".gone")
            one.rename(aside)
            await asyncio.to_thread(shutil.rmtree, aside)
            del sizes[one]
            gone += 1
    return gone


def size_of(directory: Path) -> int:
    """Return the bytes of all files below a directory."""
    total = 0
    for above, _, names in os.walk(directory):
        for name in names:
            total += (Path(above) / name).lstat().st_size
    return total
