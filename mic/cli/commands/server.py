"""`mic server`: the nodes that we know by name."""

import argparse

import msgspec

from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.client.addresses import node_url
from mic.client.home import Server
from mic.errors import Missing


def add(context: Context, given: argparse.Namespace) -> Answer:
    """Remember a node; the first one becomes the default."""
    url = node_url(given.url)
    config = context.home.config()
    changed = msgspec.structs.replace(
        config,
        servers=config.servers | {given.name: Server(url)},
        default_server=config.default_server or given.name,
    )
    context.home.keep_config(changed)
    return Answer({"name": given.name, "url": url}, f"{given.name} is {url}")


def use(context: Context, given: argparse.Namespace) -> Answer:
    """Make a node the default."""
    config = context.home.config()
    if given.name not in config.servers:
        known = ", ".join(sorted(config.servers)) or "none"
        raise Missing(
            f"There is no node called {given.name}.", code="server.unknown", hint=f"Known: {known}"
        )
    context.home.keep_config(msgspec.structs.replace(config, default_server=given.name))
    url = config.servers[given.name].url
    return Answer({"name": given.name, "url": url}, f"The default node is {url}")
