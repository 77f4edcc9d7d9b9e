"""The memory of an idle node, without peers and with them.

What is measured is the resident set of `micelio up` some seconds after it has answered.

usage: python benchmarks/idle.py [--settle SECONDS]
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from rounds import in_turn, report

MICELIO = Path(sys.executable).with_name("micelio")
MIB = 1024
LIMITS_MIB = {"--no-p2p": 120, "with peers": 120}


def resident_mib(pid: int) -> float:
    """Return the resident set of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / MIB


def idle_node(settle: float, *options: str) -> float:
    """Start a node, ask it for its pages, let it rest, and return its resident MiB."""
    with tempfile.TemporaryDirectory() as directory:
        command = [MICELIO, "up", "--data", directory, "--listen", "127.0.0.1:0"]
        usual = ["--owner", "ada", "--no-register", "--json"]
        with subprocess.Popen([*command, *usual, *options], stdout=subprocess.PIPE) as node:
            try:
                url = json.loads(node.stdout.readline())["url"]
                for page in ("/", "/up", "/mic/v1/node"):
                    urllib.request.urlopen(url + page).read()
                time.sleep(settle)
                return resident_mib(node.pid)
            finally:
                node.terminate()


def main() -> None:
    """Print the medians of five nodes each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--settle", type=float, default=5)
    settle = parser.parse_args().settle
    sides = {
        "--no-p2p": lambda: idle_node(settle, "--no-p2p"),
        "with peers": lambda: idle_node(settle),
    }
    medians = report("resident memory of an idle node", "MiB", in_turn(sides))
    for name, limit in LIMITS_MIB.items():
        print(f"  {name}: {medians[name] / limit:.2f} of the {limit} MiB that it may take")


if __name__ == "__main__":
    main()
