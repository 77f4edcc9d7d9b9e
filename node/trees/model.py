"""What a project holds at a position, as values."""

from dataclasses import dataclass

from keys.statements.transcript import Decision
from node.kernel.errors import Exhausted, Invalid, Missing
from store.digest import Digest


@dataclass(frozen=True, slots=True)
class View:
    """A project's tree at a position; position 0 is the empty tree before the first landing."""

    position: int
    tree: Digest


@dataclass(frozen=True, slots=True)
class Reason:
    """The landing that brought lines of a file: what for, and what was decided on the way.

    `author` wrote the lines at `made_at`, elsewhere where `is_imported`; without, it is an account.
    `is_whole` says whether these are all its decisions. `before` is what the file was called at the
    position before, if it had lines to blame there.
    """

    position: int
    session: str
    author: str
    made_at: int
    landed_at: int
    goal: str
    origin: str
    decisions: tuple[Decision, ...] = ()
    is_whole: bool = True
    before: str | None = None
    is_imported: bool = False


@dataclass(frozen=True, slots=True)
class BlameLine:
    """One line of a file and what brought it; `text` keeps no line end."""

    number: int
    text: str
    reason: Reason


class NoSuchPath(Missing):
    """Nothing of that name stands at that position."""

    def __init__(self, path: str, position: int) -> None:
        super().__init__(
            "path.missing",
            f"There is no {path!r} at position {position}.",
            path=path,
            position=position,
        )


class NotAFile(Invalid):
    """The path names a directory where a file was asked for, or the reverse."""

    def __init__(self, path: str, wanted: str) -> None:
        super().__init__("path.not-a-file", f"{path!r} is not a {wanted}.", path=path)


class BinaryFile(Invalid):
    """A binary file has no lines to blame."""

    def __init__(self, path: str) -> None:
        super().__init__("blame.binary", f"{path!r} is binary and has no lines.", path=path)


class FileTooLarge(Exhausted):
    """The file is larger than what can be shown in one piece."""

    def __init__(self, path: str, size: int, limit: int) -> None:
        super().__init__(
            "file.too-large",
            f"{path!r} has {size} bytes; here the limit is {limit}.",
            path=path,
            size=size,
            limit=limit,
        )


class TooMuchHistory(Exhausted):
    """The file is so large, and changed so often, that its lines are not all told."""

    def __init__(self, path: str, position: int) -> None:
        super().__init__(
            "blame.too-much-history",
            f"{path!r} has changed too often to be blamed: looked back as far as @{position}.",
            path=path,
            position=position,
        )
