"""What is written of the answers is what they are."""

import re

import pytest

from mic.cli import tools
from mic.cli.table import COMMANDS
from mic.cli.table.shapes import SHAPES
from tests.support.shapes import differs


def test_every_tool_and_only_commands_have_a_shape():
    names = {command.name for command in COMMANDS}
    assert {command.name for command in tools.tools().values()} <= SHAPES.keys() <= names


@pytest.mark.parametrize(
    ("shape", "value", "wrong"),
    [
        ("{a, b?}", {"a": 1, "b": None}, None),
        ("{a, b?}", {"a": 1, "b": 2}, None),
        ("{a, b?}", {"a": None, "b": 2}, "a is null"),
        ("{a, b?}", {"a": 1}, "b is not there"),
        ("{a}", {"a": 1, "c": 2}, "c is not told of"),
        ("[{a: [{b}]}]", [{"a": [{"b": 1}, {"b": None}]}], "b is null"),
        ("{a: x|y}", {"a": "z"}, "a is z"),
        ("{a: [path]}", {"a": ["b"]}, None),
        ("{a: []}", {"a": ["b"]}, "a is not empty"),
    ],
)
def test_a_difference_is_found(shape, value, wrong):
    assert differs(shape, value) == wrong


@pytest.mark.parametrize("shape", SHAPES.values())
def test_a_shape_can_be_read(shape):
    assert differs(shape, [] if shape.startswith("[") else None) is not False
    assert shape.count("{") == shape.count("}")
    assert re.fullmatch(r"[\[{].*[\]}]", shape)
