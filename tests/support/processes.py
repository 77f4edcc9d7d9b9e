"""The program `micelio` as a process: started, asked, killed.

A node here takes no part in the network of nodes unless MICELIO_P2P="yes" is given: that costs each
start a second.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

TREE = Path(__file__).parents[2]
MICELIO = [sys.executable, "-m", "node.daemon"]
PATIENCE = 30.0


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return door.getsockname()[1]


def environment(**more: str) -> dict[str, str]:
    """The environment of a child: this tree's packages and no settings of the user's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MIC")}
    return kept | {"PYTHONPATH": str(TREE), "PYTHONUNBUFFERED": "1"} | {"MICELIO_P2P": "no"} | more


def run(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run `micelio` to its end."""
    return subprocess.run(
        [*MICELIO, *arguments],
        env=environment(**more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


class Node:
    """A running node; `facts` is the line that it printed."""

    def __init__(
        self, data: Path, *arguments: str, through: tuple[str, ...] = (), **more: str
    ) -> None:
        self.data = data
        self.errors = (data.parent / f"{data.name}.log").open("a")
        self.process = subprocess.Popen(
            [*through, *MICELIO, "up", "--json", "--data", str(data), *arguments],
            env=environment(**more),
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        self.facts = json.loads(self._line())

    def _line(self) -> str:
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        line = self.process.stdout.readline() if ready else ""
        if not line:
            self.kill()
            raise AssertionError(Path(self.errors.name).read_text())
        return line

    @property
    def url(self) -> str:
        return self.facts["url"]

    def rss_mib(self) -> float:
        """Resident memory now."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        raise AssertionError("no VmRSS")

    def stop(self, patience: float = 10) -> int:
        """Ask it to stop and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self._ended(patience)

    def kill(self) -> None:
        """Kill it where it stands."""
        self.process.kill()
        self._ended(10)

    def _ended(self, patience: float) -> int:
        code = self.process.wait(patience)
        self.process.stdout.close()
        self.errors.close()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.kill()
