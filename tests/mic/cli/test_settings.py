"""What `mic` remembers by name: settings, aliases, nodes; and what colour and format follow."""

import io
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from mic.cli.console import Console, wants_colour
from mic.cli.context import Context
from mic.cli.main import main
from mic.client.addresses import Address
from mic.client.home import Home
from mic.errors import MicFault


@pytest.fixture
def mic(tmp_path, monkeypatch, capsys):
    """Run `mic --json` with a home of its own; return its status and its answer."""
    for name in ("MIC_NODE", "MIC_TOKEN", "MIC_COLOR", "NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MIC_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)

    def run(*words):
        status = main([*words, "--json"])
        said = json.loads(capsys.readouterr().out)
        return status, said["data"] if said["ok"] else said["error"]["code"]

    return run


@pytest.fixture
def context(tmp_path):
    console = Console(json=True, colour=False, out=io.StringIO(), err=io.StringIO())
    return Context(console=console, home=Home(tmp_path / "home"), cwd=tmp_path)


def test_a_setting_is_set_shown_listed_and_unset(mic):
    assert mic("config", "get", "preferences.color") == (0, {"preferences.color": None})
    assert mic("config", "set", "preferences.color", "false") == (0, {"preferences.color": False})
    assert mic("config", "get", "preferences.color") == (0, {"preferences.color": False})
    assert mic("config", "list")[1]["preferences.color"] is False
    assert mic("config", "unset", "preferences.color") == (0, {"preferences.color": None})
    assert mic("config", "list")[1]["preferences.color"] is None


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (["set", "preferences.colour", "always"], 3, "config.no-such-key"),
        (["set", "nonsense", "x"], 3, "config.no-such-key"),
        (["set", "servers.work", "http://x"], 3, "config.no-such-key"),
        (["set", "preferences.color", "blue"], 2, "config.invalid"),
        (["set", "default_server", "nowhere"], 3, "server.unknown"),
        (["set", "aliases.e", "nonsense"], 2, "address.invalid"),
        (["set", "aliases.7", "ada/engine"], 2, "alias.invalid"),
        (["set", "aliases.HEAD", "ada/engine"], 2, "alias.invalid"),
        (["set", "aliases.a/b", "ada/engine"], 2, "alias.invalid"),
        (["set", "aliases.e"], 2, "usage"),
        (["unset", "aliases.e"], 3, "alias.unknown"),
        (["unset", "preferences"], 3, "config.no-such-key"),
        (["get", "aliases.e"], 3, "config.no-such-key"),
    ],
)
def test_what_is_no_setting_or_no_value_of_it_is_refused(mic, words, status, code):
    assert mic("config", *words) == (status, code)
    assert mic("config", "list")[1].get("aliases.e") is None


def test_an_alias_is_the_same_setting_by_another_door(mic):
    assert mic("alias", "add", "e", "ada/engine") == (0, {"alias": "e", "address": "ada/engine"})
    assert mic("config", "get", "aliases.e") == (0, {"aliases.e": "ada/engine"})
    assert mic("alias", "list") == (0, [{"alias": "e", "address": "ada/engine"}])
    assert mic("alias", "remove", "e")[0] == 0
    assert mic("alias", "list") == (0, [])
    assert mic("alias", "remove", "e") == (3, "alias.unknown")


def test_an_alias_of_an_alias_is_what_that_one_stands_for(mic, context):
    mic("alias", "add", "e", "http://node/ada/engine")
    assert mic("alias", "add", "f", "e")[1]["address"] == "http://node/ada/engine"
    assert context.address("f") == Address("http://node", "ada", "engine")


def test_nodes_are_added_listed_chosen_and_removed(mic):
    assert mic("server", "default") == (2, "node.none")
    assert mic("server", "add", "one", "http://one:1")[1]["is_default"]
    assert not mic("server", "add", "two", "https://Two/")[1]["is_default"]
    assert mic("server", "default", "two")[1] == {
        "name": "two",
        "url": "https://two",
        "is_default": True,
    }
    assert mic("server", "default")[1] == {"name": "two", "url": "https://two"}
    assert [(one["name"], one["is_default"]) for one in mic("server", "list")[1]] == [
        ("one", False),
        ("two", True),
    ]
    assert mic("server", "remove", "two")[0] == 0
    assert mic("server", "default") == (2, "node.none")
    assert mic("server", "default", "two") == (3, "server.unknown")
    assert mic("server", "remove", "two") == (3, "server.unknown")
    assert mic("server", "use", "one")[0] == 0


def test_a_nodes_name_stands_for_its_url(mic, context):
    mic("server", "add", "work", "http://work:1")
    assert context._replace(node="work").default_node() == "http://work:1"


def test_two_changes_at_once_both_stay(context):
    def add(number):
        from mic.cli import settings

        return context.home.change_config(
            lambda config: settings.with_alias(config, f"a{number}", "ada/engine")
        )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))
    assert len(context.home.config().aliases) == 40


def test_a_config_that_is_no_json_names_file_and_line(mic, context):
    context.home.path.mkdir()
    (context.home.path / "config.json").write_text('{\n  "aliases": {\n    "e": oops\n')
    with pytest.raises(MicFault, match=r"config\.json cannot be read: line 3"):
        context.home.config()
    assert mic("config", "list") == (2, "config.unreadable")


def test_the_preferred_format_answers_as_json_without_colour(mic, capsys, monkeypatch):
    mic("config", "set", "preferences.output_format", "json")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert main(["alias", "list"]) == 0
    assert json.loads(capsys.readouterr().out)["data"] == []


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize(
    ("environment", "preferred", "wanted"),
    [
        ({}, None, True),
        ({}, True, True),
        ({}, False, False),
        ({"MIC_COLOR": "auto"}, False, True),
        ({"MIC_COLOR": "always", "FORCE_COLOR": "0"}, False, True),
        ({"MIC_COLOR": "never", "FORCE_COLOR": "1"}, True, False),
        ({"FORCE_COLOR": "0"}, True, False),
        ({"FORCE_COLOR": "false"}, None, False),
        ({"NO_COLOR": "", "TERM": "xterm"}, None, True),
        ({"NO_COLOR": "0", "MIC_COLOR": "always", "FORCE_COLOR": "3"}, True, False),
        ({"TERM": "dumb"}, True, False),
        ({"CI": "1"}, True, False),
        ({"CI": "1", "FORCE_COLOR": "1"}, None, True),
    ],
)
def test_colour_on_a_terminal(environment, preferred, wanted):
    assert wants_colour(environment, Terminal(), preferred=preferred) is wanted


@pytest.mark.parametrize("preferred", [None, True])
def test_no_preference_colours_a_pipe(preferred):
    assert not wants_colour({}, io.StringIO(), preferred=preferred)
