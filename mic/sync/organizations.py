"""Organizations, their members, and who is asked in."""

from typing import cast

from aiohttp import web

from mic.sync import edge
from mic.wire import messages, people
from node.access.model import Member
from node.invitations import verbs as invitations
from node.invitations.model import Invitation
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.organizations import verbs as organizations
from node.organizations.model import Organization


async def listed(forge: Forge, who: Party, _request: web.Request) -> web.StreamResponse:
    """List the organizations that the asker acts for."""
    found = await organizations.listed(forge, who)
    return edge.reply(people.Organizations([_organization(forge, one) for one in found]))


async def create(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Make an organization whose admin is the asker."""
    asked = await edge.message(request, people.NewOrganization)
    made = await organizations.create(forge, who, asked.handle, asked.name)
    return edge.reply(_organization(forge, made), 201)


async def show(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Describe an organization to those who act for it."""
    found = await organizations.get(forge, who, _name(request))
    return edge.reply(_organization(forge, found))


async def change(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Give an organization another name."""
    asked = await edge.message(request, people.OrganizationChanges)
    changed = await organizations.update(forge, who, _name(request), asked.name)
    return edge.reply(_organization(forge, changed))


async def delete(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Remove an organization without projects."""
    await organizations.delete(forge, who, _name(request))
    return edge.reply(messages.Done())


async def members(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List who acts for an organization."""
    return edge.reply(shown_members(await organizations.members(forge, who, _name(request))))


async def set_role(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Make a member an admin, or an admin a member."""
    asked = await edge.message(request, people.OrganizationRoleOf)
    await organizations.set_role(forge, who, _name(request), asked.handle, asked.role)
    return edge.reply(messages.Done())


async def remove(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Let somebody act for an organization no more."""
    await organizations.remove(forge, who, _name(request), request.match_info["member"])
    return edge.reply(messages.Done())


async def leave(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Give up one's own role."""
    await organizations.leave(forge, who, _name(request))
    return edge.reply(messages.Done())


async def invite(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Ask a person into an organization."""
    asked = await edge.message(request, people.NewInvitation)
    made = await invitations.invite(forge, who, _name(request), asked.handle, asked.role)
    return edge.reply(invitation(made), 201)


async def invited(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List who is asked into an organization."""
    found = await invitations.of_organization(forge, who, _name(request))
    return edge.reply(people.Invitations([invitation(one) for one in found]))


async def mine(forge: Forge, who: Party, _request: web.Request) -> web.StreamResponse:
    """List what the asker may say yes to."""
    found = await invitations.mine(forge, who)
    return edge.reply(people.Invitations([invitation(one) for one in found]))


async def accept(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Say yes."""
    return edge.reply(invitation(await invitations.accept(forge, who, _key(request))))


async def decline(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Say no."""
    return edge.reply(invitation(await invitations.decline(forge, who, _key(request))))


async def withdraw(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Take an invitation back."""
    return edge.reply(invitation(await invitations.withdraw(forge, who, _key(request))))


def invitation(one: Invitation) -> people.Invitation:
    """Encode an invitation."""
    return people.Invitation(
        id=one.key,
        kind=cast("people.InvitationKind", one.kind),
        target=one.target,
        role=one.role,
        inviter=one.inviter,
        invited=one.invited,
        created_at=one.created_at,
        expires_at=one.expires_at,
    )


def shown_members(found: list[Member]) -> people.Members:
    """Encode the members of something."""
    return people.Members(
        [
            people.Member(
                handle=one.handle, name=one.name, role=one.role, created_at=one.created_at
            )
            for one in found
        ]
    )


def _organization(forge: Forge, one: Organization) -> people.Organization:
    return people.Organization(
        id=one.key,
        handle=one.handle,
        name=one.name,
        role=one.role,
        page=f"{forge.node.url}/{one.handle}",
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


def _name(request: web.Request) -> str:
    return request.match_info["organization"]


def _key(request: web.Request) -> int:
    return edge.position_in_path(request, "invitation")
