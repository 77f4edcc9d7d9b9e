"""The history of a git repository, on its way into a project.

The commits of HEAD's first-parent line become the project's landings, with their own ids; the tags
follow. Whatever breaks off is repeated: the node goes on where it was.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from mic.cli.context import Context
from mic.cli.names import escaped
from mic.client import accounts, gits
from mic.client.connection import Connection
from mic.client.gits import Repository, Told
from mic.client.remote import Remote
from mic.errors import Conflict, Invalid
from mic.wire.messages import NewProject, Project

WIDTH = 78
_OF_A_REF = re.compile(r"/landings/\d+$| names @\d+\.$| is kept\.$")


def project_for(
    context: Context, connection: Connection, account: str, new: NewProject, repository: Repository
) -> Project:
    """Make the project, or return the one of that name if this history is, or comes to be, its."""
    try:
        return accounts.create_project(connection, account, new)
    except Conflict as taken:
        remote = Remote(connection, account, new.handle)
        project = remote.project()
        if project.visibility == new.visibility and may_take(context, remote, repository):
            return project
        taken.hint = "Choose another name"
        raise


def may_take(context: Context, remote: Remote, repository: Repository) -> bool:
    """Tell whether a project is empty, half imported, or has just this history."""
    head = remote.head()
    return not head.position or bool(head.held) or _main(context, remote) == repository.tip


def url_of(remote: Remote) -> str:
    """Return the address of a project for git; raises `Invalid` where git cannot ask."""
    url = remote.connection.url
    if not url.startswith(("http://", "https://")):
        raise Invalid(
            f"git cannot read {url}: it needs a node that is reached by a URL.",
            code="git.no-url",
            hint="Name one that has the project: http(s)://node/account/project",
        )
    return f"{url}/{remote.name}.git"


def token_for(context: Context, remote: Remote) -> str | None:
    """Return the token that git shows the node."""
    return context.token_for(remote.connection.url)


def _main(context: Context, remote: Remote) -> str | None:
    return gits.main_of(url_of(remote), token_for(context, remote))


def send(context: Context, remote: Remote, repository: Repository) -> list[str]:
    """Bring history and tags; return what the node had to say of it."""
    url, token = url_of(remote), token_for(context, remote)
    refs = [f"{repository.tip}:{gits.MAIN}", *([gits.TAGS] if gits.has_tags(repository) else [])]
    with progress(context) as told:
        try:
            said = gits.push(repository, url, token, refs, told)
        except Invalid:
            if not _has_come(context, remote, repository):
                raise
            said = gits.push(repository, url, token, refs[1:], told) if refs[1:] else []
    return [line for line in said if not _OF_A_REF.search(line)]


def _has_come(context: Context, remote: Remote, repository: Repository) -> bool:
    """Tell whether the history is there all the same: an earlier push has brought it meanwhile."""
    head = remote.head()
    return bool(head.position) and not head.held and _main(context, remote) == repository.tip


@contextmanager
def progress(context: Context) -> Iterator[Told]:
    """Show the line that git writes about its progress, on a terminal."""
    console = context.console
    shows = not console.json and console.err.isatty()

    def told(line: str) -> None:
        if shows:
            text = escaped(line.removeprefix("remote:").strip())
            console.err.write(f"\r\x1b[K{text[:WIDTH]}")
            console.err.flush()

    try:
        yield told
    finally:
        if shows:
            console.err.write("\r\x1b[K")
            console.err.flush()
