"""What the API takes and gives, as typed values; the schemas of its document are made of these.

Times are Unix milliseconds. Unknown fields of a request are refused, so that a mistyped one is not
taken for nothing; answers may learn new fields.
"""

from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

Handle = Annotated[str, Meta(min_length=1, max_length=100)]
Visibility = Literal["public", "private"]
Origin = Literal["human", "ai-assisted", "ai-generated", "unknown"]
Mode = Literal["file", "executable", "link", "directory"]
Limit = Annotated[int, Meta(ge=1, le=100, description="How many at most.")]
Cursor = Annotated[str, Meta(max_length=100, description="`next` of the answer before.")]
At = Annotated[int, Meta(ge=0, le=2**53, description="A position; the newest without it.")]
Text = Annotated[str, Meta(max_length=10_000)]
Short = Annotated[str, Meta(max_length=2048)]


class Problem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What every answer that is no success says (RFC 9457); `code` never changes its meaning."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str = ""
    details: dict[str, Any] = {}


class Paging(Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of a list."""

    limit: Limit = 50
    cursor: Cursor = ""


class Exploring(Struct, frozen=True, forbid_unknown_fields=True):
    """Which part of the projects, in which order."""

    sort: Annotated[Literal["popular", "trending", "recent"], Meta(description="The order.")] = (
        "popular"
    )
    limit: Limit = 20
    cursor: Cursor = ""


class LogPaging(Struct, frozen=True, forbid_unknown_fields=True):
    """Which landings."""

    limit: Limit = 50
    cursor: Cursor = ""
    path: Annotated[str, Meta(max_length=4096, description="Only those that changed it.")] = ""


class SessionPaging(Struct, frozen=True, forbid_unknown_fields=True):
    """Which sessions."""

    status: Annotated[
        Literal["all", "active", "landed", "abandoned"], Meta(description="How they stand.")
    ] = "all"
    limit: Limit = 50
    cursor: Cursor = ""


class Where(Struct, frozen=True, forbid_unknown_fields=True):
    """At which position."""

    at: At | None = None


class Between(Struct, frozen=True, forbid_unknown_fields=True):
    """Between which positions."""

    old: Annotated[
        int, Meta(ge=0, le=2**53, description="The position before; at 0 nothing is there.")
    ] = 0
    new: At | None = None


# --------------------------------------------------------------------------- the node, the asker


class Node(Struct, frozen=True):
    """The node that answers: its name, address and key, and who keeps it."""

    name: str
    url: str
    did: str
    operator: str
    operator_email: str


class Me(Struct, frozen=True):
    """Who asks; without a token nobody, with a null `handle`. `scopes` is null in a browser."""

    handle: str | None
    is_admin: bool
    scopes: list[str] | None


class Copies(Struct, frozen=True):
    """A project that other nodes hold, and how many of them have proven it."""

    project: str
    copies: int
    verified: int


class Peers(Struct, frozen=True):
    """What other nodes hold of this one, and which projects it holds for others."""

    held: list[Copies]
    seeds: list[str]


# -------------------------------------------------------------------------------- the projects


class Project(Struct, frozen=True, kw_only=True):
    """A project. `home` is the key of the node that orders it; `is_mirror` says it is another."""

    id: str
    account: str
    handle: str
    name: str
    description: str
    visibility: Visibility
    page: str
    site: str
    llm_model: str
    home: str
    is_mirror: bool
    is_archived: bool
    created_at: int
    updated_at: int


class Listed(Struct, frozen=True):
    """A project in a list, with what is counted of it."""

    project: Project
    stars: int
    landings: int
    active_at: int
    language: str


class ListedProjects(Struct, frozen=True):
    """A part of a list of projects; `total` counts all of them."""

    projects: list[Listed]
    total: int
    next: str | None


class Projects(Struct, frozen=True):
    """The projects of an account, or the forks of a project."""

    projects: list[Project]


class NewProject(Struct, frozen=True, forbid_unknown_fields=True):
    """A project to make."""

    handle: Handle
    name: Annotated[str, Meta(max_length=200)] = ""
    description: Text = ""
    visibility: Visibility = "private"
    site: Short = ""
    llm_model: Annotated[str, Meta(max_length=255)] = ""


class ProjectChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be different: what is absent stays, what is empty becomes empty."""

    handle: Handle | UnsetType = UNSET
    name: Annotated[str, Meta(max_length=200)] | UnsetType = UNSET
    description: Text | UnsetType = UNSET
    visibility: Visibility | UnsetType = UNSET
    site: Short | UnsetType = UNSET
    llm_model: Annotated[str, Meta(max_length=255)] | UnsetType = UNSET


class Standing(Struct, frozen=True):
    """What is counted of a project, and whether the asker gave it a star."""

    stars: int
    forks: int
    is_starred: bool


class Share(Struct, frozen=True):
    """How much of a project is written in a language."""

    language: str
    bytes: int
    permille: int


class Languages(Struct, frozen=True):
    """The languages of a project, the largest first."""

    languages: list[Share]


class NewFork(Struct, frozen=True, forbid_unknown_fields=True):
    """A fork to make; what is empty is as the origin has it, in the asker's account."""

    account: Annotated[str, Meta(max_length=100)] = ""
    handle: Annotated[str, Meta(max_length=100)] = ""
    name: Annotated[str, Meta(max_length=200)] = ""
    visibility: Literal["", "public", "private"] = ""


class Synced(Struct, frozen=True):
    """What a sync brought, and how many landings are still to come."""

    position: int
    carried: int
    merged: list[str]
    left: int


class Transfer(Struct, frozen=True, forbid_unknown_fields=True):
    """Who is to have a project."""

    to: Handle


class Member(Struct, frozen=True):
    """Somebody with a role."""

    handle: str
    name: str
    role: str


class Members(Struct, frozen=True):
    """Everybody with a role."""

    members: list[Member]


class Role(Struct, frozen=True, forbid_unknown_fields=True):
    """The role to give: writer or maintainer on a project, member or admin of an organization."""

    role: Annotated[str, Meta(max_length=40)]


class NewImport(Struct, frozen=True, forbid_unknown_fields=True):
    """A repository of git to bring in as a new project."""

    url: Annotated[str, Meta(min_length=1, max_length=2048)]
    handle: Handle
    visibility: Visibility = "private"


class Import(Struct, frozen=True, kw_only=True):
    """How an import stands; `done` of `total` counts what its stage counts."""

    id: str
    project: str
    url: str
    stage: str
    status: str
    done: int
    total: int
    warnings: list[str]
    error: str | None
    created_at: int
    updated_at: int


# ------------------------------------------------------------------------------------- people


class Account(Struct, frozen=True):
    """Somebody with a namespace here: a person or an organization."""

    handle: str
    name: str
    kind: Literal["user", "organization"]
    did: str
    page: str
    created_at: int


class Llms(Struct, frozen=True):
    """The models that the projects of an account may name: with no list, any.

    `llm_default_model` is what a new project gets that names none; it may be empty.
    """

    llm_models: list[str]
    llm_default_model: str


class LlmChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What is to be different: what is absent stays, what is empty becomes empty."""

    llm_models: (
        Annotated[list[Annotated[str, Meta(max_length=255)]], Meta(max_length=200)] | UnsetType
    ) = UNSET
    llm_default_model: Annotated[str, Meta(max_length=255)] | UnsetType = UNSET


class NewOrganization(Struct, frozen=True, forbid_unknown_fields=True):
    """An organization to make."""

    handle: Handle
    name: Annotated[str, Meta(max_length=200)] = ""


class OrganizationChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """A new name."""

    name: Annotated[str, Meta(max_length=200)]


class Organization(Struct, frozen=True):
    """An organization, and what the asker is in it."""

    handle: str
    name: str
    role: str
    created_at: int


class Organizations(Struct, frozen=True):
    """The organizations of the asker."""

    organizations: list[Organization]
