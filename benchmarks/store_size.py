"""How much room a thousand versions of real files take, beside `git gc --aggressive`.

The versions are the newest commits on the first-parent line of a git repository, made linear so
that both sides hold the same trees. Ours is all of `packs/` and of the database with its index.

usage: python benchmarks/store_size.py --repo PATH [--versions 1000]
"""

import argparse
import asyncio
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from store import tree
from store.collect import collect
from store.database import Database, Tx
from store.digest import Digest, digest_of
from store.objects import Objects
from store.records import Kind, make
from store.tree import Entry, Mode

MIGRATIONS = Path(__file__).parents[1] / "node" / "migrations"
MODES = {b"100644": Mode.FILE, b"100755": Mode.EXECUTABLE, b"120000": Mode.LINK}
SEALED_EVERY = 50
MIB = INLINE = 1 << 20
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "a"), ("EMAIL", "a@example.org"), ("DATE", "1700000000 +0000"))
}


def git(repo: Path, *arguments: str) -> bytes:
    """Run git and return what it prints."""
    environment = os.environ | IDENTITY
    return subprocess.run(
        ["git", "-C", repo, *arguments], check=True, capture_output=True, env=environment
    ).stdout


def linear(repo: Path, versions: int, into: Path) -> list[str]:
    """Make a repository of the newest versions, one commit on the other; return the commits."""
    line = git(repo, "rev-list", "--first-parent", f"-{versions}", "HEAD").decode().split()
    git(into.parent, "init", "-q", "--bare", str(into))
    (into / "objects/info/alternates").write_text(f"{_objects(repo)}\n")
    commits: list[str] = []
    for old in reversed(line):
        parent = ["-p", commits[-1]] if commits else []
        message = git(repo, "log", "-1", "--format=%B", old).decode()
        made = git(into, "commit-tree", f"{old}^{{tree}}", *parent, "-m", message)
        commits.append(made.decode().strip())
    git(into, "update-ref", "refs/heads/main", commits[-1])
    git(into, "symbolic-ref", "HEAD", "refs/heads/main")
    return commits


def _objects(repo: Path) -> str:
    return (
        git(repo, "rev-parse", "--path-format=absolute", "--git-path", "objects").decode().strip()
    )


def aggressive(linear_repo: Path, into: Path) -> int:
    """Copy a repository, pack it as tightly as git does, and return the bytes of its objects."""
    git(into.parent, "clone", "-q", "--bare", "--no-local", str(linear_repo), str(into))
    git(into, "gc", "-q", "--aggressive", "--prune=now")
    return size_of(into / "objects")


def size_of(directory: Path) -> int:
    """Return the bytes of all files below a directory."""
    return sum(file.stat().st_size for file in directory.rglob("*") if file.is_file())


class Blobs:
    """Contents by their git names."""

    def __init__(self, repo: Path) -> None:
        self._process = subprocess.Popen(
            ["git", "-C", repo, "cat-file", "--batch"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def __call__(self, name: bytes) -> bytes:
        """Return one content."""
        self._process.stdin.write(name + b"\n")
        self._process.stdin.flush()
        size = int(self._process.stdout.readline().split()[2])
        raw = self._process.stdout.read(size + 1)
        return raw[:-1]

    def close(self) -> None:
        """Stop git."""
        self._process.communicate()


def changes(repo: Path, commits: list[str]) -> Iterator[list[tuple[str, bytes, bytes]]]:
    """Yield, for each commit, the path, mode and content name of each file that it changes."""
    previous = git(repo, "hash-object", "-t", "tree", "/dev/null").decode().strip()
    for commit in commits:
        raw = git(repo, "diff-tree", "-r", "-z", "--no-renames", previous, commit)
        fields = raw.rstrip(b"\0").split(b"\0") if raw else []
        rows = zip(fields[::2], fields[1::2], strict=True)
        yield [(path.decode(), head.split()[1], head.split()[3]) for head, path in rows]
        previous = commit


class Store:
    """A store that versions are landed in, as the node does it."""

    def __init__(self, objects: Objects) -> None:
        self._objects = objects
        self.root = tree.EMPTY
        self._files: dict[str, Digest] = {}

    async def land(self, changed: list[tuple[str, bytes, bytes]], blobs: Blobs) -> None:
        """Store one version; much at once goes to the packs first, as in an upload."""
        contents = {path: blobs(name) for path, mode, name in changed if mode in MODES}
        wanted = {p: None for p, mode, _ in changed if mode not in MODES and p in self._files}
        for path, mode, _ in changed:
            if path in contents:
                raw = contents[path]
                wanted[path] = Entry(MODES[mode], digest_of(raw), len(raw))
        if sum(map(len, contents.values())) > INLINE:
            await self._objects.ingest([make(Kind.BLOB, raw) for raw in contents.values()])
        await self._objects.db.write(lambda tx: self._apply(tx, wanted, contents))

    async def seal(self) -> None:
        """Seal what has come together."""
        while await self._objects.seal():
            pass

    def _apply(self, tx: Tx, wanted: dict[str, Entry | None], contents: dict[str, bytes]) -> None:
        put, get = self._objects.put, self._objects.get
        for path, raw in contents.items():
            old = self._files.get(path)
            self._files[path] = put(tx, Kind.BLOB, raw, old)
            if old:
                self._objects.lineage(tx, self._files[path], old)
        for path in wanted.keys() - contents.keys():
            del self._files[path]
        self.root = tree.apply(
            self.root,
            wanted,
            lambda digest: get(tx, digest),
            lambda raw, replaced: put(tx, Kind.TREE, raw, replaced),
        )


async def ours(repo: Path, commits: list[str], directory: Path) -> int:
    """Store the versions as landings do, and return the bytes that they take."""
    directory.mkdir()
    db = await Database.open(directory / "node.db", MIGRATIONS)
    objects = await Objects.open(db, directory)
    store, blobs, roots = Store(objects), Blobs(repo), []
    for number, changed in enumerate(changes(repo, commits)):
        await store.land(changed, blobs)
        if number % SEALED_EVERY == 0:
            await store.seal()
        roots.append((store.root, Kind.TREE, 0))
    await store.seal()
    await collect(objects, lambda _tx: roots, now=0, grace=0)
    blobs.close()
    print(f"  {await objects.stats()}")
    await objects.close()
    await db.close()
    return size_of(directory)


def main() -> None:
    """Print both sizes and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repo", type=Path, required=True)
    parser.add_argument("--versions", type=int, default=1000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        commits = linear(asked.repo, asked.versions, here / "linear.git")
        print(f"{len(commits)} versions of {asked.repo}")
        mine = asyncio.run(ours(here / "linear.git", commits, here / "store"))
        packs = size_of(here / "store" / "packs")
        index = sum(file.stat().st_size for file in (here / "store").glob("node.db*"))
        theirs = aggressive(here / "linear.git", here / "git.git")
    print(f"  micelio               {mine / MIB:8.2f} MiB")
    print(f"    of which packs      {packs / MIB:8.2f} MiB, index {index / MIB:.2f} MiB")
    print(f"  git gc --aggressive   {theirs / MIB:8.2f} MiB")
    print(f"  ratio {mine / theirs:.2f} (at most 1.5 is wanted)")


if __name__ == "__main__":
    main()
