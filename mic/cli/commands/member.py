"""`mic project member`: who works on a project besides its owner."""

import argparse
from typing import cast

from mic.cli import targets
from mic.cli.answers import Answer, plural
from mic.cli.commands.org import member_line
from mic.cli.context import Context
from mic.client import people
from mic.client.remote import Remote
from mic.errors import Invalid
from mic.wire.people import ProjectRole

ROLES = ("writer", "maintainer")


def listed(context: Context, given: argparse.Namespace) -> Answer:
    """List who has a role on the project."""
    remote, _ = _target(context, given.project, 0)
    found = people.project_members(remote)
    return Answer(found, "\n".join(map(member_line, found)), plural(len(found), "member") + ".")


def add(context: Context, given: argparse.Namespace) -> Answer:
    """Let a person work on the project."""
    remote, (person,) = _target(context, given.words, 1)
    return _set(remote, person, given.role or "writer")


def role(context: Context, given: argparse.Namespace) -> Answer:
    """Give somebody another role."""
    remote, (person, new) = _target(context, given.words, 2)
    return _set(remote, person, new)


def remove(context: Context, given: argparse.Namespace) -> Answer:
    """Take somebody's role away."""
    remote, (person,) = _target(context, given.words, 1)
    people.remove_project_member(remote, person)
    data = {"project": remote.name, "handle": person, "removed": True}
    return Answer(data, f"{person} does not work on {remote.name} any more")


def _target(context: Context, words: list[str], rest: int) -> tuple[Remote, list[str]]:
    found = targets.target(context, words, rest)
    context.need_token(found.remote.connection)
    return found.remote, found.words


def _set(remote: Remote, person: str, role: str) -> Answer:
    if role not in ROLES:
        raise Invalid(f"A role is writer or maintainer, not {role}.", code="usage", given=role)
    people.set_project_member(remote, person, cast("ProjectRole", role))
    data = {"project": remote.name, "handle": person, "role": role}
    return Answer(data, f"{person} is {role} of {remote.name}")
