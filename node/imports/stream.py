"""Tells landings to `git fast-import`, so that a repository comes to hold them.

Landings that are a commit already (they came from git, and their commits lie in the residue) are
told as trees only, on a reference that goes away; the next one made here goes on from the commit.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from node.imports import outgoing, rows
from node.imports.model import Kept
from node.imports.outgoing import TREES_ONLY, Turn
from node.kernel.forge import Forge
from node.projects.model import Project
from store.git import fastimport
from store.git.errors import GitFailed
from store.git.program import run, running, said

AT_ONCE = 200
LINE, ASIDE = "refs/micelio/line", "refs/micelio/aside"


@dataclass(slots=True)
class _State:
    """Where the stream stands: what the next commit goes on from, as a commit and as a tree."""

    parent: str | None
    tree: str | None


async def told(forge: Forge, project: Project, path: Path, start: int, head: int) -> None:
    """Bring the landings after `start` up to `head` into the repository, and note their commits."""
    first = None
    if start:
        first = await forge.db.read(lambda tx: rows.commit_at(tx, project.key, start))
    with tempfile.TemporaryDirectory(dir=path) as directory:
        marks = Path(directory) / "marks"
        await _tell(forge, project, path, marks, start, head, _State(first, first))
        made = dict(_marked(line) for line in marks.read_text().splitlines())
    for name in (LINE, ASIDE):
        await asyncio.to_thread(run, path, "update-ref", "-d", name)
    kept = await forge.db.read(lambda tx: rows.kept_commits(tx, project.key, start + 1, head))
    new = [(position, name) for position, name in made.items() if position not in kept]
    await forge.db.write(lambda tx: rows.add_commits(tx, project.key, new, kept=False))


def _marked(line: str) -> tuple[int, str]:
    mark, _, name = line[1:].partition(" ")
    return int(mark), name


async def contents_told(forge: Forge, path: Path, kept: Sequence[Kept]) -> None:
    """Bring contents into the repository that no landing names."""
    if not kept:
        return
    async with _importing(path) as pipe:
        for one in kept:
            pipe.write(fastimport.blob(one.size))
            async for piece in outgoing.content(forge, one.content, one.size):
                pipe.write(piece)
                await pipe.drain()
            pipe.write(b"\n")


@asynccontextmanager
async def _importing(path: Path, *more: str) -> AsyncIterator[asyncio.StreamWriter]:
    """Give what `git fast-import` reads from; it has taken all of it in when the block ends."""
    arguments = ("--quiet", "--done", "--date-format=raw", "--force", *more)
    settings = ("fastimport.unpackLimit=0",)
    process = await running(path, "fast-import", *arguments, settings=settings)
    assert process.stdin is not None
    assert process.stderr is not None
    try:
        with suppress(ConnectionError):  # it has ended; why, it says itself
            yield process.stdin
            process.stdin.write(fastimport.DONE)
        _, errors = await process.communicate()
        if process.returncode:
            raise GitFailed("fast-import", said(errors))
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _tell(
    forge: Forge, project: Project, path: Path, marks: Path, start: int, head: int, state: _State
) -> None:
    async with _importing(path, f"--export-marks={marks}") as pipe:
        for first in range(start + 1, head + 1, AT_ONCE):
            last = min(first + AT_ONCE - 1, head)
            turns, kept = await forge.db.read(
                lambda tx, a=first, b=last: (  # type: ignore[misc]
                    outgoing.turns(forge, tx, project, a, b),
                    rows.kept_commits(tx, project.key, a, b),
                )
            )
            for turn in turns:
                pipe.write(_begin(turn, kept.get(turn.position), state))
                async for piece in outgoing.files(forge, turn.changes):
                    pipe.write(piece)
                    await pipe.drain()
                pipe.write(b"\n")


def _begin(turn: Turn, kept: str | None, state: _State) -> bytes:
    """Return the start of a landing's commit, and let `state` be behind it."""
    mark = f":{turn.position}"
    if kept is None:
        new = replace(turn.said, parent=state.parent)
        state.parent = state.tree = mark
        return fastimport.commit(LINE, turn.position, new)
    new = replace(TREES_ONLY, parent=state.tree)
    state.parent, state.tree = kept, mark
    return fastimport.commit(ASIDE, turn.position, new)
