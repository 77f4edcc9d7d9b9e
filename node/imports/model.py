"""Imports, git's names for positions, and what can go wrong with them, as values."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from node.kernel.errors import Conflict, Invalid, Missing, Unreachable
from store.digest import Digest

Progress = Callable[[str, int, int], None]
"""Is told what is being done, how much of it is done, and how much there is (0: unknown)."""

SHOWN = 5
MAIN = "refs/heads/main"
"""The one branch of a project, in git's words."""


class Stage(Enum):
    """The steps of an import, in their order."""

    METADATA = "metadata"
    GIT_DATA_CLONE = "git_data_clone"
    VALIDATION = "validation"
    ISSUE_MIGRATION = "issue_migration"
    FINALIZATION = "finalization"


class Status(Enum):
    """How an import stands."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True)
class NewImport:
    """An import that somebody asks for: a new project of this handle from a repository's URL."""

    url: str
    handle: str
    visibility: str = "private"


@dataclass(frozen=True, slots=True)
class Import:
    """An import; `done` of `total` counts what the stage counts. `fault` is a code, with `message`.

    Times are Unix milliseconds.
    """

    id: str
    project: int
    account: int
    url: str
    stage: Stage
    status: Status
    done: int
    total: int
    warnings: tuple[str, ...]
    fault: str | None
    message: str | None
    created_at: int
    updated_at: int


@dataclass(frozen=True, slots=True)
class Publisher:
    """A person or an organization on another forge; `scheme` is https, or http."""

    scheme: str
    host: str
    name: str

    @property
    def url(self) -> str:
        """The address of their page."""
        return f"{self.scheme}://{self.host}/{self.name}"

    def __str__(self) -> str:
        return f"{self.host}/{self.name}"


@dataclass(frozen=True, slots=True)
class Published:
    """A repository on another forge that anybody may fetch from `url`.

    `worked_at` is Unix ms, None where the forge does not say.
    """

    name: str
    url: str
    about: str
    language: str
    stars: int
    is_fork: bool
    is_archived: bool
    worked_at: int | None


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import brought: the head afterwards, how many landings, and what is worth knowing."""

    position: int
    landings: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tag:
    """A name of a position. `oid` is what the name stands for in git: a tag object or a commit.

    `position` is None for what is not on the project's line, which only git can show.
    """

    name: str
    oid: str
    position: int | None


@dataclass(frozen=True, slots=True)
class Kept:
    """A content that git needs besides landings: a `part` of a residue, or a `blob`."""

    kind: str
    content: Digest
    size: int


class NoImport(Missing):
    """There is no such import, or it is not yours."""

    def __init__(self, name: str) -> None:
        super().__init__("import.missing", f"There is no import {name[:64]!r}.", id=name[:64])


class BadPublisher(Invalid):
    """Not somebody on another forge."""

    def __init__(self, text: str) -> None:
        super().__init__(
            "import.bad-publisher",
            f"{text[:100]!r} names nobody on another forge: type a name on GitHub, or HOST/NAME."
            " The address of a repository belongs into the field for it.",
        )


class NoPublisher(Missing):
    """A forge knows nobody of that name, or the host is no forge that can be asked."""

    def __init__(self, whom: Publisher) -> None:
        super().__init__(
            "import.no-publisher",
            f"{whom} is not there, or not on a forge that says what it has (GitHub, Forgejo,"
            " Gitea). The address of a repository works in any case.",
        )


class BadImport(Invalid):
    """The repository holds what no project may hold, or cannot be read."""

    def __init__(self, condition: str, message: str, **details: object) -> None:
        super().__init__(f"import.{condition}", f"Nothing was imported. {message}", **details)


class SourceUnreachable(Unreachable):
    """The repository to import from did not answer as one."""

    def __init__(self, message: str, **details: object) -> None:
        super().__init__("import.unreachable", message, **details)


class BadPush(Invalid):
    """A push that this project cannot take."""

    def __init__(self, condition: str, message: str, **details: object) -> None:
        super().__init__(f"push.{condition}", message, **details)


class FetchFirst(Conflict):
    """The project went on since the pusher last fetched."""

    def __init__(self, position: int, paths: Sequence[str]) -> None:
        more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
        both = f" Both changed {', '.join(paths[:SHOWN])}{more}." if paths else ""
        super().__init__(
            "push.fetch-first",
            f"Nothing landed. The project is at @{position} and your branch does not hold that."
            f"{both} Fetch first, merge or rebase, and push again.",
            position=position,
            paths=list(paths),
        )


class TagTaken(Conflict):
    """A tag of this name stands for something else."""

    def __init__(self, name: str) -> None:
        super().__init__("push.tag-taken", f"There is a tag {name} already.", name=name)


class NoTag(Missing):
    """The project has no tag of this name."""

    def __init__(self, name: str) -> None:
        super().__init__("tag.missing", f"There is no tag {name[:100]!r}.", name=name[:100])


class NotEmpty(Conflict):
    """An import needs a project without landings, into which nothing else is imported."""

    def __init__(self, address: str) -> None:
        super().__init__(
            "import.not-empty",
            f"{address} has landings already, or is being imported into.",
            project=address,
        )


class BadResidue(Conflict):
    """What came of the home's commits does not make the commits that landings were."""

    def __init__(self, why: str) -> None:
        super().__init__("git.bad-residue", f"The home's commits cannot be had: {why}")


class CommitsElsewhere(Conflict):
    """Landings were commits before, and this node holds only the landings."""

    def __init__(self, position: int) -> None:
        super().__init__(
            "git.commits-elsewhere",
            f"What landed at @{position} came from git, and its commits are kept by the node that"
            " took it in: fetch them there. `mic clone` gets all of it from here.",
            position=position,
        )
