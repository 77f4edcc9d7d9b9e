"""What one can do with invitations: make, see, accept, decline, withdraw.

An invitation is as good as whoever made it: if they may no longer invite when it is answered, it
opens nothing. So it cannot outlive the role that it came from.
"""

import hashlib

from node.access import verbs as access
from node.access.model import Action, NotAllowed
from node.access.rules import ORGANIZATION_ROLES, authorize, check_role, require_account
from node.accounts import rules as names
from node.accounts import verbs as accounts
from node.accounts.model import Account, NotAPerson
from node.audit import verbs as audit
from node.invitations import rows
from node.invitations.model import (
    TO_NODE,
    TO_ORGANIZATION,
    TO_PROJECT,
    AlreadyMember,
    BadInvitationLink,
    Invitation,
    NoInvitation,
    Row,
    Transferred,
)
from node.kernel import events
from node.kernel.errors import Denied, Missing
from node.kernel.forge import Forge
from node.kernel.parties import Party
from node.organizations import verbs as organizations
from node.projects import changing, moves
from node.projects.model import Project
from node.signin import verbs as signin
from store.database import Tx

DAY_MS = 24 * 3_600_000
LIFE_MS = 14 * DAY_MS
LINK_MS = 7 * DAY_MS


async def invite(
    forge: Forge, who: Party, organization: str, handle: str, role: str = "member"
) -> Invitation:
    """Ask a person into an organization; raise `Denied`, `AlreadyMember` or `NotAPerson`.

    One who is asked already is asked anew, with this role.
    """
    inviter = require_account(who)

    def write(tx: Tx) -> Invitation:
        target = organizations.of(tx, who, organization, Action.MANAGE)
        check_role(role, ORGANIZATION_ROLES)
        person = accounts.find_person(tx, handle)
        if target.key in access.standing_of(tx, person.key).organizations:
            raise AlreadyMember(person.handle)
        at = forge.now()
        row = Row(0, person.key, target.key, None, role, inviter, at, at + LIFE_MS)
        return _add(forge, tx, who, row)

    return await forge.db.write(write)


async def invite_by_link(
    forge: Forge, who: Party, organization: str | None = None, role: str = "member"
) -> tuple[Invitation, str]:
    """Return an invitation to have an account on this node, and the secret of its link.

    For the node's admins; into an organization, for those who manage it too. It works once, within
    7 days.
    """
    authorize(who, Action.ADMIN)
    inviter, secret = require_account(who), forge.ids.secret()

    def write(tx: Tx) -> Invitation:
        target = None
        if organization is not None:
            target = organizations.of(tx, who, organization, Action.MANAGE).key
            check_role(role, ORGANIZATION_ROLES)
        at = forge.now()
        kept = role if target is not None else "user"
        row = Row(0, None, target, None, kept, inviter, at, at + LINK_MS)
        return _add(forge, tx, who, row, _hashed(secret))

    return await forge.db.write(write), secret


async def transfer(forge: Forge, who: Party, account: str, handle: str, to: str) -> Transferred:
    """Give a project to another account: at once if `who` may create there, else if it says yes.

    Raises `NoProject`, `Denied`, `NoAccount`, `AlreadyThere`, `ProjectTaken` or `ProjectLimit`.
    """

    def write(tx: Tx) -> Transferred:
        project = changing.mine(tx, who, Action.TRANSFER, account, handle)
        giver = require_account(who)
        target = accounts.find(tx, to)
        if target.is_remote:
            raise NotAPerson(target.handle)
        if _may_create(tx, who, target):
            return Transferred(moves.hand_over(forge, tx, who, project, target), None)
        at = forge.now()
        row = Row(0, target.key, None, project.key, "owner", giver, at, at + LIFE_MS)
        return Transferred(project, _add(forge, tx, who, row))

    return await forge.db.write(write)


async def mine(forge: Forge, who: Party) -> list[Invitation]:
    """Return what `who` may say yes to, for themselves or for organizations, newest first."""
    account = require_account(who, "read")

    def read(tx: Tx) -> list[Invitation]:
        roles = access.standing_of(tx, account).organizations
        acting = [account, *(key for key, role in roles.items() if role == "admin")]
        found = [row for key in acting for row in rows.for_account(tx, key, forge.now())]
        return [_shown(tx, row) for row in sorted(found, key=lambda row: -row.key)]

    return await forge.db.read(read)


async def of_organization(forge: Forge, who: Party, organization: str) -> list[Invitation]:
    """Return who is asked into an organization, newest first; for its admins."""

    def read(tx: Tx) -> list[Invitation]:
        target = organizations.of(tx, who, organization, Action.MANAGE)
        return [_shown(tx, row) for row in rows.to_organization(tx, target.key, forge.now())]

    return await forge.db.read(read)


async def links(forge: Forge, who: Party) -> list[Invitation]:
    """Return the links that make accounts on this node, newest first; for its admins."""
    authorize(who, Action.ADMIN)
    return await forge.db.read(lambda tx: [_shown(tx, row) for row in rows.links(tx, forge.now())])


async def accept(forge: Forge, who: Party, key: int) -> Invitation:
    """Say yes; raise `NoInvitation`, or what making a project there raises."""
    require_account(who)

    def write(tx: Tx) -> Invitation:
        row, invited = _for(tx, who, key, forge.now())
        shown = _shown(tx, row)
        if row.project is not None:
            project = _given(tx, row)
            moves.hand_over(forge, tx, access.refreshed(tx, who), project, invited)
        else:
            _join(forge, tx, row, invited)
        _end(forge, tx, who, row, shown, "accepted")
        return shown

    return await forge.db.write(write)


async def decline(forge: Forge, who: Party, key: int) -> Invitation:
    """Say no; raise `NoInvitation`."""
    require_account(who)

    def write(tx: Tx) -> Invitation:
        row, _ = _for(tx, who, key, forge.now())
        shown = _shown(tx, row)
        _end(forge, tx, who, row, shown, "declined")
        return shown

    return await forge.db.write(write)


async def withdraw(forge: Forge, who: Party, key: int) -> Invitation:
    """Take an invitation back; for those who might make it. Raise `NoInvitation`."""
    require_account(who)

    def write(tx: Tx) -> Invitation:
        row = rows.find(tx, key, forge.now())
        if row is None or not _might_make(tx, who, row):
            raise NoInvitation
        shown = _shown(tx, row)
        _end(forge, tx, who, row, shown, "withdrawn")
        return shown

    return await forge.db.write(write)


async def peek_link(forge: Forge, secret: str) -> Invitation:
    """Return what a link invites to, without using it; raise `BadInvitationLink`."""
    return await forge.db.read(lambda tx: _shown(tx, _by_secret(tx, secret, forge.now())))


async def redeem_link(
    forge: Forge, secret: str, handle: str, name: str = "", device: str = ""
) -> str:
    """Make an account for whoever holds the link, and return the secret of a web session.

    Raises `BadInvitationLink`, `BadHandle` or `HandleTaken`; the link then still works.
    """
    names.check_handle(handle)
    title = names.check_name(name) or handle
    await peek_link(forge, secret)
    # Safe because a key whose row is never written is a file nobody names.
    did = forge.keys.make_person().did

    def write(tx: Tx) -> Account:
        row = _by_secret(tx, secret, forge.now())
        shown = _shown(tx, row)
        who = Party(row.inviter, shown.inviter)
        made = accounts.add(forge, tx, who, handle, title, did)
        if row.organization is not None:
            _join(forge, tx, row, made)
        _end(forge, tx, made.party, row, shown, "accepted")
        return made

    account = await forge.db.write(write)
    return await signin.redeem_link(forge, await signin.make_link(forge, account), device)


def _add(forge: Forge, tx: Tx, who: Party, row: Row, digest: bytes | None = None) -> Invitation:
    key = rows.add(tx, row, digest)
    made = rows.find(tx, key, forge.now())
    assert made is not None
    shown = _shown(tx, made)
    _tell(forge, tx, who, row, shown, "made")
    return shown


def _for(tx: Tx, who: Party, key: int, now: int) -> tuple[Row, Account]:
    """Return an invitation that `who` may answer, and the account that it is for."""
    access.check_holds(tx, who)
    row = rows.find(tx, key, now)
    if row is None or row.account is None:
        raise NoInvitation
    invited = accounts.find_key(tx, row.account)
    if invited.key != who.account and not _may_create(tx, who, invited):
        raise NoInvitation
    return row, invited


def _join(forge: Forge, tx: Tx, row: Row, invited: Account) -> None:
    assert row.organization is not None
    organization = accounts.find_key(tx, row.organization)
    if not _holds(tx, row):
        raise NoInvitation
    access.set_member(tx, organization.key, invited.key, row.role, forge.now())
    facts: dict[str, object] = {"handle": invited.handle, "role": row.role}
    organizations.tell(forge, tx, invited.party, "member.added", organization, facts)


def _given(tx: Tx, row: Row) -> Project:
    """Return the project that is offered, if whoever offers it may still give it away."""
    assert row.project is not None
    try:
        return changing.by_key(tx, _inviter(tx, row), row.project, Action.TRANSFER)
    except (Denied, Missing) as gone:
        raise NoInvitation from gone


def _by_secret(tx: Tx, secret: str, now: int) -> Row:
    row = rows.by_hash(tx, _hashed(secret), now)
    if row is None or not _holds(tx, row):
        raise BadInvitationLink
    return row


def _holds(tx: Tx, row: Row) -> bool:
    """Return whether whoever made the invitation might make it now."""
    return _might_make(tx, _inviter(tx, row), row)


def _might_make(tx: Tx, who: Party, row: Row) -> bool:
    try:
        asker = access.refreshed(tx, who)
        if row.project is not None:
            changing.by_key(tx, asker, row.project, Action.TRANSFER)
        if row.organization is not None:
            authorize(asker, Action.MANAGE, owner=row.organization)
        if row.account is None:
            authorize(asker, Action.ADMIN)
    except (Denied, Missing):
        return False
    return True


def _inviter(tx: Tx, row: Row) -> Party:
    return accounts.find_key(tx, row.inviter).party


def _may_create(tx: Tx, who: Party, target: Account) -> bool:
    try:
        authorize(access.refreshed(tx, who), Action.CREATE, owner=target.key)
    except NotAllowed:
        return False
    return True


def _end(forge: Forge, tx: Tx, who: Party, row: Row, shown: Invitation, how: str) -> None:
    rows.end(tx, row.key, forge.now())
    _tell(forge, tx, who, row, shown, how)


def _tell(forge: Forge, tx: Tx, who: Party, row: Row, shown: Invitation, how: str) -> None:
    facts = {"kind": shown.kind, "target": shown.target, "role": row.role, "to": shown.invited}
    audit.append(tx, who, row.project, f"invitation.{how}", facts, forge.now())
    told = {"by": who.handle, "inviter": shown.inviter}
    events.append(tx, f"invitation.{how}", row.project, facts | told, forge.now())


def _shown(tx: Tx, row: Row) -> Invitation:
    kind, target = TO_NODE, ""
    if row.organization is not None:
        kind, target = TO_ORGANIZATION, accounts.find_key(tx, row.organization).handle
    elif row.project is not None:
        kind, target = TO_PROJECT, moves.address_of(tx, row.project)
    return Invitation(
        key=row.key,
        kind=kind,
        target=target,
        role=row.role,
        inviter=accounts.find_key(tx, row.inviter).handle,
        invited=accounts.find_key(tx, row.account).handle if row.account is not None else None,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _hashed(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
