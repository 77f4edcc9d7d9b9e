"""The three that serve pages of one repository: our node, Fossil and klaus, and their addresses.

Each side imports the repository itself, unless its data lies in DIRECTORY already, and knows what
its pages of the same content are called. Fossil names commits by hashes of its own; they are found
by the time of the commit, which it keeps.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.mic import MIC
from tests.support.processes import Node, environment, free_port

PAGES = ("project", "tree", "file", "blame", "landings", "diff")


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a history is looked at.

    `touching` are commits that changed the file at `path`, `wide` commits of about twenty files,
    `line` all commits of the first line from the root on; positions are counted along it.
    """

    repository: Path
    path: str
    line: Mapping[str, int]
    times: Mapping[str, int]
    touching: Sequence[str]
    wide: Sequence[str]

    @property
    def directory(self) -> str:
        """Where the file lies."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class Side:
    """A server that runs: its pages of newest content, and others that nobody asked for yet."""

    name: str
    url: str
    same: Mapping[str, str]
    fresh: Mapping[str, Sequence[str]]


def git(repository: Path, *arguments: str) -> str:
    """Run git there and return what it prints."""
    line = ["git", "-C", str(repository), *arguments]
    kept = os.environ | {"GIT_CONFIG_GLOBAL": "/dev/null"}
    return subprocess.run(line, check=True, capture_output=True, text=True, env=kept).stdout


@contextmanager
def our_node(chosen: Chosen, data: Path) -> Iterator[Side]:
    """Serve it from a node of its own."""
    home = data / "mic"
    arguments = ("--listen", "127.0.0.1:0", "--owner", "ada", "--name", "bench")
    is_new = not home.exists()
    with Node(data / "node", *arguments, MIC_HOME=str(home)) as node:
        if is_new:
            line = [*MIC, "import", str(chosen.repository), "--project", "bench"]
            subprocess.run(line, check=True, env=environment(MIC_HOME=str(home)))
        at = chosen.line
        fresh = {
            "project": [f"?at={at[one]}" for one in chosen.touching],
            "tree": [f"/tree/{chosen.directory}?at={at[one]}" for one in chosen.touching],
            "file": [f"/blob/{chosen.path}?at={at[one]}" for one in chosen.touching],
            "blame": [f"/blame/{chosen.path}?at={at[one]}" for one in chosen.touching],
            "landings": [f"/landings?before={at[one]}" for one in chosen.touching],
            "diff": [f"/landings/{at[one]}" for one in chosen.wide],
        }
        same = {
            "project": "",
            "tree": f"/tree/{chosen.directory}",
            "file": f"/blob/{chosen.path}",
            "blame": f"/blame/{chosen.path}",
            "landings": "/landings",
            "diff": f"/landings/{at[chosen.wide[0]]}",
        }
        yield _side("Micelio", f"{node.url}/ada/bench", same, fresh)


@contextmanager
def fossil(chosen: Chosen, data: Path) -> Iterator[Side]:
    """Serve it from Fossil, to visitors who see links."""
    program = shutil.which("fossil") or sys.exit("There is no fossil: apt install fossil")
    kept = data / "bench.fossil"
    user = os.environ | {"USER": "bench", "HOME": str(data)}
    if not kept.exists():
        export = f"git -C {chosen.repository} fast-export --signed-tags=strip --reencode=no"
        line = f"{export} HEAD | {program} import --git {kept}"
        subprocess.run(line, shell=True, check=True, capture_output=True, env=user)
        line = [program, "user", "capabilities", "nobody", "ghjorz", "-R", str(kept)]
        subprocess.run(line, check=True, env=user, stdout=subprocess.DEVNULL)
    named = _fossil_names(program, kept, chosen, user)
    touching = [named[one] for one in chosen.touching if one in named]
    wide = [named[one] for one in chosen.wide if one in named]
    pages = {
        "tree": f"/dir?name={chosen.directory}&ci=%s",
        "file": f"/file?name={chosen.path}&ci=%s",
        "blame": f"/blame?filename={chosen.path}&checkin=%s",
        "landings": "/timeline?n=50&y=ci&b=%s",
    }
    fresh = {page: [form % one for one in touching] for page, form in pages.items()}
    fresh |= {"project": ["/home"] * len(touching), "diff": [f"/info/{one}" for one in wide]}
    same = {page: some[0] for page, some in fresh.items()}
    port = free_port()
    command = [program, "server", "--localhost", "--port", str(port), str(kept)]
    with _running(command, port, user):
        yield _side("Fossil", f"http://127.0.0.1:{port}", same, fresh)


def _fossil_names(
    program: str, kept: Path, chosen: Chosen, user: Mapping[str, str]
) -> dict[str, str]:
    """Return Fossil's names of the commits that are the only ones of their second."""
    seconds = "cast(round((mtime - 2440587.5) * 86400) as int)"
    query = f"select uuid || ' ' || {seconds} from event join blob on rid = objid where type = 'ci'"
    told = subprocess.run(
        [program, "sql", "-R", str(kept), query],
        check=True,
        capture_output=True,
        text=True,
        env=user,
    ).stdout
    by_time: dict[int, list[str]] = {}
    for row in told.split("\n")[:-1]:
        name, at = row.strip("'").split()
        by_time.setdefault(int(at), []).append(name)
    found = {commit: by_time.get(at, []) for commit, at in chosen.times.items()}
    return {commit: names[0] for commit, names in found.items() if len(names) == 1}


@contextmanager
def klaus(chosen: Chosen, data: Path) -> Iterator[Side]:
    """Serve it from klaus, in an environment of its own, by two workers."""
    programs = data / "klaus" / "bin"
    if not programs.exists():
        venv.create(data / "klaus", with_pip=True)
        line = [str(programs / "pip"), "install", "-q", "klaus", "gunicorn"]
        subprocess.run(line, check=True)
    port = free_port()
    command = [str(programs / "gunicorn"), "-w", "2", "-b", f"127.0.0.1:{port}"]
    command += ["--no-control-socket", "klaus.contrib.wsgi:application"]
    settings = os.environ | {"KLAUS_REPOS": str(chosen.repository), "KLAUS_SITE_NAME": "bench"}
    fresh = {
        "project": [f"/{one}" for one in chosen.touching],
        "tree": [f"/tree/{one}/{chosen.directory}" for one in chosen.touching],
        "landings": [f"/tree/{one}/" for one in chosen.touching],
        "diff": [f"/commit/{one}/" for one in chosen.wide],
    }
    same = {page: some[0] for page, some in fresh.items()} | {"project": "/"}
    with _running(command, port, settings):
        name = chosen.repository.name.removesuffix(".git")
        yield _side("klaus", f"http://127.0.0.1:{port}/{name}", same, fresh)


def _side(name: str, url: str, same: Mapping[str, str], fresh: Mapping[str, Sequence[str]]) -> Side:
    whole = {page: url + path for page, path in same.items()}
    return Side(name, url, whole, {page: [url + p for p in some] for page, some in fresh.items()})


@contextmanager
def _running(command: list[str], port: int, settings: Mapping[str, str]) -> Iterator[None]:
    """Run a server until the end of the block."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, env=settings, stdout=quiet, stderr=quiet) as server:
        try:
            for _ in range(200):
                with socket.socket() as door:
                    if door.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            else:
                raise TimeoutError(command[0])
            yield
        finally:
            server.send_signal(signal.SIGTERM)
