"""A peer of js-libp2p, as a process; `scripts/install dev` has put it beside its sources."""

import json
import select
import subprocess
from pathlib import Path
from typing import Any, Self

PLACE = Path(__file__).parents[1] / "foreign"
NODES = sorted(PLACE.glob("node_modules/node-linux-*/bin/node"))
"""The version that js-libp2p wants, for this machine."""

PATIENCE = 30.0


class Foreigner:
    """Other people's libp2p, running; `told` is what it said of itself."""

    def __init__(self) -> None:
        assert NODES, f"{PLACE} is not installed: run `make test`, or scripts/install dev"
        self.process = subprocess.Popen(
            [NODES[0], "peer.mjs"],
            cwd=PLACE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.told = self._line()

    def ask(self, what: str, **given: str) -> Any:
        """Have it do something, and return what came of it."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps({"do": what} | given) + "\n")
        self.process.stdin.flush()
        return self._line()

    def _line(self) -> Any:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE)
        return json.loads(self.process.stdout.readline()) if ready else {"fault": "no answer"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate("", timeout=PATIENCE)
