"""`mic import`: a git repository becomes a project: one that lies here, or one at a URL."""

import argparse
import time
from pathlib import Path

import msgspec

from mic.cli import histories
from mic.cli.answers import Answer, plural
from mic.cli.commands.share import account_of, handle_from, visibility
from mic.cli.context import Context
from mic.client import accounts, gits
from mic.client.connection import Connection
from mic.client.remote import Remote
from mic.errors import Invalid, MicFault
from mic.wire.imports import Import, NewImport
from mic.wire.messages import NewProject

PAUSES = (0.2, 0.5, 1.0, 2.0)
ENDED = frozenset({"completed", "failed", "rolled_back"})
LAST = "finalization"
STAGES = {
    "metadata": "Looking",
    "git_data_clone": "Fetching",
    "validation": "Reading the history",
    "issue_migration": "Bringing issues",
    LAST: "Landing",
}


class _Brought(msgspec.Struct, kw_only=True):
    """What is answered: of an import by the node `id` is its id, of one from here `commit`."""

    project: str
    url: str
    status: str
    stage: str
    done: int
    total: int
    warnings: list[str]
    id: str | None = None
    commit: str | None = None


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Import from a URL on the node, or push a repository that lies here."""
    connection = context.connect()
    context.need_token(connection)
    account = given.account or account_of(context, connection)
    if given.id:
        return _followed(context, connection, account, given.id, given)
    if not given.source:
        raise Invalid("Nothing to import is named.", code="usage", hint="mic import URL|DIR")
    if "://" in given.source:
        return _from_url(context, connection, account, given)
    return _from_here(context, connection, account, given)


def _name(given: argparse.Namespace, source: str) -> str:
    return given.project or source.rstrip("/").rpartition("/")[2].removesuffix(".git")


def _from_url(
    context: Context, connection: Connection, account: str, given: argparse.Namespace
) -> Answer:
    handle = handle_from(_name(given, given.source))
    new = NewImport(url=given.source, handle=handle, visibility=visibility(given))
    begun = accounts.start_import(connection, account, new)
    return _followed(context, connection, account, begun.id, given)


def _followed(
    context: Context, connection: Connection, account: str, name: str, given: argparse.Namespace
) -> Answer:
    """Look at an import, until it has ended unless nobody wants to wait."""
    one = accounts.an_import(connection, account, name)
    if not given.no_wait:
        one = _waited(context, connection, account, one)
    for warning in one.warnings:
        context.console.warn(warning)
    page = f"{connection.url}/{one.project}"
    if one.error is not None:
        raise Invalid(one.error.message, code=one.error.code, id=one.id, stage=one.stage)
    data = _Brought(
        project=one.project,
        url=page,
        id=one.id,
        status=one.status,
        stage=one.stage,
        done=one.done,
        total=one.total,
        warnings=one.warnings,
    )
    if one.status != "completed":
        text = f"{_stage(one)} for {one.project}: {one.status}.\n\n  {page}/import/{one.id}"
        return Answer(data, text, f"See how it goes on with `mic import --id {one.id}`.")
    return Answer(data, f"Imported {one.project}.\n\n  {page}")


def _waited(context: Context, connection: Connection, account: str, one: Import) -> Import:
    pauses = iter(PAUSES)
    with histories.progress(context) as told:
        while one.status not in ENDED:
            told(_stage(one))
            time.sleep(next(pauses, PAUSES[-1]))
            one = accounts.an_import(connection, account, one.id)
    return one


def _stage(one: Import) -> str:
    said = STAGES.get(one.stage, one.stage)
    return f"{said}: {one.done:,} of {one.total:,}" if one.total else said


def _from_here(
    context: Context, connection: Connection, account: str, given: argparse.Namespace
) -> Answer:
    root: Path = (context.cwd / given.source).resolve()
    if not root.is_dir():
        raise Invalid(f"There is no directory {given.source}.", code="import.no-directory")
    repository = gits.opened(root)
    name = _name(given, root.name if root.name != ".git" else root.parent.name)
    new = NewProject(handle=handle_from(name), name=name[:200], visibility=visibility(given))
    try:
        project = histories.project_for(context, connection, account, new, repository)
    except MicFault as taken:
        taken.hint = taken.hint and "Choose another name with --project NAME"
        raise
    remote = Remote(connection, project.account, project.handle)
    warnings = histories.send(context, remote, repository)
    for line in warnings:
        context.console.warn(line)
    landings = gits.counted(repository)
    data = _Brought(
        project=remote.name,
        url=project.page,
        commit=repository.tip,
        status="completed",
        stage=LAST,
        done=landings,
        total=landings,
        warnings=warnings,
    )
    count = plural(landings, "landing")
    return Answer(data, f"Imported {remote.name}: {count}.\n\n  {project.page}")
