"""A node with one project on which many processes land at once, each noting what was promised."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from mic.client.connection import Connection
from mic.client.remote import Remote
from mic.wire import messages as wire
from tests.support.processes import Node, environment, free_port


@dataclass(frozen=True)
class Ground:
    """Where a journey takes place."""

    place: Path
    port: int
    settings: dict[str, object]

    @property
    def data(self) -> Path:
        return self.place / "data"

    @property
    def home(self) -> Path:
        return self.place / "home"

    def node(self, data: Path | None = None) -> Node:
        return Node(
            data or self.data,
            "--listen",
            f"127.0.0.1:{self.port}",
            "--owner",
            "ada",
            "--no-register",
        )

    def remote(self) -> Remote:
        connection = Connection(f"http://127.0.0.1:{self.port}", str(self.settings["token"]))
        return Remote(connection, "ada", "book")

    def start_landers(self, count: int) -> list[subprocess.Popen]:
        """Start processes that land until `settings["stop"]` is there."""
        started = []
        for number in range(count):
            file = self.place / f"lander-{number}.json"
            log = self.place / f"lander-{number}.log"
            file.write_text(json.dumps(self.settings | {"name": f"p{number}", "log": str(log)}))
            command = [sys.executable, "-m", "tests.support.lander", str(file)]
            with (self.place / f"lander-{number}.err").open("w") as errors:
                started.append(subprocess.Popen(command, env=environment(), stderr=errors))
        return started

    def acknowledged(self) -> list[list]:
        """What was promised so far: position, id, session, path and content of each landing."""
        lines = []
        for log in self.place.glob("lander-*.log"):
            whole = log.read_text().rpartition("\n")[0]
            lines += [json.loads(line) for line in whole.splitlines()]
        return lines


def a_ground(place: Path) -> Ground:
    """A node that was made and stopped, with the project `ada/book`."""
    port, home = free_port(), place / "home"
    listen = ("--listen", f"127.0.0.1:{port}", "--owner", "ada")
    with Node(place / "data", *listen, MIC_HOME=str(home)) as node:
        token = json.loads((home / "tokens.json").read_text())["tokens"][node.url]["access_token"]
        connection = Connection(node.url, token)
        new = wire.NewProject(handle="book")
        made = connection.ask("POST", "/accounts/ada/projects", wire.Project, new)
        assert node.stop() == 0
    settings = {
        "url": f"http://127.0.0.1:{port}",
        "token": token,
        "address": ["ada", "book"],
        "project": made.id,
        "seed": (home / "device.key").read_text().strip(),
        "stop": str(place / "stop"),
    }
    return Ground(place, port, settings)


def whole_log(remote: Remote) -> list[wire.Landing]:
    """Every landing of a project, oldest first."""
    found, before = [], None
    while page := remote.landings(before=before, limit=200):
        found += page
        before = page[-1].position
    return found[::-1]
