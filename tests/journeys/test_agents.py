"""An agent works through the protocol's own client: it starts a session, decides, lands, asks why."""

import json
import re
import subprocess
import sys

import pytest
from mcp import Client
from mcp.client.stdio import StdioServerParameters

from mic.cli import tools
from tests.support.mic import MIC, Person
from tests.support.processes import environment

pytestmark = pytest.mark.journey


@pytest.fixture
def garden(ada, tmp_path):
    """A workspace with one landing."""
    root = tmp_path / "garden"
    root.mkdir()
    (root / "bed.txt").write_text("roses\ntulips\n")
    ada.json("share", "--name", re.sub("[^a-z0-9]+", "-", tmp_path.name), at=root)
    return root


def server(ada, at, **more):
    """What an agent's program starts."""
    return StdioServerParameters(
        command=sys.executable,
        args=["-c", "from mic.cli.main import main; main(['mcp'])"],
        env=environment(MIC_HOME=str(ada.home), **more),
        cwd=at,
    )


async def data(client, tool, **values):
    """The data of a call that succeeds."""
    result = await client.call_tool(tool, values)
    told = result.structured_content
    assert not result.is_error, told
    assert json.loads(result.content[0].text) == told
    return told["data"]


async def refused(client, tool, **values):
    """The error of a call that fails."""
    result = await client.call_tool(tool, values)
    assert result.is_error, result.structured_content
    return result.structured_content["error"]


async def test_an_agent_lists_starts_decides_lands_and_reads_why(ada, garden):
    async with Client(server(ada, garden)) as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert listed.keys() == tools.tools().keys()
        assert listed["log"].annotations.read_only_hint
        assert listed["session_land"].input_schema["properties"]["origin"]["enum"]

        started = await data(client, "session_start", goal="Fewer thorns", model="m-1")
        await data(client, "session_note", message="roses hurt", role="agent")
        why = "Lilies have no thorns"
        await data(client, "session_decision", text="Lilies for roses", why=why)
        written = await data(client, "write", path="bed.txt", input="lilies\ntulips\n")
        assert (written["change"], written["session"]) == ("M", started["id"])
        status = await data(client, "status")
        assert status["changes"] == [{"change": "M", "path": "bed.txt"}]
        landed = await data(client, "session_land", model="m-1", origin="ai-generated")
        assert (landed["position"], landed["origin"]) == (2, "ai-generated")

        blame = await data(client, "blame", path="bed.txt")
        first = blame["lines"][0]
        assert (first["text"].strip(), first["position"]) == ("lilies", 2)
        reason = next(one for one in blame["reasons"] if one["position"] == 2)
        assert reason["goal"] == "Fewer thorns"
        assert [(one["text"], one["why"]) for one in reason["decisions"]] == [
            ("Lilies for roses", why)
        ]
        assert [one["position"] for one in await data(client, "log")] == [2, 1]
        shown = await data(client, "show", position="latest")
        assert "+lilies" in shown["patch"]
        assert (await data(client, "cat", path="bed.txt", position="1"))["content"].startswith(
            "rose"
        )
    assert ada.json("verify", at=garden)["position"] == 2


async def test_an_agent_is_told_of_a_conflict_and_brings_it_in(ada, garden, tmp_path, node):
    address = ada.json("status", at=garden)["project"]
    other = tmp_path / "other"
    ada.json("clone", f"{node.url}/{address}", str(other), at=tmp_path)
    (other / "bed.txt").write_text("roses\ntulips\nivy\n")
    ada.json("land", "Ivy", at=other)
    async with Client(server(ada, garden)) as client:
        (garden / "bed.txt").write_text("lilies\ntulips\n")
        error = await refused(client, "land", goal="Lilies")
        assert error["code"] == "landing.paths-moved"
        assert "bed.txt" in error["details"]["paths"]
        assert "mic sync" in error["details"]["hint"]
        assert (await data(client, "sync"))["merged"] == ["bed.txt"]
        assert (await data(client, "land", goal="Lilies"))["position"] == 3
    assert (garden / "bed.txt").read_text() == "lilies\ntulips\nivy\n"


@pytest.mark.usefixtures("garden")
async def test_calls_run_side_by_side_each_in_its_directory(ada, tmp_path):
    import asyncio

    async with Client(server(ada, tmp_path)) as client:
        calls = [data(client, "log", directory="garden") for _ in range(8)]
        assert all(len(log) == 1 for log in await asyncio.gather(*calls))
        assert (await refused(client, "status"))["code"] == "workspace.none"


async def test_nobody_is_let_in_without_a_token(garden, tmp_path):
    stranger = Person(tmp_path / "stranger")
    async with Client(server(stranger, garden)) as client:
        (garden / "bed.txt").write_text("weeds\n")
        assert (await refused(client, "land", goal="Weeds"))["code"] == "auth.required"
        assert len(await data(client, "log")) == 1


@pytest.mark.parametrize("revision", ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"])
def test_programs_that_speak_an_older_revision_are_answered_in_it(ada, garden, revision):
    """What such a program sends, line by line; nothing but the protocol comes back."""
    facts = {
        "protocolVersion": revision,
        "capabilities": {},
        "clientInfo": {"name": "x", "version": "1"},
    }
    asked = [
        {"id": 1, "method": "initialize", "params": facts},
        {"method": "notifications/initialized"},
        {"id": 2, "method": "tools/list"},
        {"id": 3, "method": "tools/call", "params": {"name": "log", "arguments": {}}},
        {"id": 4, "method": "tools/call", "params": {"name": "show", "arguments": {"position": "9"}}},
        {"id": 5, "method": "tools/call", "params": {"name": "auth_login", "arguments": {}}},
    ]  # fmt: skip
    lines = "".join(json.dumps({"jsonrpc": "2.0", **one}) + "\n" for one in asked)
    with subprocess.Popen(
        [*MIC, "mcp"], cwd=garden, env=environment(MIC_HOME=str(ada.home)), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as ran:  # fmt: skip
        ran.stdin.write(lines)
        ran.stdin.flush()
        answers = {}
        while len(answers) < 5:
            one = json.loads(ran.stdout.readline())
            answers[one["id"]] = one["result"]
        ran.stdin.close()
        assert ran.stdout.read() == ""
        assert ran.wait(20) == 0
    assert answers[1]["protocolVersion"] == revision
    assert {tool["name"] for tool in answers[2]["tools"]} == tools.tools().keys()
    log = json.loads(answers[3]["content"][0]["text"])
    assert [one["position"] for one in log["data"]] == [1]
    for number, code in ((4, "landing.no-such-position"), (5, "usage.command")):
        assert answers[number]["isError"]
        assert json.loads(answers[number]["content"][0]["text"])["error"]["code"] == code
