"""Landing from a workspace: what `mic land` and `mic session land` have in common."""

from typing import Any

from mic.cli import landing, resolving, syncing
from mic.cli.answers import Answer, plural
from mic.cli.context import Context
from mic.cli.landing import Making
from mic.cli.targets import Workspace
from mic.client.remote import Remote
from mic.errors import Invalid
from mic.workspace import conflicts, scan
from mic.workspace import manifest as manifests
from mic.workspace.session import LocalSession


def land(context: Context, space: Workspace, session: LocalSession, made: Making) -> Answer:
    """Land what has changed in `space` and bring it to the position that this made.

    If others landed in between, on other paths, their landings are brought in as well.
    """
    landing.check_goal(session.goal)
    resolving.need_none(space.root)
    remote = space.remote(context)
    context.need_token(remote.connection)
    scanned = scan.scan(space.root, space.manifest)
    for path, why in scanned.skipped:
        context.console.warn(f"{path} was left out: {why}.")
    if not scanned.items:
        raise Invalid("There are no changes to land.", code="landing.no-changes")
    outcome = landing.land(context, remote, space, scanned.items, session, made)
    conflicts.clear(space.root)
    manifests.save(space.root, outcome.manifest)
    synced = _caught_up(context, remote, Workspace(space.root, outcome.manifest), outcome)
    return _answer(remote, session, made, outcome, synced)


def _caught_up(
    context: Context, remote: Remote, space: Workspace, outcome: landing.Outcome
) -> syncing.Synced | None:
    position = outcome.landed.position
    if space.manifest.position == position:
        return None
    synced = syncing.sync(context, remote, space, at=position)
    if synced.unresolved:
        paths = ", ".join(one.path for one in synced.unresolved)
        context.console.warn(f"Your changes landed, but these changed again meanwhile: {paths}.")
    return synced


def _answer(
    remote: Remote,
    session: LocalSession,
    made: Making,
    outcome: landing.Outcome,
    synced: syncing.Synced | None,
) -> Answer:
    landed = outcome.landed
    taken = synced.taken if synced else []
    data: dict[str, Any] = {
        "position": landed.position,
        "id": landed.id,
        "tree": landed.tree,
        "session": landed.session,
        "goal": session.goal,
        "origin": made.origin,
        "landed_at": landed.landed_at,
        "changed": outcome.changed,
        "taken": taken,
    }
    text = (
        f"Landed {plural(outcome.changed, 'change')} on {remote.name} "
        f"at position {landed.position}, session {landed.session}"
    )
    if taken:
        text += f"\nBrought in what others landed meanwhile: {plural(len(taken), 'file')}."
    return Answer(data, text)
