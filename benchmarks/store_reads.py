"""Verified reads of real objects, beside `git cat-file --batch`, cold and warm.

Both hold the same blobs of a git repository and are asked for the same ones in the same random
order, one after another. Ours compares each with its digest; nothing is served from a cache of
opened objects. Before a cold round the page cache is dropped, which needs root; without it the
cold rounds are left out.

usage: python benchmarks/store_reads.py --repo PATH [--objects 8000] [--asked 3000]
"""

import argparse
import asyncio
import os
import random
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from rounds import in_turn, report, seconds

from store.database import Database, Tx
from store.digest import Digest
from store.objects import Objects
from store.records import Kind, make

MIGRATIONS = Path(__file__).parents[1] / "node" / "migrations"
DROP_CACHES = Path("/proc/sys/vm/drop_caches")
LARGEST = 100_000
WANTED = {"cold": 1.0, "warm": 1.5}


class Git:
    """`git cat-file --batch` of one repository, started anew for each round."""

    def __init__(self, repo: Path, names: list[bytes]) -> None:
        self._repo = repo
        self._names = names

    def read(self) -> None:
        """Read every name, waiting for each answer."""
        command = ["git", "-C", self._repo, "cat-file", "--batch"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            for name in self._names:
                self._one(process, name)

    def _one(self, process: subprocess.Popen[bytes], name: bytes) -> None:
        process.stdin.write(name + b"\n")
        process.stdin.flush()
        size = int(process.stdout.readline().split()[2])
        process.stdout.read(size + 1)


def blobs(repo: Path, count: int) -> dict[bytes, bytes]:
    """Return contents of a repository by their git names, evenly chosen."""
    listing = ["git", "-C", repo, "cat-file", "--batch-all-objects"]
    check = subprocess.run(
        [*listing, "--batch-check=%(objecttype) %(objectname) %(objectsize)"],
        check=True,
        capture_output=True,
    ).stdout.splitlines()
    rows = [row.split() for row in check]
    names = [name for kind, name, size in rows if kind == b"blob" and int(size) <= LARGEST]
    chosen = random.Random(1).sample(names, min(count, len(names)))
    answer = subprocess.run(
        ["git", "-C", repo, "cat-file", "--batch"],
        check=True,
        input=b"\n".join(chosen),
        capture_output=True,
    ).stdout
    found, at = {}, 0
    for name in chosen:
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        found[name] = answer[end + 1 : end + 1 + size]
        at = end + size + 2
    return found


def same_in_git(raws: dict[bytes, bytes], into: Path) -> None:
    """Make a repository of nothing but these blobs, packed."""
    subprocess.run(["git", "init", "-q", "--bare", into], check=True)
    stream = b"".join(b"blob\ndata %d\n%s\n" % (len(raw), raw) for raw in raws.values())
    git = ["git", "-C", into, "-c", "fastimport.unpackLimit=0"]
    subprocess.run([*git, "fast-import", "--quiet"], check=True, input=stream)


async def fill(directory: Path, raws: list[bytes]) -> list[Digest]:
    """Store the contents; return their digests."""
    db = await Database.open(directory / "node.db", MIGRATIONS)
    objects = await Objects.open(db, directory)
    records = [make(Kind.BLOB, raw) for raw in raws]
    for start in range(0, len(records), 1000):
        await objects.ingest(records[start : start + 1000])
    await objects.close()
    await db.close()
    return [record.digest for record in records]


def reading(directory: Path, digests: list[Digest]) -> float:
    """Time verified reads in a store that was just opened."""

    async def work() -> float:
        db = await Database.open(directory / "node.db", MIGRATIONS)
        objects = await Objects.open(db, directory, cached_bytes=0)

        def read(tx: Tx) -> float:
            return seconds(lambda: [objects.get(tx, digest) for digest in digests])

        took = await db.read(read)
        await objects.close()
        await db.close()
        return took

    return asyncio.run(work())


def cold(work: Callable[[], float]) -> Callable[[], float]:
    """Empty the page cache before the work."""

    def after_dropping() -> float:
        os.sync()
        DROP_CACHES.write_text("3")
        return work()

    return after_dropping


def can_drop() -> bool:
    """Whether this process may empty the page cache."""
    return os.access(DROP_CACHES, os.W_OK)


def main() -> None:
    """Print objects per second, cold and warm, and the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repo", type=Path, required=True)
    parser.add_argument("--objects", type=int, default=8000)
    parser.add_argument("--asked", type=int, default=3000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        raws = blobs(asked.repo, asked.objects)
        same_in_git(raws, here / "git")
        digests = dict(zip(raws, asyncio.run(fill(here, list(raws.values()))), strict=True))
        order = random.Random(2).sample(list(raws), min(asked.asked, len(raws)))
        theirs, mine = Git(here / "git", order), [digests[name] for name in order]
        sides = {
            "micelio, verified": lambda: len(mine) / reading(here, mine),
            "git cat-file --batch": lambda: len(mine) / seconds(theirs.read),
        }
        for title in ("cold", "warm") if can_drop() else ("warm",):
            chosen = {n: cold(w) for n, w in sides.items()} if title == "cold" else sides
            medians = report(f"{len(mine)} reads, {title}", "objects/s", in_turn(chosen))
            ratio = medians["micelio, verified"] / medians["git cat-file --batch"]
            print(f"  ratio {ratio:.2f} (at least {WANTED[title]} is wanted)")


if __name__ == "__main__":
    main()
