"""Which paths a project may hold.

A path is checked before anything is stored under it, so that no checkout anywhere can write
outside its directory, into the workspace's own state or that of git, or under a name that a file
system cannot hold.

A `.git` in a project would be obeyed by the next `git` that somebody runs there, and git itself
refuses to clone it. Some file systems take other spellings for the same name, so these count too:
NTFS drops dots and spaces at the end, has short names and streams; HFS+ overlooks characters that
are not seen. git refuses the same ones (`verify_path`, `core.protectNTFS`, `core.protectHFS`).
"""

import re

from store.errors import BadPath

MAX_PATH = 4096
MAX_SEGMENT = 255
MAX_DEPTH = 128

_RESERVED = re.compile(
    r"(?:\.(git|mic)|(git|mic)~1)[. ]*(?::.*)?", re.IGNORECASE | re.ASCII | re.DOTALL
)
_UNSEEN = dict.fromkeys(
    [*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF]
)
"""What HFS+ leaves out of a name when it compares it."""


def check_path(path: str) -> None:
    """Raise `BadPath` unless a project may hold a file at `path`."""
    if not path:
        raise BadPath(path, "is empty")
    if len(path) > MAX_PATH:
        raise BadPath(path, f"has more than {MAX_PATH} bytes")
    segments = path.split("/")
    if len(segments) > MAX_DEPTH:
        raise BadPath(path, f"is more than {MAX_DEPTH} segments deep")
    for segment in segments:
        if reason := name_fault(segment):
            raise BadPath(path, reason)
    if len(path.encode()) > MAX_PATH:
        raise BadPath(path, f"has more than {MAX_PATH} bytes")


def name_fault(name: str) -> str:
    """Return why `name` cannot be a segment of a path, or the empty string."""
    if name in {"", ".", ".."}:
        return f"has the segment {name!r}"
    if "\0" in name or "\\" in name or "/" in name:
        return "has a NUL, a slash or a backslash in a name"
    if reserved := _reserved(name):
        return f"has the reserved name {reserved}"
    if name.isascii():
        return "" if len(name) <= MAX_SEGMENT else f"has a name of more than {MAX_SEGMENT} bytes"
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "is not valid UTF-8"
    return "" if size <= MAX_SEGMENT else f"has a name of more than {MAX_SEGMENT} bytes"


def _reserved(name: str) -> str:
    """Return which reserved name some file system takes `name` for, or the empty string."""
    found = _RESERVED.fullmatch(name if name.isascii() else name.translate(_UNSEEN))
    return f".{(found[1] or found[2]).lower()}" if found else ""
