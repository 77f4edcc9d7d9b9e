"""`mic config`: the settings in config.json."""

import argparse
from typing import Any

import msgspec

from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.client.addresses import parse
from mic.client.home import Config
from mic.errors import Invalid, Missing

Flat = dict[str, Any]


def listed(context: Context, _given: argparse.Namespace) -> Answer:
    """Show every setting."""
    flat = _flat(msgspec.to_builtins(context.home.config()))
    lines = [f"{key} = {_shown(value)}" for key, value in sorted(flat.items())]
    return Answer(flat, "\n".join(lines))


def show(context: Context, given: argparse.Namespace) -> Answer:
    """Show one setting."""
    flat = _flat(msgspec.to_builtins(context.home.config()))
    if given.key not in flat:
        raise Missing(f"There is no setting {given.key}.", code="config.no-such-key")
    return Answer({given.key: flat[given.key]}, _shown(flat[given.key]))


def change(context: Context, given: argparse.Namespace) -> Answer:
    """Change or remove one setting."""
    config = msgspec.to_builtins(context.home.config())
    if given.key.startswith("aliases.") and given.value:
        parse(given.value)
    _place(config, given.key.split("."), given.value)
    context.home.keep_config(_checked(config, given.key))
    return Answer({given.key: given.value}, f"{given.key} = {_shown(given.value)}")


def _checked(config: Flat, key: str) -> Config:
    try:
        return msgspec.convert(config, Config, strict=False)
    except msgspec.ValidationError as problem:
        raise Invalid(f"{key} was not set: {problem}.", code="config.invalid", key=key) from problem


def _place(config: Flat, names: list[str], value: str | None) -> None:
    *path, last = names
    inner = config
    for name in path:
        inner = inner.setdefault(name, {})
    known = names[0] in Config.__struct_fields__
    if not known or not isinstance(inner, dict) or not last:
        raise Missing(f"There is no setting {'.'.join(names)}.", code="config.no-such-key")
    if value is None:
        inner.pop(last, None)
    else:
        inner[last] = value


def _flat(value: Flat, prefix: str = "") -> Flat:
    flat: Flat = {}
    for key, inner in value.items():
        flat |= (
            _flat(inner, f"{prefix}{key}.") if isinstance(inner, dict) else {prefix + key: inner}
        )
    return flat


def _shown(value: Any) -> str:
    return "(not set)" if value is None else str(value)
