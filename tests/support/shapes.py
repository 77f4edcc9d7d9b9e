"""Whether an answer is what its shape in the table says: `{name, other?: [{inner}], kind: a|b}`."""

import re
from typing import Any

_TOKEN = re.compile(r"[\[\]{},:]|[^\[\]{},:\s]+")


def differs(shape: str, value: Any) -> str | None:
    """Say what the first difference is; None if there is none."""
    tokens = _TOKEN.findall(shape)
    made, rest = _parsed(tokens)
    assert rest == [], shape
    return _compared(made, value, "it")


def _parsed(tokens):
    """Return a shape, `{name: shape}`, `[shape]` or a word, and the tokens behind it."""
    first, *rest = tokens
    if first == "[":
        if rest[0] == "]":
            return [], rest[1:]
        inner, rest = _parsed(rest)
        assert rest[0] == "]"
        return [inner], rest[1:]
    if first != "{":
        return first, rest
    fields = {}
    while rest[0] != "}":
        name, *rest = rest
        fields[name] = "any"
        if rest[0] == ":":
            fields[name], rest = _parsed(rest[1:])
        if rest[0] == ",":
            rest = rest[1:]
    return fields, rest[1:]


def _compared(shape, value, name):
    if value is None:
        return f"{name} is null"
    if isinstance(shape, list):
        if not isinstance(value, list) or (value and not shape):
            return f"{name} is not empty" if isinstance(value, list) else f"{name} is no list"
        return next(filter(None, (_compared(shape[0], one, name) for one in value)), None)
    if isinstance(shape, dict):
        return _object(shape, value, name)
    if "|" in shape and value not in shape.split("|"):
        return f"{name} is {value}"
    return None


def _object(shape, value, name):
    if not isinstance(value, dict):
        return f"{name} is no object"
    known = {field.rstrip("?") for field in shape}
    for extra in value.keys() - known:
        return f"{extra} is not told of"
    for field, inner in shape.items():
        key = field.rstrip("?")
        if key not in value:
            return f"{key} is not there"
        if value[key] is None and field.endswith("?"):
            continue
        if wrong := _compared(inner, value[key], key):
            return wrong
    return None
