"""`mic alias`: short names of projects."""

import argparse

from mic.cli import settings
from mic.cli.answers import Answer
from mic.cli.context import Context


def listed(context: Context, _given: argparse.Namespace) -> Answer:
    """List the aliases by name."""
    aliases = context.home.config().aliases
    found = [{"alias": name, "address": aliases[name]} for name in sorted(aliases)]
    text = "\n".join(f"{one['alias']}\t{one['address']}" for one in found)
    return Answer(found, text, "" if found else "There is none: mic alias add ALIAS ADDRESS")


def add(context: Context, given: argparse.Namespace) -> Answer:
    """Remember an alias, in place of what it stood for before."""
    address = str(context.address(given.address))
    context.home.change_config(lambda config: settings.with_alias(config, given.alias, address))
    return Answer({"alias": given.alias, "address": address}, f"{given.alias} is {address}")


def remove(context: Context, given: argparse.Namespace) -> Answer:
    """Forget an alias."""
    context.home.change_config(lambda config: settings.without_alias(config, given.alias))
    return Answer({"alias": given.alias, "removed": True}, f"Forgot {given.alias}")
