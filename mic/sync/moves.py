"""Projects: who works on them, and where they go: archived, transferred, deleted, brought back."""

from aiohttp import web

from mic.sync import edge, encode
from mic.sync.organizations import invitation, shown_members
from mic.wire import messages, people
from node.invitations import verbs as invitations
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.projects import members as project_members
from node.projects import moves


async def members(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List who has a role on the project."""
    project = await edge.project(forge, who, request)
    return edge.reply(shown_members(await project_members.members(forge, who, project)))


async def set_member(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Give somebody a role on the project, or another one."""
    project = await edge.project(forge, who, request)
    asked = await edge.message(request, people.ProjectRoleOf)
    await project_members.set_member(forge, who, project, asked.handle, asked.role)
    return edge.reply(messages.Done())


async def remove_member(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Take somebody's role on the project away."""
    project = await edge.project(forge, who, request)
    await project_members.remove_member(forge, who, project, request.match_info["member"])
    return edge.reply(messages.Done())


async def archive(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Keep the project as it is."""
    return await _archive(forge, who, request, is_archived=True)


async def unarchive(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Let the project change again."""
    return await _archive(forge, who, request, is_archived=False)


async def transfer(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Give the project to another account, or offer it."""
    asked = await edge.message(request, people.Transfer)
    account, handle = _names(request)
    done = await invitations.transfer(forge, who, account, handle, asked.to)
    offer = None if done.invitation is None else invitation(done.invitation)
    project = encode.project(forge, done.project)
    return edge.reply(people.Transferred(project=project, invitation=offer))


async def deleted(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """List the projects of an account that can be brought back."""
    found = await moves.deleted(forge, who, request.match_info["account"])
    shown = [
        people.DeletedProject(
            project=encode.project(forge, one.project),
            deleted_at=one.deleted_at,
            gone_at=one.gone_at,
        )
        for one in found
    ]
    return edge.reply(people.DeletedProjects(shown))


async def restore(forge: Forge, who: Party, request: web.Request) -> web.StreamResponse:
    """Bring a deleted project back."""
    asked = await edge.message(request, people.Restore)
    restored = await moves.restore(forge, who, request.match_info["account"], asked.handle)
    return edge.reply(encode.project(forge, restored))


async def _archive(
    forge: Forge, who: Party, request: web.Request, *, is_archived: bool
) -> web.StreamResponse:
    account, handle = _names(request)
    kept = await moves.archive(forge, who, account, handle, is_archived=is_archived)
    return edge.reply(encode.project(forge, kept))


def _names(request: web.Request) -> tuple[str, str]:
    return request.match_info["account"], request.match_info["project"]
