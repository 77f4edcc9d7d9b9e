"""`mic land`: what has changed here, on the project's log."""

import argparse

from mic.cli import landing, recovering, targets, working
from mic.cli.answers import Answer
from mic.cli.context import Context
from mic.errors import Conflict
from mic.workspace import manifest as manifests
from mic.workspace import session as sessions


def run(context: Context, given: argparse.Namespace) -> Answer:
    """Start a session with a goal and land it in one go."""
    goal = landing.check_goal(given.goal)
    made = landing.making(given.origin, given.model, given.tool)
    root = targets.workspace(context).root
    with manifests.hold(root):
        space, before = recovering.recover(context, targets.workspace(context))
        if active := sessions.find(root):
            raise Conflict(
                f"Nothing was landed: a session is under way, {active.id}",
                code="session.active",
                hint="Land it with `mic session land`, or end it with `mic session abandon`.",
                session=active.id,
            )
        session = sessions.LocalSession(
            id=sessions.new_id(),
            goal=goal,
            server=space.manifest.server,
            account=space.manifest.account,
            project=space.manifest.project,
            base=space.manifest.position,
            started_at=context.now(),
            origin=made.origin,
            model=made.model,
        )
        return working.land(context, space, session, made, before)
