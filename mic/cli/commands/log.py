"""`mic log`: what has landed, newest first."""

import argparse

from mic.cli import targets
from mic.cli.answers import Answer, first_line, when
from mic.cli.console import Console
from mic.cli.context import Context
from mic.cli.names import escaped
from mic.client.remote import Remote
from mic.errors import Invalid
from mic.wire import limits
from mic.wire.messages import Landing

DEFAULT = 20
MOST = 100_000


def run(context: Context, given: argparse.Namespace) -> Answer:
    """List landings of a project, of one path if that is asked for."""
    limit = DEFAULT if given.limit is None else given.limit
    if not 0 < limit <= MOST:
        raise Invalid(f"--limit is 1 to {MOST:,}, not {limit}.", code="log.limit")
    target = targets.target(context, given.project, 0)
    path = given.path
    if path and target.workspace:
        path = target.workspace.path(context.cwd, path)
    found = _landings(target.remote, limit, path or None, follow=not given.no_follow)
    text = "\n".join(line(context.console, one) + _renamed(one) for one in found)
    return Answer(found, text, "" if found else "Nothing has landed yet.")


def line(console: Console, landing: Landing) -> str:
    """Return a landing as one line of the log."""
    goal = escaped(first_line(landing.goal))
    goal = goal if len(goal) <= 50 else goal[:49] + "…"
    at = console.paint(f"@{landing.position}", "strong")
    session = console.paint(landing.session[:12], "id")
    was = landing.imported
    there = landing.carried
    at_home = (landing.author, there.made_at if there else landing.landed_at)
    who, made = (was.author, was.authored_at) if was else at_home
    return f"{at} {session} {when(made)} {escaped(who)}  {goal}"


def _renamed(landing: Landing) -> str:
    return f"  (renamed from {escaped(landing.renamed_from)})" if landing.renamed_from else ""


def _landings(remote: Remote, limit: int, path: str | None, *, follow: bool) -> list[Landing]:
    found: list[Landing] = []
    before = None
    while len(found) < limit:
        size = min(limit - len(found), limits.PAGE)
        page = remote.landings(before=before, limit=size, path=path, follow=follow)
        found += page
        if len(page) < size:
            break
        before = page[-1].position
    return found
