"""Projects as values."""

from dataclasses import dataclass

from node.kernel.errors import Conflict, Denied, Exhausted, Invalid, Missing
from store.digest import Digest


@dataclass(frozen=True, slots=True)
class Project:
    """A project; `account` is its owner's handle, `document` the newest signed envelope's id.

    `url` is the project's own site, `llm_model` the model that its agents are to use; both may be
    empty. Times are Unix milliseconds; `archived_at` is None unless it is archived. `home` is the
    did of the node that orders it, None if that is this node.
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
    home: str | None = None

    @property
    def is_mirror(self) -> bool:
        """Whether another node orders it, and this one only holds it."""
        return self.home is not None

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


class OriginPrivate(Invalid):
    """A fork holds what its origin keeps private."""

    def __init__(self) -> None:
        super().__init__(
            "project.origin-private",
            "This is a fork of a private project, so it stays private as long as that one does.",
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


class BadDocuments(Invalid):
    """Documents that make up no project, or not the one that is meant."""

    def __init__(self, reason: str) -> None:
        super().__init__("project.bad-documents", f"The project's documents do not hold: {reason}")


class GraftedDocuments(Invalid):
    """The documents are those of another project than was asked for."""

    def __init__(self, name: str) -> None:
        super().__init__("project.graft", f"The documents are those of {name}.", id=name)


class DocumentsDiffer(Conflict):
    """The owner's key signed two documents of one version; `version` is the first such."""

    def __init__(self, version: int) -> None:
        super().__init__(
            "project.equivocation",
            f"Version {version} of the project's document is another one than this node has.",
            version=version,
        )


class OrderedHere(Conflict):
    """A node is no mirror of what it orders itself."""

    def __init__(self, project: str) -> None:
        super().__init__("project.ordered-here", f"This node is the home of {project}.", id=project)


class Withdrawn(Denied):
    """This node may not hold the project, by its home's word or by its own document."""

    def __init__(self, project: str) -> None:
        super().__init__(
            "project.withdrawn",
            f"The project {project} was deleted at its home, or is not for this node to hold.",
            id=project,
        )


class BadNotice(Invalid):
    """A notice that the project's home did not sign, or that its documents have overtaken."""

    def __init__(self, reason: str) -> None:
        super().__init__("project.bad-notice", f"The notice does not hold: {reason}")


class NotHeld(Missing):
    """This node holds no such project for another one."""

    def __init__(self, name: str) -> None:
        super().__init__("project.not-held", f"This node holds no mirror of {name[:100]!r}.")


class BadPeer(Invalid):
    """What is named is no node's key."""

    def __init__(self, did: str) -> None:
        super().__init__("project.bad-peer", f"A node's key is a did:key:z6Mk…, not {did[:80]!r}.")


class TooManyPeers(Exhausted):
    """A project names as many nodes as it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            "project.too-many-peers", f"A project names at most {limit} nodes.", limit=limit
        )


class NoPeer(Missing):
    """The project's document does not name this node."""

    def __init__(self, did: str) -> None:
        super().__init__("project.no-peer", f"The node {did} may not hold this project anyway.")
