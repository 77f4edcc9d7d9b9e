"""`mic` against git, as commands: share, clone, status, and how long a command takes to begin.

Both sides work on copies of one source tree and speak HTTP over the loopback: `mic` with a node,
git with `git http-backend`. Starting the servers and copying the tree are not counted.

usage: python benchmarks/commands.py TREE [--rounds N] [--only WORD]
TREE is an unpacked source, Django's for example; WORD the first of a comparison's title.
"""

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import git_http
from rounds import in_turn, report, seconds

BIN = Path(sys.executable).parent
GIT = ("git", "-c", "user.name=ada", "-c", "user.email=ada@example.org", "-c", "gc.auto=0")


class Bench:
    """One tree, a node and a git server, and a directory to work in."""

    def __init__(self, tree: Path, place: Path, node: str, git: str) -> None:
        self.tree, self.place, self.node, self.git = tree, place, node, git
        self.numbers = itertools.count()
        self.environment = os.environ | {"HOME": str(place), "MIC_HOME": str(place / "mic")}

    def run(self, *command: str | Path, at: Path) -> None:
        """Run a command in a directory."""
        subprocess.run(command, cwd=at, env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def timed(self, *command: str | Path, at: Path) -> float:
        """Return the seconds that a command takes."""
        return seconds(lambda: self.run(*command, at=at))

    def copy(self) -> Path:
        """Return a new copy of the tree."""
        return Path(shutil.copytree(self.tree, self.fresh(), symlinks=True))

    def fresh(self) -> Path:
        """Return a name that nothing has yet."""
        return self.place / f"work{next(self.numbers)}"

    @contextmanager
    def in_copy(self) -> Iterator[Path]:
        """Lend a copy of the tree."""
        copy = self.copy()
        try:
            yield copy
        finally:
            shutil.rmtree(copy)

    def mic_share(self) -> float:
        """Time `mic share` in a directory that nobody has seen."""
        with self.in_copy() as copy:
            return self.timed(BIN / "mic", "share", at=copy)

    def git_share(self) -> float:
        """Time init, add, commit and push in a directory that nobody has seen."""
        with self.in_copy() as copy:
            bare = self.place / "git" / copy.name
            self.run("git", "init", "-q", "--bare", "-b", "main", bare, at=self.place)
            self.run("git", "config", "http.receivepack", "true", at=bare)
            there = f"{self.git}/{copy.name}"
            took = seconds(lambda: self.git_commit_and_push(copy, there))
            shutil.rmtree(bare)
            return took

    def git_commit_and_push(self, copy: Path, there: str) -> None:
        """Do with git what `mic share` does."""
        self.run(*GIT, "init", "-q", "-b", "main", at=copy)
        self.run(*GIT, "add", "-A", at=copy)
        self.run(*GIT, "commit", "-q", "-m", "all", at=copy)
        self.run(*GIT, "push", "-q", there, "main", at=copy)

    def keep(self) -> None:
        """Make a project, a repository and a working copy of each, to clone and to ask."""
        self.shared, self.bare = self.copy(), self.place / "git" / "kept"
        self.run(BIN / "mic", "share", "--name", "kept", at=self.shared)
        self.run("git", "init", "-q", "--bare", "-b", "main", self.bare, at=self.place)
        self.run("git", "config", "http.receivepack", "true", at=self.bare)
        self.committed = self.copy()
        self.git_commit_and_push(self.committed, f"{self.git}/kept")

    def clone(self, *command: str | Path) -> float:
        """Time a command that makes a directory."""
        there = self.fresh()
        took = self.timed(*command, there, at=self.place)
        shutil.rmtree(there)
        return took

    def comparisons(self) -> dict[str, dict[str, Callable[[], float]]]:
        """Return what is compared with what."""
        return {
            "share a tree": {"mic share": self.mic_share, "git push": self.git_share},
            "clone it": {
                "mic clone": lambda: self.clone(BIN / "mic", "clone", f"{self.node}/ada/kept"),
                "git clone": lambda: self.clone(
                    *GIT, "clone", "-q", "--depth", "1", f"{self.git}/kept"
                ),
            },
            "status, nothing changed": {
                "mic status": lambda: self.timed(BIN / "mic", "status", at=self.shared),
                "git status": lambda: self.timed(*GIT, "status", at=self.committed),
            },
            "begin": {
                "mic --help": lambda: self.timed(BIN / "mic", "--help", at=self.place),
                "python -c pass": lambda: self.timed(sys.executable, "-c", "pass", at=self.place),
            },
        }


@contextmanager
def serving(place: Path) -> Iterator[str]:
    """Run a node of its own; yield its address."""
    command = [BIN / "micelio", "up", "--data", place / "node", "--listen", "127.0.0.1:0"]
    environment = os.environ | {"MIC_HOME": str(place / "mic")}
    with subprocess.Popen(
        [*command, "--owner", "ada", "--json"], env=environment, stdout=subprocess.PIPE
    ) as node:
        try:
            yield json.loads(node.stdout.readline())["url"]
        finally:
            node.terminate()


def main() -> None:
    """Print each comparison and its ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        place = Path(directory)
        (place / "git").mkdir()
        with serving(place) as node, git_http.serving(place / "git") as git:
            bench = Bench(asked.tree.resolve(), place, node, git)
            bench.keep()
            for title, sides in bench.comparisons().items():
                if not title.startswith(asked.only):
                    continue
                ours, theirs = report(title, "s", in_turn(sides, asked.rounds)).values()
                print(f"  {theirs / ours:.2f} x as fast, {1000 * (ours - theirs):+.0f} ms")


if __name__ == "__main__":
    main()
