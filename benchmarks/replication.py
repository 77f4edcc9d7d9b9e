"""How long another node takes to hold a project, beside `git clone` of the same content.

A directory is landed, then two hundred landings change a few lines of a few files each. A new node
seeds it: over HTTP, and over libp2p alone. What is measured goes from the seed's row to its being
`verified`: every signature checked, every tree rebuilt, every content on disk. git's is a clone
over smart HTTP of the same commits, packed, with a checkout. Memory is the most that the new node
had resident, libp2p included.

To grow a project takes a while: `--keep DIR` leaves it there and starts from it next time.

usage: python benchmarks/replication.py --tree DIR [--landings 200] [--rounds 3] [--keep DIR]
"""

import argparse
import asyncio
import os
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

from git_http import serving

from tests.support.mirrors import Home, a_home
from tests.support.processes import Node, run

MIB = 1 << 20
TOUCHED = 4
PATIENCE = 600.0


def git(*arguments: str | Path, at: Path | None = None) -> None:
    """Run git."""
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org"}
    who |= {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
    settings = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1"}
    line = ["git", *map(str, arguments)]
    subprocess.run(line, check=True, capture_output=True, cwd=at, env=os.environ | who | settings)


def files_of(tree: Path) -> dict[str, bytes]:
    """Return the files below a directory that a landing can hold whole."""
    found = {}
    for path in sorted(tree.rglob("*")):
        name = path.relative_to(tree).as_posix()
        if path.is_file() and not path.is_symlink() and ".git/" not in f"{name}/":
            found[name] = path.read_bytes()
    return found


def edited(files: dict[str, bytes], chance: random.Random) -> dict[str, bytes]:
    """Return a few files with a line more."""
    names = [name for name, data in files.items() if 200 < len(data) < 200_000]
    made = {}
    for name in chance.sample(names, TOUCHED):
        lines = files[name].split(b"\n")
        lines.insert(chance.randrange(len(lines)), b"# edited %x" % chance.getrandbits(64))
        made[name] = b"\n".join(lines)
    return made


async def grown(place: Path, tree: Path, landings: int) -> str:
    """Make the home's data and a bare repository of the same content; return the address."""
    chance, files = random.Random(7), files_of(tree)
    bare, work = place / "repositories" / "project.git", place / "work"
    git("init", "-q", "-b", "main", work)
    async with a_home(place / "home") as home:
        await _both(home, work, files)
        for _ in range(landings):
            changed = edited(files, chance)
            files |= changed
            await _both(home, work, changed)
        while await home.forge.objects.seal():
            pass
        address = home.project.address
    git("clone", "-q", "--bare", work, bare)
    git("gc", "-q", at=bare)
    shutil.rmtree(work)
    return address


async def _both(home: Home, work: Path, files: dict[str, bytes]) -> None:
    await home.land_all(dict(files))
    for name, data in files.items():
        path = work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    git("add", "-A", "-f", at=work)
    git("commit", "-q", "-m", "landed", at=work)


def cloned(url: str, into: Path) -> float:
    """Return the seconds of a clone."""
    began = time.perf_counter()
    git("clone", "-q", url, into)
    took = time.perf_counter() - began
    shutil.rmtree(into)
    return took


def seeded(place: Path, address: str) -> tuple[float, float]:
    """Return the seconds until a new node holds the project, and the MiB that it took at most."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    with a_node(place) as node:
        done = run("seed", address, "--data", str(node.data), "--json")
        assert done.returncode == 0, done.stderr
        asked = time.perf_counter()
        state = _wait(node.data / "node.db")
        took = time.perf_counter() - asked
        assert state == "verified", state
        return took, peak_of(node)


def a_node(place: Path) -> Node:
    """Return a running node that takes part in the network."""
    more = {"MIC_HOME": str(place / "mic"), "MICELIO_P2P": "yes", "MICELIO_REACH_PRIVATE": "yes"}
    return Node(place / "data", "--listen", "127.0.0.1:0", "--owner", "other", **more)


def _wait(database: Path) -> str:
    end = time.monotonic() + PATIENCE
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as rows:
        while time.monotonic() < end:
            (state,) = rows.execute("select state from seeds").fetchone()
            if state not in {"waiting", "fetching"}:
                return str(state)
            time.sleep(0.02)
    raise TimeoutError(database)


def peak_of(node: Node) -> float:
    """Return the most resident memory that a node had so far, in MiB."""
    status = Path(f"/proc/{node.process.pid}/status").read_text()
    line = next(one for one in status.splitlines() if one.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def measured(place: Path, address: str, rounds: int) -> None:
    """Measure all of them in turn and print medians and ratios."""
    (place / "h").mkdir()
    shutil.move(place / "home", place / "h" / "data")
    with serving(place / "repositories") as repositories, a_node(place / "h") as home:
        by_url = f"{home.url}/{address}"
        by_peer = f"{home.facts['p2p_addresses'][0]}/{address}"
        took: dict[str, list[float]] = {name: [] for name in ("git clone", "HTTP", "libp2p")}
        peaks = {"HTTP": 0.0, "libp2p": 0.0}
        for _ in range(rounds):
            took["git clone"].append(cloned(f"{repositories}/project.git", place / "clone"))
            for name, where in (("HTTP", by_url), ("libp2p", by_peer)):
                seconds, peak = seeded(place / "other", where)
                took[name].append(seconds)
                peaks[name] = max(peaks[name], peak)
    base = statistics.median(took["git clone"])
    for name, each in took.items():
        middle = statistics.median(each)
        peak = f"  peak {peaks[name]:.0f} MiB" if name in peaks else ""
        print(f"{name:10} {middle:7.2f} s  x{middle / base:.2f}{peak}")


def main() -> None:
    """Grow both, measure both."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--tree", type=Path, required=True)
    given.add_argument("--landings", type=int, default=200)
    given.add_argument("--rounds", type=int, default=3)
    given.add_argument("--keep", type=Path, help="grow there once, and start from it next time")
    asked = given.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        grown_at = asked.keep or place / "grown"
        if not (grown_at / "address").exists():
            grown_at.mkdir(parents=True, exist_ok=True)
            address = asyncio.run(grown(grown_at, asked.tree, asked.landings))
            (grown_at / "address").write_text(address)
        for name in ("home", "repositories"):
            shutil.copytree(grown_at / name, place / name)
        measured(place, (grown_at / "address").read_text(), asked.rounds)


if __name__ == "__main__":
    main()
