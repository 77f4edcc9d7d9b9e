"""What one can do with organizations and their members.

Any person makes one and is its first admin; admins change it, members see who else is there. The
last admin cannot go: an organization that nobody acts for would keep its projects locked up.
"""

from node.access import verbs as access
from node.access.model import Action, Member, NoMember
from node.access.rules import ORGANIZATION_ROLES, authorize, check_role, require_account
from node.accounts import rules as names
from node.accounts import verbs as accounts
from node.accounts.model import ORGANIZATION, Account
from node.audit import verbs as audit
from node.kernel import events
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.organizations.model import (
    Belonging,
    LastAdmin,
    NoOrganization,
    NotEmpty,
    Organization,
    OrganizationLimit,
)
from node.profiles import verbs as profiles
from node.projects import moves as projects
from store.database import Tx


async def create(forge: Forge, who: Party, handle: str, name: str = "") -> Organization:
    """Make an organization whose admin is `who`; raise `BadHandle`, `HandleTaken` or `Denied`."""
    account = require_account(who)
    names.check_handle(handle)
    title = names.check_name(name) or handle
    # Safe because a key whose row is never written is a file nobody names.
    did = forge.keys.make_person().did

    def write(tx: Tx) -> Organization:
        access.check_holds(tx, who)
        _check_room(forge, tx, who)
        made = accounts.add(forge, tx, who, handle, title, did, kind=ORGANIZATION)
        access.set_member(tx, made.key, account, "admin", forge.now())
        return _shown(made, "admin")

    return await forge.db.write(write)


async def listed(forge: Forge, who: Party) -> list[Organization]:
    """Return the organizations that `who` acts for, by handle."""
    account = require_account(who, "read")

    def read(tx: Tx) -> list[Organization]:
        roles = access.standing_of(tx, account).organizations
        return [_shown(one, roles[one.key]) for one in accounts.organizations(tx, roles)]

    return await forge.db.read(read)


async def belonging(forge: Forge, handle: str) -> list[Belonging]:
    """Return the organizations that an account acts for, by handle: that is public."""

    def read(tx: Tx) -> list[Belonging]:
        roles = access.standing_of(tx, accounts.find(tx, handle).key).organizations
        found = accounts.organizations(tx, roles)
        pictures = profiles.pictures_of(tx, [one.key for one in found])
        return [
            Belonging(
                one.handle,
                one.name,
                roles[one.key],
                len(access.members(tx, one.key)),
                pictures.get(one.key),
            )
            for one in found
        ]

    return await forge.db.read(read)


async def people(forge: Forge, handle: str) -> list[Member]:
    """Return who acts for an organization, by handle, as everybody may know."""
    return await forge.db.read(lambda tx: access.members(tx, accounts.find(tx, handle).key))


async def get(forge: Forge, who: Party, handle: str) -> Organization:
    """Return an organization that `who` acts for; raise `NoOrganization` or `Denied`."""

    def read(tx: Tx) -> Organization:
        account = of(tx, who, handle, Action.MEMBERS)
        return _shown(account, access.standing_of(tx, who.account).organizations[account.key])

    return await forge.db.read(read)


async def update(forge: Forge, who: Party, handle: str, name: str) -> Organization:
    """Give an organization another name."""
    title = names.check_name(name)

    def write(tx: Tx) -> Organization:
        account = of(tx, who, handle, Action.WRITE_SETTINGS)
        renamed = accounts.rename(tx, account.key, title or account.handle, forge.now())
        tell(forge, tx, who, "organization.updated", account, {"name": renamed.name})
        return _shown(renamed, "admin")

    return await forge.db.write(write)


async def delete(forge: Forge, who: Party, handle: str) -> None:
    """Remove an organization that has no projects; raise `NotEmpty` for one that has."""

    def write(tx: Tx) -> None:
        account = of(tx, who, handle, Action.DELETE)
        if projects.has_any(tx, account.key):
            raise NotEmpty(account.handle)
        accounts.remove(tx, account.key)
        tell(forge, tx, who, "organization.deleted", account, {})

    await forge.db.write(write)


async def members(forge: Forge, who: Party, handle: str) -> list[Member]:
    """Return who acts for an organization, by handle; for its members."""
    return await forge.db.read(
        lambda tx: access.members(tx, of(tx, who, handle, Action.MEMBERS).key)
    )


async def set_role(forge: Forge, who: Party, handle: str, person: str, role: str) -> None:
    """Make a member an admin, or an admin a member; raise `NoMember` or `LastAdmin`."""

    def write(tx: Tx) -> None:
        account = of(tx, who, handle, Action.MANAGE)
        check_role(role, ORGANIZATION_ROLES)
        member = _member(tx, account, person)
        if role != "admin":
            _check_another_admin(tx, account, member)
        access.set_member(tx, account.key, member.account, role, forge.now())
        tell(forge, tx, who, "member.set", account, {"handle": member.handle, "role": role})

    await forge.db.write(write)


async def remove(forge: Forge, who: Party, handle: str, person: str) -> None:
    """Let somebody act for an organization no more; raise `NoMember` or `LastAdmin`."""

    def write(tx: Tx) -> None:
        account = of(tx, who, handle, Action.MANAGE)
        _remove(forge, tx, who, account, _member(tx, account, person))

    await forge.db.write(write)


async def leave(forge: Forge, who: Party, handle: str) -> None:
    """Give up one's own role; raise `LastAdmin`."""
    require_account(who)

    def write(tx: Tx) -> None:
        account = of(tx, who, handle, Action.MEMBERS)
        _remove(forge, tx, who, account, _member(tx, account, who.handle or ""))

    await forge.db.write(write)


def of(tx: Tx, who: Party, handle: str, action: Action) -> Account:
    """Return the organization's account if `who` may do `action` with it now."""
    account = accounts.find(tx, handle)
    if not account.is_organization:
        raise NoOrganization(handle)
    authorize(access.refreshed(tx, who), action, owner=account.key)
    return account


def tell(
    forge: Forge, tx: Tx, who: Party, what: str, account: Account, facts: dict[str, object]
) -> None:
    """Write the audit row and the event of what happened in an organization."""
    told = {"organization": account.handle, **facts}
    audit.append(tx, who, None, what, told, forge.now())
    events.append(tx, what, None, told | {"by": who.handle}, forge.now())


def _remove(forge: Forge, tx: Tx, who: Party, account: Account, member: Member) -> None:
    _check_another_admin(tx, account, member)
    access.remove_member(tx, account.key, member.account)
    tell(forge, tx, who, "member.removed", account, {"handle": member.handle})


def _member(tx: Tx, account: Account, person: str) -> Member:
    for member in access.members(tx, account.key):
        if member.handle.lower() == person.lower():
            return member
    raise NoMember(person)


def _check_another_admin(tx: Tx, account: Account, member: Member) -> None:
    admins = {one.account for one in access.members(tx, account.key) if one.role == "admin"}
    if admins == {member.account}:
        raise LastAdmin(member.handle)


def _check_room(forge: Forge, tx: Tx, who: Party) -> None:
    limit = forge.limits.organizations_per_account
    roles = access.standing_of(tx, who.account).organizations.values()
    if not who.is_admin and sum(role == "admin" for role in roles) >= limit:
        raise OrganizationLimit(limit)


def _shown(account: Account, role: str) -> Organization:
    return Organization(
        account.key, account.handle, account.name, account.created_at, account.updated_at, role
    )
