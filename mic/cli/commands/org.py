"""`mic org`: organizations, who acts for them, and what one is asked."""

import argparse
from typing import Literal, cast

from mic.cli.answers import Answer, plural, when
from mic.cli.confirming import confirm
from mic.cli.context import Context
from mic.client import people
from mic.client.connection import Connection
from mic.errors import Invalid
from mic.wire.people import Invitation, Member, Organization, OrganizationRole

ROLES = ("admin", "member")


def listed(context: Context, _given: argparse.Namespace) -> Answer:
    """List the organizations that we act for."""
    found = people.organizations(_signed_in(context))
    lines = [f"{one.handle}\t{one.role}\t{one.name}" for one in found]
    return Answer(found, "\n".join(lines), plural(len(found), "organization") + ".")


def show(context: Context, given: argparse.Namespace) -> Answer:
    """Show an organization."""
    found = people.organization(_signed_in(context), given.organization)
    return Answer(found, _described(found))


def create(context: Context, given: argparse.Namespace) -> Answer:
    """Make an organization."""
    made = people.create(_signed_in(context), given.organization, given.name or "")
    return Answer(made, f"Made {made.handle}: {made.page}")


def update(context: Context, given: argparse.Namespace) -> Answer:
    """Give an organization another name."""
    if given.name is None:
        raise Invalid(
            "There is nothing to update.",
            code="organization.nothing-to-update",
            hint="Give --name NAME.",
        )
    changed = people.update(_signed_in(context), given.organization, given.name)
    return Answer(changed, _described(changed))


def delete(context: Context, given: argparse.Namespace) -> Answer:
    """Remove an organization, once its handle has been typed."""
    connection = _signed_in(context)
    if not given.yes:
        confirm(context, given.organization, "delete it")
    people.delete(connection, given.organization)
    data = {"organization": given.organization, "deleted": True}
    return Answer(data, f"Deleted {given.organization}")


def members(context: Context, given: argparse.Namespace) -> Answer:
    """List who acts for an organization."""
    found = people.members(_signed_in(context), given.organization)
    return Answer(found, "\n".join(map(member_line, found)), plural(len(found), "member") + ".")


def invite(context: Context, given: argparse.Namespace) -> Answer:
    """Ask a person in."""
    role = cast("OrganizationRole", given.role or "member")
    made = people.invite(_signed_in(context), given.organization, given.person, role)
    until = when(made.expires_at)
    return Answer(made, f"Asked {made.invited} into {made.target} as {made.role}, until {until}")


def role(context: Context, given: argparse.Namespace) -> Answer:
    """Give a member another role."""
    if given.role not in ROLES:
        raise Invalid(
            f"A role is admin or member, not {given.role}.", code="usage", given=given.role
        )
    new = cast("OrganizationRole", given.role)
    people.set_role(_signed_in(context), given.organization, given.person, new)
    data = {"organization": given.organization, "handle": given.person, "role": new}
    return Answer(data, f"{given.person} is {new} of {given.organization}")


def remove(context: Context, given: argparse.Namespace) -> Answer:
    """Let somebody act for an organization no more."""
    people.remove(_signed_in(context), given.organization, given.person)
    data = {"organization": given.organization, "handle": given.person, "removed": True}
    return Answer(data, f"{given.person} does not act for {given.organization} any more")


def leave(context: Context, given: argparse.Namespace) -> Answer:
    """Act for an organization no more."""
    people.leave(_signed_in(context), given.organization)
    data = {"organization": given.organization, "left": True}
    return Answer(data, f"You do not act for {given.organization} any more")


def invitations(context: Context, given: argparse.Namespace) -> Answer:
    """List what we are asked, or whom an organization asks."""
    connection = _signed_in(context)
    asked = given.organization
    found = people.invited(connection, asked) if asked else people.invitations(connection)
    lines = [f"{one.id}\t{_asked(one)}\tuntil {when(one.expires_at)}" for one in found]
    return Answer(found, "\n".join(lines), plural(len(found), "invitation") + ".")


def accept(context: Context, given: argparse.Namespace) -> Answer:
    """Say yes."""
    return _answer(context, given.number, "accept", "Accepted")


def decline(context: Context, given: argparse.Namespace) -> Answer:
    """Say no."""
    return _answer(context, given.number, "decline", "Declined")


def withdraw(context: Context, given: argparse.Namespace) -> Answer:
    """Take an invitation back."""
    done = people.withdraw(_signed_in(context), given.number)
    return Answer(done, f"Taken back: {_asked(done)}")


def member_line(one: Member) -> str:
    """Return a member as a line of a list."""
    return f"{one.handle}\t{one.role}\t{when(one.created_at)}\t{one.name}"


def _answer(context: Context, number: int, word: Literal["accept", "decline"], done: str) -> Answer:
    answered = people.answer(_signed_in(context), number, word)
    return Answer(answered, f"{done}: {_asked(answered)}")


def _asked(one: Invitation) -> str:
    if one.kind == "project":
        return f"{one.inviter} gives {one.target} to {one.invited}"
    if one.kind == "organization":
        return f"{one.inviter} asks {one.invited or 'by link'} into {one.target} as {one.role}"
    return f"{one.inviter} asks by link to have an account"


def _signed_in(context: Context) -> Connection:
    connection = context.connect()
    context.need_token(connection)
    return connection


def _described(one: Organization) -> str:
    rows = (
        ("organization", one.handle),
        ("id", str(one.id)),
        ("name", one.name),
        ("your role", one.role),
        ("page", one.page),
        ("created", when(one.created_at)),
        ("updated", when(one.updated_at)),
    )
    return "\n".join(f"{name.ljust(14)}{value}".rstrip() for name, value in rows)
