"""Which paths a project may hold.

A path is checked before anything is stored under it, so that no checkout anywhere can write
outside its directory, into the workspace's own state, or under a name that a file system cannot
hold.
"""

from store.errors import BadPath

MAX_PATH = 4096
MAX_SEGMENT = 255
MAX_DEPTH = 128
RESERVED = ".mic"


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
    if len(name) == len(RESERVED) and name.lower() == RESERVED:
        return f"has the reserved name {RESERVED}"
    if name.isascii():
        return "" if len(name) <= MAX_SEGMENT else f"has a name of more than {MAX_SEGMENT} bytes"
    try:
        size = len(name.encode())
    except UnicodeEncodeError:
        return "is not valid UTF-8"
    return "" if size <= MAX_SEGMENT else f"has a name of more than {MAX_SEGMENT} bytes"
