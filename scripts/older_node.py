"""Make the data directory of a node as an older commit's own programs write it, and pack it up.

usage: scripts/older_node.py COMMIT FILE.tar.xz

The tests open such directories with the program of today. The keys in them are of no use to anybody
else: each node is made here, filled and forgotten.
"""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

MIC = [sys.executable, "-c", "from mic.cli.main import main; main()"]
MICELIO = [sys.executable, "-m", "node.daemon"]
TEXT = "".join(f"Line {number} of a text that is long enough to differ.\n" for number in range(300))
SEAL = """
import asyncio, sys, pathlib
from node.daemon import building, config
async def main():
    settings = config.read({"data": sys.argv[1]}, {}, pathlib.Path.home())
    async with building.opened(settings, "") as forge:
        while await forge.objects.seal():
            pass
asyncio.run(main())
"""
LEFT_OUT = {"node.lock", "node.json"}


class Older:
    """An older commit's programs, with a home of their own."""

    def __init__(self, commit: str, place: Path) -> None:
        self.tree, self.data, self.work = place / "tree", place / "data", place / "work"
        packed = subprocess.run(["git", "archive", commit], check=True, capture_output=True)
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as found:
            # Python gained the filter in 3.11.4; Debian 12 has 3.11.2.
            found.extraction_filter = getattr(tarfile, "data_filter", None)
            found.extractall(self.tree)  # noqa: S202  our own archive
        self.work.mkdir()
        with socket.create_server(("127.0.0.1", 0)) as door:
            self.port = door.getsockname()[1]
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(place),
            "PYTHONPATH": str(self.tree),
            "MIC_HOME": str(place / "home"),
        }

    def up(self) -> subprocess.Popen:
        """Start the node and wait until it answers."""
        listen = (
            "--listen",
            f"127.0.0.1:{self.port}",
            "--owner",
            "ada",
            "--name",
            "older",
            "--json",
        )
        node = subprocess.Popen(
            [*MICELIO, "up", "--data", str(self.data), *listen],
            cwd=self.tree,
            env=self.environment,
            stdout=subprocess.PIPE,
        )
        json.loads(node.stdout.readline())
        return node

    def seal(self) -> None:
        """Have small objects moved to packs, which a running node does once in ten minutes."""
        subprocess.run(
            [sys.executable, "-c", SEAL, str(self.data)],
            cwd=self.tree,
            env=self.environment,
            check=True,
        )

    def mic(self, *words: str, at: str = "book") -> None:
        """Run the older `mic`."""
        where = self.work / at
        where.mkdir(exist_ok=True)
        subprocess.run([*MIC, *words], cwd=where, env=self.environment, check=True)

    def fill(self) -> None:
        """Do a little of everything that the first `mic` knew."""
        book = self.work / "book"
        (book / "src").mkdir(parents=True)
        (book / "README.md").write_text("# A book\n")
        (book / "src" / "run.sh").write_text("#!/bin/sh\necho run\n")
        (book / "src" / "run.sh").chmod(0o755)
        (book / "link").symlink_to("README.md")
        (book / "large.txt").write_text(TEXT * 300)  # cut into chunks
        self.mic("share", ".", "--name", "book")
        for number in range(12):
            (book / "text.txt").write_text(TEXT.replace(f"Line {number} ", f"Said {number} "))
            self.mic("land", f"Say line {number}")

    def go_on(self) -> None:
        """Do what the packs do not hold."""
        book = self.work / "book"
        (book / "src" / "run.sh").unlink()
        self.mic("session", "start", "Remove what nobody runs", "--model", "m-1")
        self.mic("session", "note", "Nobody runs it.")
        self.mic("session", "decision", "Remove it", "--why", "It is not used")
        self.mic("session", "land")
        self.mic("session", "start", "Think about it")
        self.mic("session", "note", "Not done yet.")
        (self.work / "diary").mkdir()
        (self.work / "diary" / "today.txt").write_text("Nobody knows.\n")
        self.mic("share", ".", "--name", "diary", "--private", at="diary")
        self.mic("project", "update", "ada/book", "--description", "A book about something")
        self.mic("project", "create", "ada/gone")
        self.mic("project", "delete", "ada/gone", "--yes")


def stop(node: subprocess.Popen | None) -> None:
    """Stop a node that runs."""
    if node is not None:
        node.send_signal(signal.SIGTERM)
        node.wait(20)
        node.stdout.close()


def packed(data: Path, file: Path) -> None:
    """Write what lies in `data` to `file`, without what says where it ran."""
    with tarfile.open(file, "w:xz", preset=9) as out:
        for path in sorted(data.rglob("*")):
            if path.is_file() and path.name not in LEFT_OUT:
                entry = tarfile.TarInfo(path.relative_to(data).as_posix())
                entry.size, entry.mode = path.stat().st_size, 0o600
                out.addfile(entry, io.BytesIO(path.read_bytes()))


def main(commit: str, file: str) -> None:
    """Make, fill, stop and pack one node."""
    with tempfile.TemporaryDirectory() as place:
        older = Older(commit, Path(place))
        for work in (older.fill, older.seal, older.go_on):
            node = older.up() if work != older.seal else None
            try:
                work()
            finally:
                stop(node)
        packed(older.data, Path(file))


if __name__ == "__main__":
    main(*sys.argv[1:])
