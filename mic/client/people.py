"""Who belongs where: organizations, members, invitations, and what becomes of projects."""

from urllib.parse import quote

from mic.client.connection import Connection
from mic.client.remote import Remote
from mic.wire.messages import Done, Project
from mic.wire.mirrors import NewPeer, Peers
from mic.wire.people import (
    DeletedProject,
    DeletedProjects,
    Invitation,
    Invitations,
    LlmChanges,
    Llms,
    Member,
    Members,
    NewInvitation,
    NewOrganization,
    Organization,
    OrganizationChanges,
    OrganizationRole,
    OrganizationRoleOf,
    Organizations,
    ProjectRole,
    ProjectRoleOf,
    Restore,
    Transfer,
    Transferred,
)

ORGANIZATIONS = "/organizations"
INVITATIONS = "/invitations"


def organizations(connection: Connection) -> list[Organization]:
    """Return the organizations that we act for, by handle."""
    return connection.get(ORGANIZATIONS, Organizations).organizations


def create(connection: Connection, handle: str, name: str) -> Organization:
    """Make an organization; raises `Conflict` where the handle is taken."""
    asked = NewOrganization(handle=handle, name=name)
    return connection.ask("POST", ORGANIZATIONS, Organization, asked, again=False)


def organization(connection: Connection, handle: str) -> Organization:
    """Return an organization that we act for."""
    return connection.get(_organization(handle), Organization)


def update(connection: Connection, handle: str, name: str) -> Organization:
    """Give an organization another name."""
    changes = OrganizationChanges(name=name)
    return connection.ask("PATCH", _organization(handle), Organization, changes)


def delete(connection: Connection, handle: str) -> None:
    """Remove an organization without projects."""
    connection.ask("DELETE", _organization(handle), Done, again=False)


def models(connection: Connection, account: str) -> Llms:
    """Return the models that the projects of an account may name."""
    return connection.get(_models(account), Llms)


def set_models(connection: Connection, account: str, changes: LlmChanges) -> Llms:
    """Change what is named and leave the rest."""
    return connection.ask("PATCH", _models(account), Llms, changes)


def members(connection: Connection, handle: str) -> list[Member]:
    """Return who acts for an organization, by handle."""
    return connection.get(f"{_organization(handle)}/members", Members).members


def set_role(connection: Connection, handle: str, person: str, role: OrganizationRole) -> None:
    """Make a member an admin, or an admin a member."""
    asked = OrganizationRoleOf(handle=person, role=role)
    connection.ask("POST", f"{_organization(handle)}/members", Done, asked)


def remove(connection: Connection, handle: str, person: str) -> None:
    """Let somebody act for an organization no more."""
    where = f"{_organization(handle)}/members/{_part(person)}"
    connection.ask("DELETE", where, Done, again=False)


def leave(connection: Connection, handle: str) -> None:
    """Act for an organization no more."""
    connection.ask("POST", f"{_organization(handle)}/leave", Done, again=False)


def invite(connection: Connection, handle: str, person: str, role: OrganizationRole) -> Invitation:
    """Ask a person into an organization; asking again renews it."""
    asked = NewInvitation(handle=person, role=role)
    return connection.ask("POST", f"{_organization(handle)}/invitations", Invitation, asked)


def invited(connection: Connection, handle: str) -> list[Invitation]:
    """Return who is asked into an organization, newest first."""
    return connection.get(f"{_organization(handle)}/invitations", Invitations).invitations


def invitations(connection: Connection) -> list[Invitation]:
    """Return what we may say yes to, newest first."""
    return connection.get(INVITATIONS, Invitations).invitations


def answer(connection: Connection, number: int, word: str) -> Invitation:
    """`accept` or `decline` an invitation."""
    where = f"{INVITATIONS}/{number}/{word}"
    return connection.ask("POST", where, Invitation, again=False)


def withdraw(connection: Connection, number: int) -> Invitation:
    """Take an invitation back."""
    return connection.ask("DELETE", f"{INVITATIONS}/{number}", Invitation, again=False)


def project_members(remote: Remote) -> list[Member]:
    """Return who has a role on a project, by handle."""
    return remote.connection.get(f"{remote.path}/members", Members).members


def set_project_member(remote: Remote, person: str, role: ProjectRole) -> None:
    """Give somebody a role on a project, or another one."""
    asked = ProjectRoleOf(handle=person, role=role)
    remote.connection.ask("POST", f"{remote.path}/members", Done, asked)


def remove_project_member(remote: Remote, person: str) -> None:
    """Take somebody's role on a project away."""
    where = f"{remote.path}/members/{_part(person)}"
    remote.connection.ask("DELETE", where, Done, again=False)


def project_peers(remote: Remote) -> list[str]:
    """Return the nodes that may hold a project, by did."""
    return remote.connection.get(f"{remote.path}/peers", Peers).peers


def add_project_peer(remote: Remote, did: str) -> None:
    """Let a node hold a project."""
    remote.connection.ask("POST", f"{remote.path}/peers", Done, NewPeer(did))


def remove_project_peer(remote: Remote, did: str) -> None:
    """Let a node hold a project no longer."""
    where = f"{remote.path}/peers/{_part(did)}"
    remote.connection.ask("DELETE", where, Done, again=False)


def archive(remote: Remote, *, is_archived: bool) -> Project:
    """Keep a project as it is, or let it change again."""
    word = "archive" if is_archived else "unarchive"
    return remote.connection.ask("POST", f"{remote.path}/{word}", Project)


def transfer(remote: Remote, to: str) -> Transferred:
    """Give a project to another account, or offer it."""
    where = f"{remote.path}/transfer"
    return remote.connection.ask("POST", where, Transferred, Transfer(to=to), again=False)


def deleted(connection: Connection, account: str) -> list[DeletedProject]:
    """Return the projects of an account that can be brought back, deleted last first."""
    return connection.get(f"/accounts/{_part(account)}/deleted", DeletedProjects).projects


def restore(connection: Connection, account: str, handle: str) -> Project:
    """Bring a deleted project back."""
    where = f"/accounts/{_part(account)}/restore"
    return connection.ask("POST", where, Project, Restore(handle=handle), again=False)


def _organization(handle: str) -> str:
    return f"{ORGANIZATIONS}/{_part(handle)}"


def _models(account: str) -> str:
    return f"/accounts/{_part(account)}/models"


def _part(text: str) -> str:
    return quote(text, safe="")
