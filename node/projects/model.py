"""Projects as values."""

from dataclasses import dataclass

from node.kernel.errors import Conflict, Exhausted, Invalid
from store.digest import Digest


@dataclass(frozen=True, slots=True)
class Project:
    """A project; `account` is its owner's handle, `document` the newest signed envelope's id.

    `url` is the project's own site, `llm_model` the model that its agents are to use; both may be
    empty. Times are Unix milliseconds.
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

    @property
    def address(self) -> str:
        """`account/project`."""
        return f"{self.account}/{self.handle}"


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
            f"The project limit is reached: an account has at most {limit}.",
            limit=limit,
        )
