"""`mic` as a person or an agent runs it: a process in a directory, with a home of its own."""

import json
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.processes import environment

MIC = [sys.executable, "-c", "from mic.cli.main import main; main()"]
KILLED = [sys.executable, "-m", "tests.support.killed"]


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    status: int
    out: bytes
    err: str

    @property
    def data(self) -> Any:
        """What a successful command says as JSON."""
        said = json.loads(self.out)
        assert said["ok"], said
        assert said.keys() == {"ok", "data", "warnings"}
        return said["data"]

    @property
    def error(self) -> Any:
        """What a refused command says as JSON."""
        said = json.loads(self.out)
        assert said.keys() == {"ok", "error"}
        return said["error"]


@dataclass(frozen=True)
class Person:
    """Somebody with a MIC_HOME; what they run is put behind `through`."""

    home: Path
    through: tuple[str, ...] = ()

    def mic(self, *words: str, at: Path, stdin: str | None = None, **more: str) -> Ran:
        """Run `mic` in the directory `at`."""
        return self.run(*words, at=at, stdin=stdin, **more)

    def killed(self, number: int, *words: str, at: Path, **more: str) -> bool:
        """Run `mic` and kill it before its nth change; return whether it came to that."""
        return self.run(*words, at=at, kill=number, **more).status == -signal.SIGKILL

    def run(
        self, *words: str, at: Path, stdin: str | None = None, kill: int = 0, **more: str
    ) -> Ran:
        """Run `mic` in the directory `at`, to its end or to the nth change, if there is one."""
        program = [*KILLED, str(kill)] if kill else MIC
        done = subprocess.run(
            [*self.through, *program, *words],
            cwd=at,
            env=environment(MIC_HOME=str(self.home), **more),
            capture_output=True,
            input=stdin.encode() if stdin is not None else None,
            timeout=120,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr.decode())

    def json(self, *words: str, at: Path, **more: str) -> Any:
        """Run `mic --json`, which must succeed, and return its data."""
        return self.mic(*words, "--json", at=at, **more).data

    def refused(self, *words: str, at: Path, **more: str) -> tuple[int, str]:
        """Run `mic --json`, which must fail, and return its status and code."""
        ran = self.mic(*words, "--json", at=at, **more)
        return ran.status, ran.error["code"]


def files_of(root: Path) -> dict[str, tuple[str, bytes]]:
    """Every file below `root` but for mic's own: its kind and its bytes."""
    found: dict[str, tuple[str, bytes]] = {}
    for path in sorted(root.rglob("*")):
        name = str(path.relative_to(root))
        if name.split("/", maxsplit=1)[0] == ".mic" or (path.is_dir() and not path.is_symlink()):
            continue
        if path.is_symlink():
            found[name] = ("link", str(path.readlink()).encode())
        else:
            kind = "executable" if path.stat().st_mode & 0o100 else "file"
            found[name] = (kind, path.read_bytes())
    return found
