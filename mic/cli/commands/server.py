"""`mic server`: the nodes that we know by name."""

import argparse

import msgspec

from mic.cli import settings
from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.client.home import Config


def listed(context: Context, _given: argparse.Namespace) -> Answer:
    """List the nodes by name, and who we are to each."""
    config, tokens = context.home.config(), context.home.tokens()
    found = [
        {
            "name": name,
            "url": server.url,
            "is_default": name == config.default_server,
            "handle": tokens[server.url].handle if server.url in tokens else None,
        }
        for name, server in sorted(config.servers.items())
    ]
    lines = [
        f"{'*' if one['is_default'] else ' '} {one['name']}\t{one['url']}\t{one['handle'] or '-'}"
        for one in found
    ]
    return Answer(
        found, "\n".join(lines), "" if found else "There is none: mic server add NAME URL"
    )


def add(context: Context, given: argparse.Namespace) -> Answer:
    """Remember a node; the first one becomes the default."""
    kept = context.home.change_config(
        lambda config: settings.with_server(config, given.name, given.url)
    )
    return _told(kept, given.name)


def remove(context: Context, given: argparse.Namespace) -> Answer:
    """Forget a node; what is signed there stays, and so does the token for it."""
    before = context.home.config()
    url = settings.known(before, given.server).url
    context.home.change_config(lambda config: settings.without_server(config, given.server))
    if context.home.token(url):
        context.console.warn(f"You are still signed in there: mic auth logout {url}")
    if before.default_server == given.server:
        context.console.warn("It was the default node: mic server default SERVER names another.")
    data = {"name": given.server, "url": url, "removed": True}
    return Answer(data, f"Forgot {given.server}, {url}")


def default(context: Context, given: argparse.Namespace) -> Answer:
    """Show which node is meant where none is named, or change it."""
    if given.server is None:
        url = context.default_node()
        names = [name for name, one in context.home.config().servers.items() if one.url == url]
        return Answer({"name": names[0] if names else None, "url": url}, url)
    return _told(context.home.change_config(lambda config: _chosen(config, given)), given.server)


def _chosen(config: Config, given: argparse.Namespace) -> Config:
    settings.known(config, given.server)
    return msgspec.structs.replace(config, default_server=given.server)


def _told(config: Config, name: str) -> Answer:
    url, is_default = config.servers[name].url, config.default_server == name
    data = {"name": name, "url": url, "is_default": is_default}
    return Answer(data, f"{name} is {url}" + (", the default node." if is_default else ""))
