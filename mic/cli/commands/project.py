"""`mic project`: make, list, look at, change and delete projects."""

import argparse

from msgspec import UNSET

from mic.cli import targets
from mic.cli.answers import Answer, plural, when
from mic.cli.confirming import confirm
from mic.cli.context import Context
from mic.client import accounts, people
from mic.client.connection import Connection
from mic.errors import Invalid
from mic.wire.messages import NewProject, Project, ProjectChanges


def create(context: Context, given: argparse.Namespace) -> Answer:
    """Make an empty project."""
    node, account, handle, name = _named(context, given.words)
    connection = context.connect(node)
    context.need_token(connection)
    new = NewProject(
        handle=handle,
        name=name or handle,
        description=given.description or "",
        visibility=given.visibility or "public",
        url=given.url or "",
        llm_model=given.llm_model or "",
    )
    made = accounts.create_project(connection, account, new)
    return Answer(made, f"Made {account}/{handle}, {made.visibility}: {made.page}")


def listed(context: Context, given: argparse.Namespace) -> Answer:
    """List an account's projects."""
    connection = context.connect()
    account = given.account or _self(context)
    if given.deleted:
        return _deleted(connection, account)
    found = accounts.projects(connection, account)
    lines = [f"{one.account}/{one.handle}\t{one.visibility}\t{one.name}" for one in found]
    return Answer(found, "\n".join(lines), plural(len(found), "project") + ".")


def show(context: Context, given: argparse.Namespace) -> Answer:
    """Show a project."""
    project = targets.target(context, given.project, 0).remote.project()
    return Answer(project, _described(project))


def update(context: Context, given: argparse.Namespace) -> Answer:
    """Change what is named and leave the rest."""
    fields = {
        "name": given.name,
        "description": given.description,
        "handle": given.new_handle,
        "visibility": given.visibility,
        "url": given.url,
        "llm_model": given.llm_model,
    }
    wanted = {field: UNSET if value is None else value for field, value in fields.items()}
    if all(value is UNSET for value in wanted.values()):
        raise Invalid(
            "There is nothing to update.",
            code="project.nothing-to-update",
            hint="Give at least one of --name, --description, --new-handle, --visibility, --url"
            " and --llm-model",
        )
    remote = targets.target(context, given.project, 0).remote
    context.need_token(remote.connection)
    changed = remote.update(ProjectChanges(**wanted))
    return Answer(changed, _described(changed))


def delete(context: Context, given: argparse.Namespace) -> Answer:
    """Delete a project, once its handle has been typed."""
    remote = targets.target(context, given.project, 0).remote
    context.need_token(remote.connection)
    if not given.yes:
        what = "delete it and all that has landed on it"
        confirm(context, remote.handle, what, "project.unconfirmed")
    remote.delete()
    note = f"For 7 days, `mic project restore {remote.name}` brings it back."
    return Answer({"project": remote.name, "deleted": True}, f"Deleted {remote.name}", note)


def _deleted(connection: Connection, account: str) -> Answer:
    found = people.deleted(connection, account)
    lines = [
        f"{one.project.account}/{one.project.handle}\tuntil {when(one.gone_at)}" for one in found
    ]
    return Answer(found, "\n".join(lines), plural(len(found), "deleted project") + ".")


def _self(context: Context) -> str:
    url = context.default_node()
    kept = None if context.token else context.home.token(url)
    if kept and kept.handle:
        return kept.handle
    connection = context.connect()
    context.need_token(connection)
    return accounts.whoami(connection).handle or ""


def _named(context: Context, words: list[str]) -> tuple[str | None, str, str, str]:
    """Return the node, if it is named, the account, the handle and the name."""
    node = None
    if "/" in words[0] or words[0] in context.home.config().aliases:
        node, account, handle, _ = context.address(words[0])
        rest = words[1:]
    else:
        account, handle, rest = words[0], words[1] if len(words) > 1 else "", words[2:]
    if not handle or len(rest) > 1:
        raise Invalid(
            "This does not name a project to make.",
            code="usage",
            hint="Usage: mic project create ACCOUNT HANDLE [NAME]",
        )
    return node, account, handle, rest[0] if rest else ""


def _described(project: Project) -> str:
    rows = (
        ("project", f"{project.account}/{project.handle}" if project.account else project.handle),
        ("id", project.id),
        ("name", project.name),
        ("description", project.description),
        ("visibility", project.visibility),
        ("page", project.page),
        ("url", project.url),
        ("model", project.llm_model),
        ("created", when(project.created_at)),
        ("updated", when(project.updated_at)),
        ("archived", when(project.archived_at) if project.archived_at else ""),
    )
    shown = [(name, value) for name, value in rows if value or name != "archived"]
    return "\n".join(f"{name.ljust(12)}{value}".rstrip() for name, value in shown)
