"""The node, who asks, accounts and organizations."""

from typing import Literal, cast

from msgspec import UNSET

from node.accounts import verbs as accounts
from node.accounts.model import NoAccount
from node.llms import verbs as llms
from node.llms.model import Llms
from node.organizations import verbs as organizations
from node.organizations.model import Organization as Group
from node.replication import overview
from node.stars import verbs as stars
from web.api import shapes
from web.api.model import Asked, Reply
from web.api.projects import encoded


async def node(asked: Asked) -> Reply:
    """Say which node answers."""
    one = asked.forge.node
    return Reply(shapes.Node(one.name, one.url, one.did, one.operator.name, one.operator.email))


async def me(asked: Asked) -> Reply:
    """Say who asks."""
    who = asked.who
    scopes = None if who.scopes is None else sorted(who.scopes)
    return Reply(shapes.Me(who.handle, who.is_admin, scopes))


async def peers(asked: Asked) -> Reply:
    """Say what other nodes hold of this one, and what it holds for them."""
    found = await overview.of_node(asked.forge, asked.who)
    held = [shapes.Copies(one.project.address, one.copies, one.verified) for one in found.held]
    return Reply(shapes.Peers(held, [seed.id for seed in found.seeds if seed.id]))


async def account(asked: Asked) -> Reply:
    """Return an account."""
    found = await accounts.get(asked.forge, asked.named("account"))
    if found.closed_at is not None:
        raise NoAccount(found.handle)
    page = f"{asked.forge.node.url}/{found.handle}"
    kind = cast("Literal['user', 'organization']", found.kind)
    return Reply(shapes.Account(found.handle, found.name, kind, found.did, page, found.created_at))


async def starred(asked: Asked) -> Reply:
    """List the projects that an account gave a star and the asker may see, the last one first."""
    found = await accounts.get(asked.forge, asked.named("account"))
    listed = await stars.starred(asked.forge, asked.who, found.key, 100)
    return Reply(shapes.Projects([encoded(asked, one.project) for one in listed]))


async def models(asked: Asked) -> Reply:
    """Return the models that the projects of an account may name."""
    return Reply(_models(await llms.get(asked.forge, asked.who, asked.named("account"))))


async def models_change(asked: Asked) -> Reply:
    """Change what the body names and leave the rest."""
    allowed, default = asked.body.llm_models, asked.body.llm_default_model
    changed = await llms.update(
        asked.forge,
        asked.who,
        asked.named("account"),
        None if allowed is UNSET else allowed,
        None if default is UNSET else default,
    )
    return Reply(_models(changed))


async def organizations_listed(asked: Asked) -> Reply:
    """List the organizations of the asker."""
    found = await organizations.listed(asked.forge, asked.who)
    return Reply(shapes.Organizations([_organization(one) for one in found]))


async def organization_create(asked: Asked) -> Reply:
    """Make an organization; who makes it is its admin."""
    made = await organizations.create(asked.forge, asked.who, asked.body.handle, asked.body.name)
    where = f"{asked.forge.node.url}/api/v1/organizations/{made.handle}"
    return Reply(_organization(made), location=where)


async def organization(asked: Asked) -> Reply:
    """Return an organization of the asker."""
    found = await organizations.get(asked.forge, asked.who, asked.named("organization"))
    return Reply(_organization(found))


async def organization_change(asked: Asked) -> Reply:
    """Give an organization another name."""
    handle = asked.named("organization")
    changed = await organizations.update(asked.forge, asked.who, handle, asked.body.name)
    return Reply(_organization(changed))


async def organization_delete(asked: Asked) -> Reply:
    """End an organization that owns nothing any more."""
    await organizations.delete(asked.forge, asked.who, asked.named("organization"))
    return Reply(None)


async def organization_members(asked: Asked) -> Reply:
    """List who acts for an organization."""
    found = await organizations.members(asked.forge, asked.who, asked.named("organization"))
    return Reply(shapes.Members([shapes.Member(m.handle, m.name, m.role) for m in found]))


async def organization_set_role(asked: Asked) -> Reply:
    """Give a member another role."""
    handle, member = asked.named("organization"), asked.named("member")
    await organizations.set_role(asked.forge, asked.who, handle, member, asked.body.role)
    return Reply(None)


async def organization_remove(asked: Asked) -> Reply:
    """Take a member's role away."""
    handle, member = asked.named("organization"), asked.named("member")
    await organizations.remove(asked.forge, asked.who, handle, member)
    return Reply(None)


def _models(one: Llms) -> shapes.Llms:
    return shapes.Llms(list(one.allowed), one.default)


def _organization(one: Group) -> shapes.Organization:
    return shapes.Organization(one.handle, one.name, one.role, one.created_at)
