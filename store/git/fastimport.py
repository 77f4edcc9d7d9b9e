"""The stream that `git fast-import` reads, piece by piece.

Source: the manual of git-fast-import. Every path is quoted, so that none can mean something else.
"""

from store.git.commits import NewCommit, person_line
from store.nodes import Mode

MODES = {Mode.FILE: "100644", Mode.EXECUTABLE: "100755", Mode.LINK: "120000"}
DONE = b"done\n"
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def commit(ref: str, mark: int, new: NewCommit) -> bytes:
    """Begin a commit on `ref`; `new.parent` is an id or a mark, `new.tree` is not looked at."""
    person = person_line(new)
    message = new.message.encode()
    start = f"from {new.parent}\n" if new.parent else ""
    return (
        f"commit {ref}\nmark :{mark}\nauthor {person}\ncommitter {person}\n"
        f"data {len(message)}\n".encode()
        + message
        + f"\n{start}".encode()
    )


def blob(size: int) -> bytes:
    """Announce a content that no commit names: exactly `size` bytes follow, then a line feed."""
    return f"blob\ndata {size}\n".encode()


def removed(path: str) -> bytes:
    """Take a path away."""
    return f"D {_quoted(path)}\n".encode()


def file(path: str, mode: Mode, size: int) -> bytes:
    """Announce the content of a path: exactly `size` bytes follow, then a line feed."""
    return f"M {MODES[mode]} inline {_quoted(path)}\ndata {size}\n".encode()


def reset(ref: str) -> bytes:
    """Let the next commit on `ref` have no parent."""
    return f"reset {ref}\n\n".encode()


def _quoted(path: str) -> str:
    return f'"{path.translate(_ESCAPES)}"'
