"""`mic mcp` answers a call with what `--json` would print, and never touches the protocol's pipe."""

import io
import json
import sys

import pytest

from mic.cli import serving, tools
from mic.cli.console import Console
from mic.cli.context import Context
from mic.client.home import Home


@pytest.fixture
def context(tmp_path):
    console = Console(json=True, colour=False, out=io.StringIO(), err=io.StringIO())
    return Context(console=console, home=Home(tmp_path / "home"), cwd=tmp_path)


@pytest.fixture
def call(context, capsys):
    """Call a tool by name; return whether it failed, and its result."""

    def run(name, **values):
        result = serving.call(context, tools.tools().get(name), values)
        assert capsys.readouterr() == ("", "")
        told = json.loads(result.content[0].text)
        assert told == result.structured_content
        assert told["ok"] is not result.is_error
        return result.is_error, told["data"] if told["ok"] else told["error"]["code"]

    return run


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        ("nonsense", {}, "usage.command"),
        ("auth_login", {"token": "x"}, "usage.command"),
        ("status", {}, "workspace.none"),
        ("status", {"directory": "absent"}, "directory.missing"),
        ("status", {"colour": "blue"}, "usage"),
        ("log", {"limit": "many"}, "usage"),
        ("land", {}, "usage"),
        ("land", {"goal": "x", "origin": "martian"}, "usage"),
        ("diff", {"to": "3"}, "usage"),
        ("clone", {"address": "http://127.0.0.1:9/a/b"}, "unreachable"),
        ("clone", {"address": "no-slash"}, "address.invalid"),
    ],
)
def test_a_call_that_cannot_be_met_ends_with_the_code_of_the_command(call, name, values, code):
    assert call(name, **values) == (True, code)


def test_a_result_is_the_data(call):
    assert call("alias_list") == (False, [])


def test_a_mistake_of_ours_is_told_as_one(call, monkeypatch):
    monkeypatch.setattr("mic.cli.commands.alias.listed", lambda *_: 1 / 0)
    assert call("alias_list") == (True, "unexpected")


def test_an_answer_that_is_too_large_is_refused(call, monkeypatch):
    monkeypatch.setattr(serving, "MOST", 10)
    assert call("alias_list") == (True, "answer.too-large")


def test_a_name_that_is_no_utf8_does_not_break_the_protocol(call):
    assert call("clone", address="\udcff/x") == (True, "address.invalid")


def test_ordinary_commands_never_import_the_protocol():
    import subprocess

    code = (
        "import sys; from mic.cli.main import main; main(['alias', 'list']); "
        "print(sorted({'mcp', 'pydantic', 'anyio', 'jsonschema'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
