"""Landing from a workspace: what `mic land` and `mic session land` have in common."""

from typing import Any

from mic.cli import landing, recovering, resolving
from mic.cli.answers import Answer, plural
from mic.cli.context import Context
from mic.cli.landing import Making
from mic.cli.recovering import Recovered
from mic.cli.targets import Workspace
from mic.errors import Invalid
from mic.workspace import scan
from mic.workspace.session import LocalSession


def land(
    context: Context,
    space: Workspace,
    session: LocalSession,
    made: Making,
    before: Recovered | None = None,
) -> Answer:
    """Land what has changed in `space` and bring it to the position that this made.

    If others landed in between, on other paths, their landings are brought in as well. `before` is
    a landing that turned out to have landed: where nothing has changed since, it is the answer.
    """
    resolving.need_none(space.root)
    remote = space.remote(context)
    if not remote.connection.has_token and remote.project().home is None:
        # A mirror passes on what somebody signed whom the project knows, account or not.
        context.need_token(remote.connection)
    scanned = scan.scan(space.root, space.manifest)
    for path, why in scanned.skipped:
        context.console.warn(f"{path} was left out: {why}.")
    if not scanned.items:
        if before is not None:
            return answer(space, before)
        raise Invalid("There are no changes to land.", code="landing.no-changes")
    outcome = landing.land(context, remote, space, scanned.items, session, made)
    done = recovering.settle(context, remote, space, outcome.sent, outcome.landed)
    _warn(context, done)
    return answer(space, done)


def _warn(context: Context, done: Recovered) -> None:
    if done.synced and done.synced.unresolved:
        paths = ", ".join(one.path for one in done.synced.unresolved)
        context.console.warn(f"Your changes landed, but these changed again meanwhile: {paths}.")


def answer(space: Workspace, done: Recovered) -> Answer:
    """Tell what has landed."""
    landed, sent = done.landed, done.sent
    taken = done.synced.taken if done.synced else []
    changed = len(sent.pairs)
    data: dict[str, Any] = {
        "position": landed.position,
        "id": landed.id,
        "tree": landed.tree,
        "session": landed.session,
        "goal": sent.goal,
        "origin": sent.origin,
        "landed_at": landed.landed_at,
        "changed": changed,
        "taken": taken,
    }
    text = (
        f"Landed {plural(changed, 'change')} on {space.name} "
        f"at position {landed.position}, session {landed.session}"
    )
    if taken:
        text += f"\nBrought in what others landed meanwhile: {plural(len(taken), 'file')}."
    return Answer(data, text)
