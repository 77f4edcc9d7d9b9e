"""The `[limits]` of `node.toml`: what one account, landing or file may come to on this node."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from node.daemon import sizes
from node.daemon.errors import BadSetting
from node.kernel.errors import Invalid
from node.kernel.limits import Limits

MOST = 1 << 53


def _size(value: object) -> int:
    return sizes.read(str(value))


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < MOST:
        raise BadSetting(f"{value!r} is not a whole number from 0 up.")
    return value


SETTINGS: Mapping[str, tuple[str, Callable[[object], int]]] = {
    "projects": ("projects_per_account", _count),
    "storage": ("bytes_per_account", _size),
    "organizations": ("organizations_per_account", _count),
    "landing_paths": ("paths_in_landing", _count),
    "file": ("file", _size),
    "seeds": ("seeds", _size),
}
"""What a line of the file is called, the limit that it sets, and how it is read."""


def read(table: Any) -> Limits:
    """Return the limits that the file's table makes of the defaults; raise `BadSetting`."""
    if not isinstance(table, dict):
        raise BadSetting("`limits` in the settings file is a table: [limits].")
    if unknown := sorted(table.keys() - SETTINGS.keys()):
        known = ", ".join(SETTINGS)
        raise BadSetting(f"There is no limit {unknown[0]!r} among {known}.", limit=unknown[0])
    return dataclasses.replace(Limits(), **dict(_read(name, table[name]) for name in table))


def _read(name: str, value: object) -> tuple[str, Any]:
    field, reader = SETTINGS[name]
    try:
        return field, reader(value)
    except Invalid as fault:
        raise BadSetting(f"The limit {name} cannot be used: {fault}", limit=name) from fault
