"""Projects as values."""

from dataclasses import dataclass

from node.kernel.errors import Conflict, Exhausted, Invalid, Missing
from store.digest import Digest


@dataclass(frozen=True, slots=True)
class Project:
    """A project; `account` is its owner's handle, `document` the newest signed envelope's id.

    `url` is the project's own site, `llm_model` the model that its agents are to use; both may be
    empty. Times are Unix milliseconds; `archived_at` is None unless it is archived.
    """

    key: int
    id: str
    account: str
    owner: int
    handle: str
    name: str
    description: str
    visibility: str
    document: Digest
    created_at: int
    updated_at: int
    url: str = ""
    llm_model: str = ""
    archived_at: int | None = None

    @property
    def is_archived(self) -> bool:
        """Whether it is kept as it is: readable, and nothing changes."""
        return self.archived_at is not None

    @property
    def address(self) -> str:
        """`account/project`."""
        return f"{self.account}/{self.handle}"


@dataclass(frozen=True, slots=True)
class Deleted:
    """A project that can still be brought back, until `gone_at`; times are Unix milliseconds."""

    project: Project
    deleted_at: int
    gone_at: int


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project that somebody asks for; without a name it goes by its handle."""

    handle: str
    name: str = ""
    description: str = ""
    visibility: str = "private"
    url: str = ""
    llm_model: str = ""


@dataclass(frozen=True, slots=True)
class ProjectChanges:
    """What is to be different; None leaves a field as it is.

    An empty description, url or llm_model erases the field.
    """

    handle: str | None = None
    name: str | None = None
    description: str | None = None
    visibility: str | None = None
    url: str | None = None
    llm_model: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is asked for."""
        return self == ProjectChanges()


class ProjectTaken(Conflict):
    """The account has a project of this name, perhaps written with other capitals."""

    def __init__(self, account: str, handle: str) -> None:
        super().__init__(
            "project.taken", f"There is a project {account}/{handle} already.", handle=handle
        )


class BadProject(Invalid):
    """A field that cannot be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"project.bad-{field}", message, field=field)


class NothingToUpdate(Invalid):
    """An update that asks for nothing."""

    def __init__(self) -> None:
        super().__init__("project.nothing-to-update", "Say what is to be changed.")


class ProjectLimit(Exhausted):
    """The account has as many projects as it may have."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "project.limit",
            f"The project limit is reached: this account may have {limit}.",
            limit=limit,
        )


class StorageLimit(Exhausted):
    """The account's projects hold as many bytes as they may."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "account.storage-limit",
            f"The storage limit is reached: the projects of this account may hold {limit:,} bytes.",
            limit=limit,
        )


class AlreadyOwner(Conflict):
    """Whoever owns the project can do all that a role gives."""

    def __init__(self, handle: str) -> None:
        super().__init__("member.owner", f"{handle} owns this project.", handle=handle)


class NotDeleted(Missing):
    """No project of this name was deleted in the last days."""

    def __init__(self, handle: str) -> None:
        super().__init__(
            "project.not-deleted",
            f"No project {handle} was deleted here in the last 7 days.",
            handle=handle,
        )


class AlreadyThere(Conflict):
    """The project is where it is to go."""

    def __init__(self, account: str) -> None:
        super().__init__("project.there", f"The project is in {account} already.", account=account)


class ProjectMoved(Conflict):
    """The project goes by another name now."""

    def __init__(self, project: Project) -> None:
        super().__init__(
            "project.moved",
            f"This project is {project.address} now.",
            id=project.id,
            account=project.account,
            project=project.handle,
        )


class AnotherProject(Conflict):
    """The name belongs to another project, and the one that is meant is gone."""

    def __init__(self, project: Project) -> None:
        super().__init__(
            "project.another",
            f"Another project has the name {project.address} now; the one that had it before was"
            " deleted, or is not yours to see.",
            id=project.id,
        )
