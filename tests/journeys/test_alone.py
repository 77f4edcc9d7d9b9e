"""Every command works with nobody at a terminal, and its JSON has the shape that is written down.

Standard input stays open and silent meanwhile: a command that asked would wait for ever.
"""

import json
import os
import shlex
import subprocess

import pytest

from mic.cli.table import COMMANDS
from mic.cli.table.shapes import SHAPES
from tests.support.gits import Gits
from tests.support.mic import MIC, Person
from tests.support.processes import environment
from tests.support.shapes import differs

pytestmark = pytest.mark.journey

SAYS = {
    "share": "share new",
    "import": "import engine.git",
    "export git": "export git out --bare",
    "clone": "clone ada/garden fresh",
    "checkout": "checkout ada/garden --path fresh2 --position 1",
    "link": "link ada/garden",
    "status": "status",
    "land": 'land "Again"',
    "sync": "sync",
    "session start": 'session start "Goal"',
    "session status": "session status",
    "session note": "session note Message",
    "session decision": "session decision What --why Because",
    "session land": "session land",
    "session abandon": "session abandon",
    "session resolve": "session resolve",
    "log": "log",
    "show": "show latest",
    "diff": "diff 1",
    "cat": "cat a",
    "ls": "ls",
    "blame": "blame a",
    "goto": "goto 1",
    "verify": "verify",
    "project create": "project create ada made Made",
    "fork": "fork ada/garden --handle twig",
    "project sync": "project sync ada/branch",
    "project list": "project list",
    "project get": "project get",
    "project update": "project update --name Better",
    "project member list": "project member list ada/garden",
    "project peers list": "project peers list ada/garden",
    "org list": "org list",
    "org get": "org get guild",
    "org members": "org members guild",
    "org invitations": "org invitations",
    "server list": "server list",
    "alias list": "alias list",
    "doctor": "doctor",
    "auth logout": "auth logout http://127.0.0.1:9",
    "project delete": "project delete ada garden",
    "org delete": "org delete guild",
    "org leave": "org leave guild",
}
"""What is said where it must succeed, or must not; the others say their first example."""


@pytest.fixture(scope="module")
def node(node):
    """The node, with a project that has two landings."""
    place = node.data.parent
    ada = Person(place / "mic")
    (place / "garden").mkdir()
    (place / "garden/a").write_text("one\n")
    ada.json("share", at=place / "garden")
    (place / "garden/a").write_text("two\n")
    ada.json("land", "Two", at=place / "garden")
    return node


@pytest.fixture
def place(ada, tmp_path):
    """A workspace with a change, a session if the test wants one, and a directory to share."""
    ada.json("clone", "ada/garden", str(tmp_path / "space"), at=tmp_path)
    return tmp_path / "space"


def said(node, place, words):
    """Run a command with an open, silent standard input; its status, and its one object."""
    coming, kept = os.pipe()
    home = node.data.parent / "mic"
    try:
        ran = subprocess.run(
            [*MIC, *words, "--json"],
            cwd=place,
            env=environment(MIC_HOME=str(home)),
            stdin=coming,
            capture_output=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(coming)
        os.close(kept)
    assert b"Traceback" not in ran.stderr
    return ran.returncode, json.loads(ran.stdout)


def prepare(command, node, place):
    """Bring the workspace to where the command can succeed."""
    ada = Person(node.data.parent / "mic")
    if command.name.startswith("org "):
        ada.mic("org", "create", "guild", at=place)
    if command.name == "project sync":
        ada.json("fork", "ada/garden", "--handle", "branch", at=place)
    if command.name == "share":
        (place / "new").mkdir()
        (place / "new/a").write_text("new\n")
    if command.name.startswith("session ") and command.name != "session start":
        ada.json("session", "start", "Goal", at=place)
        ada.json("session", "note", "noted", at=place)
    if command.name in {"land", "session land", "session resolve", "session status", "status"}:
        (place / "b").write_text(f"{command.name}, {os.urandom(8).hex()}\n")
        if command.name != "status":
            ada.json("sync", at=place)
    if command.name == "import":
        g = Gits(place / "engine.git")
        g.main(g.commit({"a": os.urandom(8)}))
    if command.name == "link":
        (place / ".mic").rename(place.parent / "elsewhere")


@pytest.mark.parametrize(
    "command", [one for one in COMMANDS if not one.stdin], ids=lambda command: command.name
)
def test_a_command_asks_nobody_and_answers_in_its_shape(node, place, command):
    prepare(command, node, place)
    first = next(text for text, _ in command.examples if text.startswith(("mic ", "eval")))
    words = SAYS.get(command.name, first.removeprefix('eval "$(').removesuffix(')"')[4:])
    status, told = said(node, place, shlex.split(words, comments=True))
    if command.name in SHAPES:
        assert (status, told["ok"]) == (0, True), told
        assert differs(SHAPES[command.name], told["data"]) is None, told["data"]
    else:
        assert told["ok"] is (status == 0)
        assert told["ok"] or told["error"]["code"]


def test_what_a_command_reads_from_standard_input_has_a_shape_too(ada, place):
    ada.json("session", "start", "Goal", at=place)
    data = ada.mic("write", "d", "--json", at=place, stdin="d\n").data
    assert differs(SHAPES["write"], data) is None
