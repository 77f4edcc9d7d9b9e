"""`git clone` from a node against `git http-backend` of the same repository, both warm, in turn.

    python benchmarks/git_clone.py REPOSITORY [--data DIRECTORY] [--rounds 5]

REPOSITORY is imported by `mic import` into a node of its own with its data in DIRECTORY, unless it
is there already. The bar is a whole clone in at most 1.5 times the reference's time; shallow and
partial clones stand beside it.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.git_http import serving
from tests.support.mic import MIC
from tests.support.processes import Node, environment

KINDS = {
    "whole": [],
    "shallow": ["--depth", "1"],
    "blob:none": ["--filter=blob:none"],
}
BAR = 1.5


def cloned(url: str, scratch: Path, options: list[str]) -> float:
    """Return the seconds that a bare clone takes."""
    with tempfile.TemporaryDirectory(dir=scratch) as place:
        begun = time.perf_counter()
        line = ["git", "clone", "-q", "--bare", *options, url, f"{place}/clone"]
        subprocess.run(line, check=True, env=environment(GIT_CONFIG_GLOBAL="/dev/null"))
        return time.perf_counter() - begun


def reference(repository: Path, place: Path) -> None:
    """Make a bare repository with one pack and a bitmap, as git serves it best."""
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(place)], check=True)
    into = ["git", "-C", str(place)]
    refs = ["HEAD:refs/heads/main", "refs/tags/*:refs/tags/*"]
    subprocess.run([*into, "fetch", "-q", str(repository.absolute()), *refs], check=True)
    subprocess.run([*into, "repack", "-a", "-d", "-b", "-q"], check=True)
    subprocess.run([*into, "config", "uploadpack.allowFilter", "true"], check=True)


def compared(ours: str, theirs: str, scratch: Path, rounds: int) -> bool:
    """Clone in turn, print the medians; whether the bar holds."""
    holds = True
    print(f"{'clone':12}{'node s':>10}{'git s':>10}{'ratio':>8}")
    for kind, options in KINDS.items():
        took: tuple[list[float], list[float]] = ([], [])
        for number in range(rounds + 1):
            pair = [cloned(url, scratch, options) for url in (ours, theirs)]
            if number:  # the first one warms
                for list_, seconds in zip(took, pair, strict=True):
                    list_.append(seconds)
        node, git = map(statistics.median, took)
        print(f"{kind:12}{node:10.2f}{git:10.2f}{node / git:8.2f}")
        holds = holds and (kind != "whole" or node <= BAR * git)
    return holds


def main() -> None:
    """Import if need be, serve both, and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        data = given.data or scratch / "data"
        home = data.parent / f"{data.name}-mic"
        reference(given.repository, scratch / "reference.git")
        arguments = ("--listen", "127.0.0.1:0", "--owner", "ada", "--name", "bench")
        with Node(data, *arguments, MIC_HOME=str(home)) as node, serving(scratch) as git:
            begun = time.perf_counter()
            line = [*MIC, "import", str(given.repository.absolute()), "--project", "bench"]
            subprocess.run(line, check=True, env=environment(MIC_HOME=str(home)))
            print(f"import {time.perf_counter() - begun:.0f} s")
            urls = (f"{node.url}/ada/bench.git", f"{git}/reference.git")
            holds = compared(*urls, scratch, given.rounds)
    print(f"The bar of {BAR} {'holds' if holds else 'does NOT hold'}.")
    sys.exit(not holds)


if __name__ == "__main__":
    main()
