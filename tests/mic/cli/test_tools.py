"""The commands as tools: schemas that say what a command takes, and the words of a call."""

import jsonschema
import pytest

from mic.cli import arguments, tools
from mic.cli.table import COMMANDS, find

each = pytest.mark.parametrize("command", tools.tools().values(), ids=lambda one: one.name)


def command_of(name):
    return find(name.split(" "))[0]


@each
def test_a_schema_is_one_and_has_every_option(command):
    made = tools.schema(command)
    jsonschema.Draft202012Validator.check_schema(made)
    names = {one.name.lstrip("-").replace("-", "_").lower() for one in command.options}
    parts = {part.rstrip("?").lower() for one in command.options for part in one.parts}
    whole = {one.name.lower() for one in command.options if one.parts}
    assert set(made["properties"]) >= (names - whole) | parts | {"directory"}
    assert all(about["description"] for about in made["properties"].values())


@each
def test_what_a_schema_requires_is_enough_for_the_command(command):
    made = tools.schema(command)
    values = {name: _some(made["properties"][name]) for name in made.get("required", ())}
    jsonschema.validate(values, made)
    arguments.parse(command, tools.words(command, values))


@each
def test_everything_at_once_reaches_the_command(command):
    made = tools.schema(command)
    values = {name: _some(about) for name, about in made["properties"].items()}
    given = vars(arguments.parse(command, tools.words(command, values)))
    assert all(value not in (None, False, []) for value in given.values())


def _some(about):
    if "enum" in about:
        return about["enum"][0]
    return {"string": "-x", "integer": 3, "boolean": True, "array": ["--a", "b"]}[about["type"]]


@pytest.mark.parametrize(
    ("name", "values", "words"),
    [
        ("status", {}, []),
        ("status", {"directory": "x"}, []),
        ("log", {"limit": 5, "path": "src"}, ["--path=src", "--limit=5"]),
        ("log", {"project": "a/b"}, ["--", "a/b"]),
        ("cat", {"path": "-p", "position": "3"}, ["--position=3", "--", "-p"]),
        ("cat", {"project": "a/b", "path": "x"}, ["--", "a/b", "x"]),
        ("diff", {"from": "1", "to": "2", "names": True}, ["--names", "--", "1", "2"]),
        ("diff", {"names": False}, []),
        ("session decision", {"text": "--json", "why": "-"}, ["--why=-", "--", "--json"]),
    ],
)
def test_a_call_is_the_command_line_that_one_would_type(name, values, words):
    assert tools.words(command_of(name), values) == words


def test_a_later_part_asks_for_the_one_before():
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"to": "3"}, tools.schema(command_of("diff")))


def test_nothing_that_keeps_secrets_or_serves_is_a_tool():
    names = {command.name for command in COMMANDS if command.tool}
    assert not {name for name in names if name.split(" ")[0] in {"auth", "token", "mcp", "config"}}


def test_the_verbs_of_a_days_work_are_tools():
    wanted = {
        "blame", "cat", "clone", "diff", "land", "link", "log", "ls", "project_get", "project_list",
        "session_abandon", "session_decision", "session_land", "session_note", "session_resolve",
        "session_start", "session_status", "show", "status", "sync", "verify", "write",
    }  # fmt: skip
    assert wanted <= tools.tools().keys()
