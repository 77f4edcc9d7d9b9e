"""Taking in a directory of real files, beside `git add` + `git commit` and `git fast-import`.

Ours does what `mic share` makes a node do: reads and compresses the files, proves every record
again as a node does with strangers' records, writes packs, flushes them, indexes them, builds the
tree. Git does not flush loose objects unless it is told to; ours is on disk when it returns.

usage: python benchmarks/store_ingest.py DIRECTORY
"""

import asyncio
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rounds import in_turn, report, seconds

from node.daemon import threads
from store import contents, tree
from store.database import Database
from store.digest import Digest, digest_of
from store.objects import Objects
from store.records import Kind, Record, make_all
from store.tree import Entry, Mode

MIGRATIONS = Path(__file__).parents[1] / "node" / "migrations"
IDENTITY = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "gc.auto=0")
BATCH = 1000
LIMIT = 3

File = tuple[str, Mode, int]


def files_of(root: Path) -> list[File]:
    """Return the path, mode and size of every file."""
    return list(_files_below(str(root), ""))


def _files_below(directory: str, above: str) -> Iterator[File]:
    with os.scandir(directory) as found:
        for entry in found:
            if entry.is_dir(follow_symlinks=False):
                yield from _files_below(entry.path, f"{above}{entry.name}/")
                continue
            facts = entry.stat(follow_symlinks=False)
            mode = Mode.EXECUTABLE if facts.st_mode & stat.S_IXUSR else Mode.FILE
            mode = Mode.LINK if entry.is_symlink() else mode
            yield above + entry.name, mode, facts.st_size


def records_of(root: str, files: list[File]) -> list[list[Record]]:
    """Return what stores each file."""
    whole = [read_whole(root, file) for file in files if file[2] <= contents.BLOB_MAX]
    small = iter(make_all(Kind.BLOB, whole))
    return [
        [next(small)] if size <= contents.BLOB_MAX else large(root, path, size)
        for path, _, size in files
    ]


def read_whole(root: str, file: File) -> bytes:
    """Return the content of a file or the target of a link."""
    path, mode, size = file
    if mode is Mode.LINK:
        return str(Path(root, path).readlink()).encode()
    opened = os.open(f"{root}/{path}", os.O_RDONLY)
    try:
        return os.read(opened, size + 1)
    finally:
        os.close(opened)


def large(root: str, path: str, size: int) -> list[Record]:
    """Return the chunks of a large file and their manifest."""
    with Path(root, path).open("rb", buffering=0) as opened:
        return list(contents.records_of(opened, size))


async def take_in(root: Path, directory: Path) -> None:
    """Store a directory; its root tree is on disk when this returns."""
    entries: list[tuple[str, Entry]] = []
    with ThreadPoolExecutor(1) as workers:
        loop = asyncio.get_running_loop()
        found = loop.run_in_executor(workers, files_of, root)
        db = await Database.open(directory / "node.db", MIGRATIONS)
        objects = await Objects.open(db, directory)
        files = await found
        runs = [files[start : start + BATCH] for start in range(0, len(files), BATCH)]
        made = [loop.run_in_executor(workers, records_of, str(root), run) for run in runs]
        for run, future in zip(runs, made, strict=True):
            batch = await future
            await objects.ingest([record for records in batch for record in records])
            entries += [
                (path, Entry(mode, records[-1].digest, size))
                for (path, mode, size), records in zip(run, batch, strict=True)
            ]
    nodes: list[bytes] = []

    def sink(raw: bytes, _replaced: Digest | None) -> Digest:
        nodes.append(raw)
        return digest_of(raw)

    tree.build(entries, sink)
    await objects.ingest(make_all(Kind.TREE, nodes))
    await objects.close()
    await db.close()


def git(directory: Path, *arguments: str, **options: object) -> None:
    """Run git."""
    subprocess.run(
        ["git", "-C", directory, *IDENTITY, *arguments], check=True, capture_output=True, **options
    )


def ours(root: Path) -> float:
    """Time the store."""
    with tempfile.TemporaryDirectory() as scratch:
        return seconds(lambda: asyncio.run(take_in(root, Path(scratch))))


def added(root: Path) -> float:
    """Time `git init`, `git add` and `git commit`, with the repository beside the files."""
    with tempfile.TemporaryDirectory() as scratch:
        beside = (f"--git-dir={scratch}/git", f"--work-tree={root}")

        def work() -> None:
            git(root, *beside, "init", "-q")
            git(root, *beside, "add", "-A", "-f")
            git(root, *beside, "commit", "-q", "-m", "all")

        return seconds(work)


def fast_import(stream: Path) -> float:
    """Time `git fast-import` of a stream that lies ready."""
    with tempfile.TemporaryDirectory() as scratch, stream.open("rb") as source:
        git(Path(scratch), "init", "-q", "--bare")
        return seconds(lambda: git(Path(scratch), "fast-import", "--quiet", stdin=source))


def write_stream(root: Path, to: Path) -> None:
    """Write a directory as a fast-import stream."""
    codes = {Mode.FILE: b"100644", Mode.EXECUTABLE: b"100755", Mode.LINK: b"120000"}
    with to.open("wb") as out:
        out.write(b"commit refs/heads/main\ncommitter a <a@example.org> 1700000000 +0000\n")
        out.write(b"data 3\nall\n")
        for path, mode, _ in files_of(root):
            is_link = mode is Mode.LINK
            raw = str((root / path).readlink()).encode() if is_link else (root / path).read_bytes()
            out.write(b'M %s inline "%s"\n' % (codes[mode], path.encode()))
            out.write(b"data %d\n%s\n" % (len(raw), raw))


def main() -> None:
    """Print the medians and their ratios."""
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    threads.take_short_turns()
    root = Path(sys.argv[1]).resolve()
    scratch = Path(tempfile.mkdtemp())
    try:
        write_stream(root, scratch / "stream")
        sides = {
            "micelio": lambda: ours(root),
            "git add + git commit": lambda: added(root),
            "git fast-import": lambda: fast_import(scratch / "stream"),
        }
        medians = report(f"taking in {len(files_of(root))} files", "s", in_turn(sides))
    finally:
        shutil.rmtree(scratch)
    mine = medians.pop("micelio")
    for name, theirs in medians.items():
        print(f"  {theirs / mine:.1f} times as fast as {name} (at least {LIMIT} is wanted)")


if __name__ == "__main__":
    main()
