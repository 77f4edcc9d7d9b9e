"""`mic`, loaded once: each command is a process of its own, forked from one that has done nothing.

    python -m tests.support.forked

Killing it is the same as killing one that was started anew; but who kills a hundred of them waits
for Python and its imports once. It reads the commands as lines of JSON, and answers each line with
the exit code of its process, negative for a signal.
"""

import importlib
import json
import os
import pkgutil
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.killed import Cut
from tests.support.mic import Person, Ran
from tests.support.processes import environment

PACKAGES = ("mic.cli.commands", "mic.client", "mic.workspace")


@dataclass(frozen=True, kw_only=True)
class Forking(Person):
    """Somebody whose commands are forked from `source`."""

    source: subprocess.Popen[str]

    def run(
        self, *words: str, at: Path, stdin: str | None = None, kill: int = 0, **more: str
    ) -> Ran:
        """Fork `mic` in the directory `at`."""
        assert stdin is None
        out, err = self.home.with_suffix(".out"), self.home.with_suffix(".err")
        asked = {
            "words": words,
            "at": str(at),
            "kill": kill,
            "environment": environment(MIC_HOME=str(self.home), **more),
            "out": str(out),
            "err": str(err),
        }
        self.source.stdin.write(json.dumps(asked) + "\n")
        self.source.stdin.flush()
        code = int(self.source.stdout.readline())
        return Ran(code, out.read_bytes(), err.read_text())


@contextmanager
def forking(home: Path) -> Iterator[Forking]:
    """Load `mic` for the block."""
    line = [sys.executable, "-m", "tests.support.forked"]
    with subprocess.Popen(
        line, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as source:
        yield Forking(home, source=source)
        source.stdin.close()


def serve() -> None:
    """Fork a process for each line until there are no more."""
    sys.dont_write_bytecode = True
    _load()
    for line in sys.stdin:
        process = os.fork()
        if not process:
            _become(json.loads(line))
        _, status = os.waitpid(process, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _load() -> None:
    """Import what commands need, so that no child has to."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, f"{name}."):
            importlib.import_module(module.name)


def _become(asked) -> None:
    """Be the one command, and end."""
    try:
        _enter(asked)
        from mic.cli.main import main

        main()
    except BaseException:  # noqa: BLE001 - nothing may return into the loop of the parent
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(70)


def _enter(asked) -> None:
    os.chdir(asked["at"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(asked[name], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    sys.argv[1:] = asked["words"]
    if asked["kill"]:
        sys.addaudithook(Cut(asked["kill"]))


if __name__ == "__main__":
    serve()
