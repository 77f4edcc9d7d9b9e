"""`mic config`: the settings in config.json."""

import argparse
from typing import Any

from mic.cli import settings
from mic.cli.answers import Answer
from mic.cli.context import Context


def listed(context: Context, _given: argparse.Namespace) -> Answer:
    """Show every setting."""
    flat = settings.flat(context.home.config())
    return Answer(flat, "\n".join(f"{key} = {_shown(value)}" for key, value in flat.items()))


def show(context: Context, given: argparse.Namespace) -> Answer:
    """Show one setting."""
    flat = settings.flat(context.home.config())
    if given.key not in flat:
        raise settings.no_such(given.key)
    return Answer({given.key: flat[given.key]}, _shown(flat[given.key]))


def change(context: Context, given: argparse.Namespace) -> Answer:
    """Change one setting."""
    kept = context.home.change_config(
        lambda config: settings.changed(config, given.key, given.value)
    )
    value = settings.flat(kept)[given.key]
    return Answer({given.key: value}, f"{given.key} = {_shown(value)}")


def unset(context: Context, given: argparse.Namespace) -> Answer:
    """Remove one setting."""
    kept = context.home.change_config(lambda config: settings.without(config, given.key))
    value = settings.flat(kept).get(given.key)
    return Answer({given.key: value}, f"{given.key} = {_shown(value)}")


def _shown(value: Any) -> str:
    if value is None:
        return "(not set)"
    return str(value).lower() if isinstance(value, bool) else str(value)
