"""How long a history takes to come in, and how much room it takes, beside git itself.

A repository is copied with only what its HEAD reaches. Ours is the whole import: reading the
history, every content, tree, signature and row, each transaction on disk, and the bare repository
from which git is served. git's is `git fast-export | git fast-import`, which signs nothing. For the
room, git's is all below objects/ after `git gc --aggressive`; ours is the packs and the index of
objects in node.db, and once more with all of node.db (log, sessions, paths).

usage: python benchmarks/git_import.py --repo PATH [--rounds 3]
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from node.imports import verbs as imports
from store.git.objects import ZERO
from tests.support.forges import a_forge, a_project, an_account

MIB = 1 << 20


def git(*arguments: str | Path) -> str:
    """Run git and return what it prints."""
    environment = os.environ | {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    line = ["git", *map(str, arguments)]
    return subprocess.run(
        line, check=True, capture_output=True, text=True, env=environment
    ).stdout.strip()


def size_of(directory: Path) -> int:
    """Return the bytes of all files below a directory."""
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())


def theirs(source: Path, into: Path) -> float:
    """Return the seconds that git takes for its own copy by streams."""
    git("init", "-q", "--bare", into)
    flags = "--signed-tags=strip --reencode=no"
    line = f"git -C {source} fast-export --all {flags} | git -C {into} fast-import --quiet"
    began = time.perf_counter()
    subprocess.run(line, shell=True, check=True, capture_output=True)
    return time.perf_counter() - began


async def ours(source: Path, into: Path) -> tuple[float, int, int]:
    """Return the seconds of an import, the bytes of packs and index, and those with all rows."""
    into.mkdir()
    tip = git("-C", source, "rev-parse", "HEAD")
    async with a_forge(into) as forge:
        ada = await an_account(forge)
        project = await a_project(forge, ada)
        began = time.perf_counter()
        done = await imports.receive(forge, ada.party, project, source, ZERO, tip, lambda *_: None)
        took = time.perf_counter() - began
        assert await imports.commit_of(forge, ada.party, project, done.position) == tip
        index = await forge.db.read(_index)
    packs = size_of(into / "objects")
    return took, packs + index, packs + (into / "node.db").stat().st_size


def _index(tx) -> int:  # noqa: ANN001
    """Return the bytes of the tables that say where objects lie."""
    names = ("objects", "packs", "small_objects", "chains", "lineage")
    marks = ",".join("?" * len(names))
    row = tx.execute(f"select sum(pgsize) from dbstat where name in ({marks})", names)
    return row.fetchone()[0]


def main() -> None:
    """Measure both in turn, and print the medians and their ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--repo", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        base = Path(scratch)
        source = base / "source.git"
        url = f"file://{asked.repo.absolute()}"
        git("clone", "-q", "--bare", "--single-branch", "--no-tags", url, source)
        print(f"{git('-C', source, 'rev-list', '--count', 'HEAD')} commits,", end=" ")
        print(f"{git('-C', source, 'rev-list', '--first-parent', '--count', 'HEAD')} of the line")
        times: list[tuple[float, float]] = []
        for number in range(asked.rounds):
            took, packed, whole = asyncio.run(ours(source, base / f"ours-{number}"))
            times.append((took, theirs(source, base / f"theirs-{number}.git")))
            print(f"  round {number + 1}: {took:.1f} s, git {times[-1][1]:.1f} s", flush=True)
        mine, gits = (statistics.median(side) for side in zip(*times, strict=True))
        print(f"import: {mine:.1f} s; git {gits:.1f} s; {gits / mine:.2f} times git's speed")
        git("clone", "-q", "--bare", "--no-local", source, base / "tight.git")
        git("-C", base / "tight.git", "gc", "-q", "--aggressive", "--prune=now")
        tight = size_of(base / "tight.git" / "objects")
        print(f"packs and index: {packed / MIB:.1f} MiB; git {tight / MIB:.1f} MiB;", end=" ")
        print(f"{packed / tight:.2f} times the room; with all rows {whole / tight:.2f}")


if __name__ == "__main__":
    main()
