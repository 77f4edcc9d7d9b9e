"""The commands as tools for an agent: their schemas, and the words that a call comes to.

Everything is read from the table of commands, so a tool takes what the command takes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from mic.cli.table import COMMANDS, Command, Option
from mic.cli.table.options import PARTS
from mic.cli.table.shapes import SHAPES

Schema = dict[str, Any]
Values = Mapping[str, Any]

DIRECTORY = "directory"
INPUT = "input"
_DIRECTORY_HELP = "where to run: a directory in the workspace (where the server was started)"


def tools() -> dict[str, Command]:
    """Return the commands that are tools, by their names as tools."""
    return {named(command): command for command in COMMANDS if command.tool}


def named(command: Command) -> str:
    """Return what a command is called as a tool."""
    return command.name.replace(" ", "_")


def described(command: Command) -> str:
    """Return what a tool does, and the command line that it stands for."""
    summary = command.summary[:1].upper() + command.summary[1:]
    more = f" {command.more}" if command.more else ""
    shape = SHAPES.get(command.name)
    answers = f" data: {shape}" if shape else ""
    return f"{summary}.{more} As a command: {command.usage}{answers}"


def schema(command: Command) -> Schema:
    """Return the JSON schema of what a tool takes."""
    properties: dict[str, Schema] = {}
    required: list[str] = []
    after: dict[str, list[str]] = {}
    for option in command.options:
        if option.name.startswith("-"):
            properties[_property(option.name)] = _flag(option)
            continue
        previous = ""
        for name, is_needed, about in _placed(option):
            properties[name] = about
            if is_needed:
                required.append(name)
            elif previous:
                after[name] = [previous]
            previous = "" if name == "project" else name
    if command.stdin:
        properties[INPUT] = {"type": "string", "description": command.stdin}
        required.append(INPUT)
    properties[DIRECTORY] = {"type": "string", "description": _DIRECTORY_HELP}
    whole: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return whole | ({"required": required} if required else {}) | _dependent(after)


def words(command: Command, values: Values) -> list[str]:
    """Return the command line that a call stands for, but for the command's name."""
    flags = [word for option in command.options for word in _typed(option, values)]
    by_place = (option for option in command.options if not option.name.startswith("-"))
    names = (name for option in by_place for name, _, _ in _placed(option))
    found: list[str] = []
    for name in names:
        value = values.get(name)
        found += value if isinstance(value, list) else [] if value is None else [str(value)]
    return [*flags, "--", *found] if found else flags


def _typed(option: Option, values: Values) -> Iterator[str]:
    """Yield a flag as it is typed."""
    value = values.get(_property(option.name))
    if not option.name.startswith("-") or value in {None, False}:
        return
    yield f"{option.name}={value}" if option.value else option.name


def _placed(option: Option) -> Iterator[tuple[str, bool, Schema]]:
    """Yield the properties of an option by place: name, whether it must be there, schema."""
    for part in option.parts:
        name = part.rstrip("?")
        about = _string(PARTS.get(name, option.help))
        yield name.lower(), not part.endswith("?"), about
    if option.parts:
        return
    about = _string(option.help) | ({"enum": list(option.choices)} if option.choices else {})
    is_list = option.many in {"*", "+"}
    if is_list:
        about = {"type": "array", "items": {"type": "string"}, "description": option.help}
    yield option.name.lower(), option.many in {"", "+"}, about


def _flag(option: Option) -> Schema:
    if not option.value:
        return {"type": "boolean", "description": option.help}
    if option.number:
        return {"type": "integer", "description": option.help}
    return _string(option.help) | ({"enum": list(option.choices)} if option.choices else {})


def _string(about: str) -> Schema:
    return {"type": "string", "description": about}


def _property(name: str) -> str:
    return name.lstrip("-").replace("-", "_")


def _dependent(after: dict[str, list[str]]) -> Schema:
    return {"dependentRequired": after} if after else {}
