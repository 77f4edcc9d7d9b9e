"""libp2p is imported where it runs and nowhere else: it costs a second and 50 MB."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import Node, environment

pytestmark = pytest.mark.slow
HEAVY = ("libp2p", "trio", "multiaddr")
SAY = """
import importlib, json, sys
try:
    code = {start}
except SystemExit as end:
    code = end.code
print()
print(json.dumps([code or 0, sorted(name for name in {heavy} if name in sys.modules)]))
"""


def imported(start, tmp_path, **more):
    """Run a program in a fresh interpreter; return its exit code and what it imported."""
    program = SAY.format(start=start, heavy=HEAVY)
    answer = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(MIC_HOME=str(tmp_path / "mic"), **more),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=tmp_path,
    )
    return json.loads(answer.stdout.splitlines()[-1])


def mic(*arguments):
    return f"importlib.import_module('mic.cli.main').main({list(arguments)!r})"


@pytest.mark.parametrize("arguments", [("--help",), ("status",), ("clone", "nobody/nothing")])
def test_ordinary_commands_of_mic_do_without(tmp_path, arguments):
    _, found = imported(mic(*arguments), tmp_path)
    assert found == []


def test_the_faces_of_the_network_do_without_until_it_is_opened(tmp_path):
    faces = ("network", "blocking", "addresses", "limits", "bridge")
    start = f"[importlib.import_module('p2p.transport.' + name) for name in {faces}] and 0"
    assert imported(start, tmp_path) == [0, []]


def test_a_node_that_takes_no_part_does_without(tmp_path):
    with Node(tmp_path / "data", "--listen", "127.0.0.1:0", "--no-p2p", "--no-register") as node:
        assert (node.facts["peer_id"], node.facts["p2p_addresses"]) == (None, [])
        libraries = Path(f"/proc/{node.process.pid}/maps").read_text()
        assert "/nacl/" in libraries  # whoever is loaded is seen here
        assert "/coincurve/" not in libraries  # which libp2p always loads
