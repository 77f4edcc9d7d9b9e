"""Forks as values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from node.kernel.errors import Conflict, Invalid, Missing
from node.projects.model import Project
from store.digest import Digest

SHOWN = 5


@dataclass(frozen=True, slots=True)
class NewFork:
    """A fork that somebody asks for; what is empty is as the origin has it, in one's own account.

    A fork of a private project is private. It names its origin's model, if its owner allows that
    one, and else the owner's default.
    """

    account: str = ""
    handle: str = ""
    name: str = ""
    visibility: str = ""


@dataclass(frozen=True, slots=True)
class Root:
    """Where a fork goes on from: the origin's id, a position there, and that landing's record.

    The origin's landings up to `synced` are here.
    """

    origin: str
    position: int
    record: Digest
    synced: int


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a fork comes from, as somebody may see it: the origin is None if it is not to be seen.

    `behind` is how many landings the origin has that are not here.
    """

    root: Root
    origin: Project | None
    behind: int


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync brought: how many landings were carried over, which paths were merged by lines.

    `position` is where the fork stands then; `left` is how many landings are still to come.
    """

    position: int
    carried: int
    merged: Sequence[str] = ()
    left: int = 0


class NothingToFork(Conflict):
    """A project without landings has nothing that one could go on from."""

    def __init__(self, address: str) -> None:
        super().__init__(
            "fork.empty", f"Nothing has landed on {address} yet: there is nothing to fork."
        )


class MustBePrivate(Invalid):
    """What is private stays among those who may see it."""

    def __init__(self) -> None:
        super().__init__("fork.private", "A fork of a private project is private.")


class NotWhole(Conflict):
    """A mirror whose older contents are not kept here."""

    def __init__(self, address: str) -> None:
        super().__init__(
            "fork.not-whole",
            f"This node holds only the newest contents of {address}: it can be forked where all"
            " of it is.",
        )


class NotReady(Conflict):
    """A project whose history is just coming in."""

    def __init__(self, address: str, reason: str) -> None:
        super().__init__("fork.not-ready", f"{address} cannot be forked now. {reason}")


class NoFork(Missing):
    """The project goes on from no other one."""

    def __init__(self, address: str) -> None:
        super().__init__("fork.none", f"{address} is not a fork.")


class NoOrigin(Missing):
    """The project that a fork goes on from is not here, or not to be seen."""

    def __init__(self) -> None:
        super().__init__(
            "fork.no-origin", "The project that this is a fork of is not here any more, or private."
        )


def _counted(paths: int) -> str:
    return "1 path was" if paths == 1 else f"{paths} paths were"


class SyncConflicts(Conflict):
    """Both sides changed the same paths, and nothing says which of them is to stand."""

    def __init__(self, origin: str, paths: Mapping[str, str]) -> None:
        self.reasons = dict(paths)
        names = sorted(paths)
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        super().__init__(
            "fork.conflicts",
            f"Nothing was synced. {_counted(len(names))} changed both here and in {origin}: "
            f"{', '.join(names[:SHOWN])}{more}. Say for each which is to stand.",
            paths=names,
            reasons=dict(paths),
        )
