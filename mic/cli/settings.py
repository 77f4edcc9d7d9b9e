"""The settings in config.json by name, and what each may be."""

import re
from typing import Any

import msgspec

from mic.client.addresses import is_path, node_url, parse
from mic.client.home import Config, Server
from mic.errors import Invalid, Missing

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_SERVER_NAME = re.compile(r"[A-Za-z0-9\[][A-Za-z0-9._:\[\]-]{0,299}")
_POSITION_WORDS = frozenset({"latest", "head"})
_PREFERENCES = ("color", "output_format")

Flat = dict[str, Any]


def flat(config: Config) -> Flat:
    """Return every setting by its name."""
    return dict(_flat(msgspec.to_builtins(config), ""))


def changed(config: Config, key: str, value: str) -> Config:
    """Return `config` with a setting changed; raises `Missing`, `Invalid`."""
    family, _, rest = key.partition(".")
    if key == "default_server":
        known(config, value)
        return msgspec.structs.replace(config, default_server=value)
    if family == "aliases" and rest:
        return with_alias(config, rest, value)
    if family == "servers" and rest.endswith(".url"):
        return with_server(config, rest.removesuffix(".url"), value)
    if family == "preferences" and rest in _PREFERENCES:
        return _preferring(config, rest, value)
    raise no_such(key)


def without(config: Config, key: str) -> Config:
    """Return `config` with a setting back at its default; raises `Missing`."""
    family, _, rest = key.partition(".")
    if key == "default_server":
        return msgspec.structs.replace(config, default_server=None)
    if family == "aliases" and rest:
        return without_alias(config, rest)
    if family == "servers" and rest.endswith(".url"):
        return without_server(config, rest.removesuffix(".url"))
    if family == "preferences" and rest in _PREFERENCES:
        default = {rest: getattr(Config().preferences, rest)}
        preferences = msgspec.structs.replace(config.preferences, **default)
        return msgspec.structs.replace(config, preferences=preferences)
    raise no_such(key)


def with_alias(config: Config, name: str, address: str) -> Config:
    """Return `config` with an alias; raises `Invalid` for a name that would hide something."""
    if not _NAME.fullmatch(name) or name.isdigit() or name.lower() in _POSITION_WORDS:
        raise Invalid(
            f"{name} cannot be an alias.",
            code="alias.invalid",
            hint="Use letters, digits, dots and dashes; a number or `latest` means a position.",
        )
    if not is_path(address):
        parse(address)
    return msgspec.structs.replace(config, aliases=config.aliases | {name: address})


def without_alias(config: Config, name: str) -> Config:
    """Return `config` without an alias; raises `Missing`."""
    if name not in config.aliases:
        raise Missing(
            f"There is no alias {name}.", code="alias.unknown", hint=_known(config.aliases)
        )
    left = {each: address for each, address in config.aliases.items() if each != name}
    return msgspec.structs.replace(config, aliases=left)


def with_server(config: Config, name: str, url: str) -> Config:
    """Return `config` with a node; the first one is the default."""
    if not _SERVER_NAME.fullmatch(name):
        raise Invalid(
            f"{name} cannot be the name of a node.",
            code="server.invalid",
            hint="Use letters, digits, dots and dashes.",
        )
    return msgspec.structs.replace(
        config,
        servers=config.servers | {name: Server(node_url(url))},
        default_server=config.default_server or name,
    )


def without_server(config: Config, name: str) -> Config:
    """Return `config` without a node; raises `Missing`."""
    known(config, name)
    left = {each: server for each, server in config.servers.items() if each != name}
    default = None if config.default_server == name else config.default_server
    return msgspec.structs.replace(config, servers=left, default_server=default)


def known(config: Config, name: str) -> Server:
    """Return the node called `name`; raises `Missing`."""
    if name not in config.servers:
        raise Missing(
            f"There is no node called {name}.", code="server.unknown", hint=_known(config.servers)
        )
    return config.servers[name]


def no_such(key: str) -> Missing:
    """Return the refusal of a name that no setting has."""
    return Missing(
        f"There is no setting {key}.",
        code="config.no-such-key",
        hint="There are: default_server, servers.NAME.url, aliases.NAME, preferences.color, "
        "preferences.output_format",
    )


def _preferring(config: Config, name: str, value: str) -> Config:
    told = msgspec.to_builtins(config.preferences) | {name: value}
    try:
        preferences = msgspec.convert(told, type(config.preferences), strict=False)
    except msgspec.ValidationError as problem:
        key = f"preferences.{name}"
        choices = "true or false" if name == "color" else "text or json"
        raise Invalid(
            f"{key} is {choices}, not {value}.", code="config.invalid", key=key
        ) from problem
    return msgspec.structs.replace(config, preferences=preferences)


def _known(names: dict[str, Any]) -> str:
    return f"Known: {', '.join(sorted(names)) or 'none'}"


def _flat(value: Flat, prefix: str) -> "list[tuple[str, Any]]":
    found: list[tuple[str, Any]] = []
    for key, inner in sorted(value.items()):
        name = prefix + key
        found += _flat(inner, f"{name}.") if isinstance(inner, dict) else [(name, inner)]
    return found
