"""How far `blame` agrees with `git blame --first-parent`, line by line, and how long both take.

    python benchmarks/git_blame.py REPOSITORY [--node DIRECTORY] [--files 50] [--seed 1]

REPOSITORY is imported into DIRECTORY, unless it is there already; without one, into a temporary
directory. Every line of so many random text files of HEAD is compared; each disagreement is shown.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from node.imports import verbs as imports
from node.projects import verbs as projects
from node.trees import verbs as trees
from store.git.objects import ZERO
from store.git.program import run
from tests.support.forges import a_forge, a_project, an_account

SHOWN = 20


def blamed(repository: Path, tip: str, path: str) -> list[str]:
    """Return the commit of each line, as git says."""
    told = run(repository, "blame", "--first-parent", "-s", "-l", "--root", tip, "--", path)
    return [line[:40].decode().lstrip("^") for line in told.split(b"\n")[:-1]]


def chosen(repository: Path, tip: str, count: int, seed: int) -> list[str]:
    """Return so many random text files."""
    listed = run(repository, "grep", "-I", "--name-only", "-z", "-e", "", tip)
    paths = sorted(one.decode().partition(":")[2] for one in listed.split(b"\0") if one)
    return random.Random(seed).sample(paths, min(count, len(paths)))


async def compared(directory: Path, repository: Path, count: int, seed: int) -> None:
    """Import if need be, compare, and print."""
    tip = run(repository, "rev-parse", "HEAD").decode().strip()
    async with a_forge(directory) as forge:
        ada = await an_account(forge)
        try:
            project = await a_project(forge, ada)
            await imports.receive(forge, ada.party, project, repository, ZERO, tip, _quiet)
        except Exception as fault:  # noqa: BLE001  it is there already
            print(f"not imported: {fault}")
            project = await projects.get(forge, ada.party, "ada", "book")
        lines = right = 0
        took = [0.0, 0.0]
        bad: list[str] = []
        for path in chosen(repository, tip, count, seed):
            begun = time.perf_counter()
            theirs = blamed(repository, tip, path)
            took[0] += time.perf_counter() - begun
            begun = time.perf_counter()
            ours = await trees.blame(forge, ada.party, project, None, path)
            took[1] += time.perf_counter() - begun
            positions = await forge.db.read(
                lambda tx, some=theirs: [imports.position_of(tx, project.key, one) for one in some]
            )
            lines += len(theirs)
            pairs = list(zip(ours, positions, strict=True))
            right += sum(one.reason.position == position for one, position in pairs)
            bad += [
                f"{path}:{one.number} ours @{one.reason.position} git @{position}"
                for one, position in pairs
                if one.reason.position != position
            ]
    print("\n".join(bad[:SHOWN]))
    print(f"{count} files, {lines} lines, {right} agree ({100 * right / max(lines, 1):.3f} %)")
    print(f"git blame {took[0]:.1f} s, ours {took[1]:.1f} s")


def _quiet(_what: str, _done: int, _all: int) -> None:
    return None


def main() -> None:
    """Read the arguments, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--node", type=Path)
    parser.add_argument("--files", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        directory = given.node or Path(scratch)
        asyncio.run(compared(directory, given.repository, given.files, given.seed))


if __name__ == "__main__":
    main()
