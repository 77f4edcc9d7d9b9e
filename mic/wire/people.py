"""Messages of `/mic/v1` about who belongs where: organizations, members, invitations."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from mic.wire.messages import Handle, Model, Project

Name = Annotated[str, Meta(max_length=200)]
OrganizationRole = Literal["admin", "member"]
ProjectRole = Literal["writer", "maintainer"]
InvitationKind = Literal["organization", "project", "node"]


class NewOrganization(Struct, frozen=True, kw_only=True):
    """POST /organizations."""

    handle: Handle
    name: Name = ""


class OrganizationChanges(Struct, frozen=True, kw_only=True):
    """PATCH /organizations/{organization}."""

    name: Name


class Organization(Struct, frozen=True, kw_only=True):
    """An organization that the asker acts for, as `role`; times are Unix milliseconds."""

    id: int
    handle: str
    name: str
    role: str
    page: str
    created_at: int
    updated_at: int


class Organizations(Struct, frozen=True):
    """GET /organizations, by handle."""

    organizations: list[Organization]


class Llms(Struct, frozen=True, kw_only=True):
    """GET and PATCH /accounts/{account}/models: which models the account's projects may name.

    No models are any. `llm_default_model` is what a new project gets that names none; it may be
    empty.
    """

    llm_models: list[str]
    llm_default_model: str


class LlmChanges(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """PATCH /accounts/{account}/models: what is absent stays, what is empty becomes empty."""

    llm_models: Annotated[list[Model], Meta(max_length=200)] | UnsetType = UNSET
    llm_default_model: Model | UnsetType = UNSET


class Member(Struct, frozen=True, kw_only=True):
    """Somebody with a role, since `created_at`."""

    handle: str
    name: str
    role: str
    created_at: int


class Members(Struct, frozen=True):
    """GET …/members, by handle."""

    members: list[Member]


class OrganizationRoleOf(Struct, frozen=True, kw_only=True):
    """POST /organizations/{organization}/members: what a member becomes."""

    handle: Handle
    role: OrganizationRole


class ProjectRoleOf(Struct, frozen=True, kw_only=True):
    """POST …/members of a project: what a person becomes."""

    handle: Handle
    role: ProjectRole


class NewInvitation(Struct, frozen=True, kw_only=True):
    """POST /organizations/{organization}/invitations."""

    handle: Handle
    role: OrganizationRole = "member"


class Invitation(Struct, frozen=True, kw_only=True):
    """What somebody may say yes to: `target` is an organization, a project, or empty: this node.

    `invited` is null for a link that makes an account.
    """

    id: int
    kind: InvitationKind
    target: str
    role: str
    inviter: str
    invited: str | None
    created_at: int
    expires_at: int


class Invitations(Struct, frozen=True):
    """GET /invitations and GET /organizations/{organization}/invitations, newest first."""

    invitations: list[Invitation]


class Transfer(Struct, frozen=True, kw_only=True):
    """POST …/transfer: the account that is to have the project."""

    to: Handle


class Transferred(Struct, frozen=True, kw_only=True):
    """The answer: the project where it is now, and what `to` has to accept first, if anything."""

    project: Project
    invitation: Invitation | None = None


class Restore(Struct, frozen=True, kw_only=True):
    """POST /accounts/{account}/restore."""

    handle: Handle


class DeletedProject(Struct, frozen=True, kw_only=True):
    """A project that can be brought back until `gone_at`."""

    project: Project
    deleted_at: int
    gone_at: int


class DeletedProjects(Struct, frozen=True):
    """GET /accounts/{account}/deleted, deleted last first."""

    projects: list[DeletedProject]
