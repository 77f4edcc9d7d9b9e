"""Numbers of bytes as operators write them: `500 MiB`, `5GiB`, `1024`."""

import re

from node.kernel.errors import Invalid

_UNITS = {"": 1, "kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40}
_SIZE = re.compile(r"([0-9]{1,15})\s*([a-z]*)", re.IGNORECASE | re.ASCII)


def read(text: str) -> int:
    """Return how many bytes `text` says; raise `Invalid`."""
    found = _SIZE.fullmatch(text.strip())
    if found is None or found[2].lower() not in _UNITS:
        raise Invalid(
            "config.bad-size", f"{text!r} is not a size: write 500 MiB, 5 GiB or a number of bytes."
        )
    return int(found[1]) * _UNITS[found[2].lower()]


def shown(size: int) -> str:
    """Return a number of bytes in the largest unit that divides it."""
    units = {"TiB": 1 << 40, "GiB": 1 << 30, "MiB": 1 << 20, "KiB": 1 << 10}
    for unit, factor in units.items():
        if size and size % factor == 0:
            return f"{size // factor} {unit}"
    return f"{size} bytes"
